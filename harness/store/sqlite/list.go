package sqlite

import (
	"context"
	"errors"
	"fmt"

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
	columns, rest := mailColumns+", d.short", !c.exact
	if rest {
		columns += ", d.rest"
	}
	query, args := c.query(columns, b, limit)
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var page []*store.Entry
	for rows.Next() {
		var r row
		into := append(r.mail(), &r.short)
		if rest {
			into = append(into, &r.rest)
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		e, err := r.entry()
		if err != nil {
			return nil, err
		}
		page = append(page, e)
	}
	return page, rows.Err()
}

// query is the SELECT of what fulfils the condition; limit -1 is all.
func (c *compiled) query(columns string, b bounds, limit int) (string, []any) {
	from, seq := "mail m", "m.seq"
	sql, args := "1", []any(nil)
	if c.words != "" {
		from, seq = "search.words w CROSS JOIN mail m ON m.seq = w.rowid", "w.rowid"
		sql, args = "w.words MATCH ?", append(args, c.words)
	}
	if c.sql != "" {
		sql, args = sql+" AND "+c.sql, append(args, c.args...)
	}
	if c.digest {
		sql += " AND m.seq <= (SELECT upto FROM search.state)"
	}
	if b.after > 0 {
		sql, args = sql+" AND "+seq+" > ?", append(args, b.after)
	}
	if b.before > 0 {
		sql, args = sql+" AND "+seq+" < ?", append(args, b.before)
	}
	query := fmt.Sprintf("SELECT %s FROM %s LEFT JOIN search.digest d ON d.seq = m.seq WHERE %s", columns, from, sql)
	if limit < 0 {
		return query, args
	}
	order := " DESC"
	if b.oldest {
		order = ""
	}
	return query + " ORDER BY " + seq + order + " LIMIT ?", append(args, limit)
}

// total counts what there is without the bounds of the page.
func (s *Store) total(ctx context.Context, c *compiled, p store.Page) (total int, err error) {
	if c.words == "" && c.sql == "" {
		now, _ := s.write.state()
		return int(now.messages), nil
	}
	if !c.exact {
		err = s.find(ctx, c, p.Query, bounds{}, findPage, func(*store.Entry) bool { total++; return true })
		return total, err
	}
	query, args := c.query("count(*)", bounds{}, -1)
	err = s.read.QueryRowContext(ctx, query, args...).Scan(&total)
	return total, err
}
