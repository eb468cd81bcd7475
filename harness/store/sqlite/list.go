package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/smtpspec/smtpspec/harness/store"
)

// bounds are which part of what is found is wanted, and in which order.
type bounds struct {
	after, before int64 // 0 = no bound
	oldest        bool
}

// List returns a page of messages. With a query that looks at what messages
// say it waits first until all that were put are indexed. A query that is too
// large is a *store.QueryError.
func (s *Store) List(ctx context.Context, p store.Page) (*store.Listing, error) {
	reading, leave, err := s.reading(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	l, err := s.list(reading, p)
	return l, s.known(ctx, err)
}

func (s *Store) list(ctx context.Context, p store.Page) (*store.Listing, error) {
	c, err := s.prepare(ctx, p.Query, p.Run)
	if err != nil {
		return nil, err
	}
	l := &store.Listing{Total: -1}
	err = s.find(ctx, c, p.Query, bounds{p.After, p.Before, p.Oldest}, p.Size()+1, func(e *store.Entry) bool {
		l.More = len(l.Entries) == p.Size()
		if !l.More {
			l.Entries = append(l.Entries, e)
		}
		return !l.More
	})
	if err != nil {
		return nil, err
	}
	for _, e := range l.Entries {
		e.Digest = e.Digest.Short()
	}
	if p.Total {
		l.Total, err = s.total(ctx, c, p)
	}
	return l, err
}

// prepare compiles a query, and waits until it can find everything.
func (s *Store) prepare(ctx context.Context, q *store.Query, run string) (*compiled, error) {
	c, err := compile(q, run)
	if err != nil || !c.digest {
		return c, err
	}
	return c, s.index.reach(ctx)
}

// findPage is how many messages are looked at together where SQLite cannot
// say exactly which ones are meant.
const findPage = 200

// find calls take with the messages in their order until it returns false. It
// reads limit of them at once, or a page where it has to look at each.
func (s *Store) find(ctx context.Context, c *compiled, q *store.Query, b bounds, limit int, take func(*store.Entry) bool) error {
	if !c.exact {
		limit = findPage
	}
	for {
		page, err := s.page(ctx, c, b, limit)
		if err != nil {
			return err
		}
		for _, e := range page {
			err := s.complete(e)
			if errors.Is(err, store.ErrNotFound) { // deleted since
				continue
			}
			if err != nil {
				return err
			}
			if (c.exact || q.Match(e)) && !take(e) {
				return nil
			}
		}
		if len(page) < limit {
			return nil
		}
		b.next(page[len(page)-1].Seq)
	}
}

// next goes on behind a message.
func (b *bounds) next(seq int64) {
	if b.oldest {
		b.after = seq
	} else {
		b.before = seq
	}
}

// page reads messages that fulfil a condition.
func (s *Store) page(ctx context.Context, c *compiled, b bounds, limit int) ([]*store.Entry, error) {
	columns, whole := mailColumns+", d.short", !c.exact
	if whole {
		columns += ", d.rest"
	}
	var page []*store.Entry
	err := s.rows(ctx, c, columns, b, limit, func(rows *sql.Rows) error {
		var r row
		into := append(r.mail(), &r.short)
		if whole {
			into = append(into, &r.rest)
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		e, err := r.entry()
		page = append(page, e)
		return err
	})
	return page, err
}

// total counts what there is without the bounds of the page.
func (s *Store) total(ctx context.Context, c *compiled, p store.Page) (total int, err error) {
	if c.words == "" && c.sql == "" || c.sql == "1" {
		now, _ := s.write.state()
		return int(now.messages), nil
	}
	if !c.exact {
		err = s.find(ctx, c, p.Query, bounds{}, findPage, func(*store.Entry) bool { total++; return true })
		return total, err
	}
	err = s.rows(ctx, c, counting, bounds{}, -1, func(rows *sql.Rows) error {
		var n int
		err := rows.Scan(&n)
		total += n
		return err
	})
	return total, err
}
