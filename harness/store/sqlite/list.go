package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/smtpspec/smtpspec/harness/store"
)

// bounds are which part of what is found is wanted, and in which order.
type bounds struct {
	after, before int64 // 0 = no bound
	oldest        bool
}

// upTo narrows the bounds to the places up to one.
func (b bounds) upTo(seq int64) bounds {
	if b.before == 0 || b.before > seq+1 {
		b.before = seq + 1
	}
	return b
}

// search is a query that is being looked up.
type search struct {
	*compiled
	query *store.Query
	run   string
	view         // of a query that looks at what messages say
	end   func() // of the search
}

// List returns a page of messages. While much mail comes a search may wait for
// its turn, up to a second. A query that is too large is a
// *store.QueryError.
func (s *Store) List(ctx context.Context, p store.Page) (*store.Listing, error) {
	reading, leave, err := s.reading(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	if p.Query != nil && p.Query.Expr != nil {
		end, err := s.pace.begin(reading)
		if err != nil {
			return nil, s.known(ctx, err)
		}
		defer end()
	}
	l, err := s.list(reading, p)
	return l, s.known(ctx, err)
}

func (s *Store) list(ctx context.Context, p store.Page) (*store.Listing, error) {
	q, err := s.prepare(ctx, p.Query, p.Run)
	if err != nil {
		return nil, err
	}
	defer q.end()
	l := &store.Listing{Total: -1}
	err = s.find(ctx, q, bounds{p.After, p.Before, p.Oldest}, p.Size()+1, func(e *store.Entry) bool {
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
		found := len(l.Entries)
		if l.More || p.After > 0 || p.Before > 0 { // else that is all there is
			found, err = s.total(ctx, q, p.Most)
		}
		l.Count(found, p)
	}
	return l, err
}

// prepare compiles a query, and fixes where everything is that it can find. The
// search is ended by who looks it up.
func (s *Store) prepare(ctx context.Context, q *store.Query, run string) (*search, error) {
	c, err := compile(q, run)
	if err != nil {
		return nil, err
	}
	found := &search{compiled: c, query: q, run: run, end: func() {}}
	if c.digest {
		found.view, err = s.index.view(ctx)
		found.end = s.index.looked
	}
	return found, err
}

// find calls take with the messages in their order until it returns false. It
// reads limit of them at once.
func (s *Store) find(ctx context.Context, q *search, b bounds, limit int, take func(*store.Entry) bool) error {
	if !q.digest {
		_, err := s.findStored(ctx, q, b, limit, take)
		return err
	}
	parts := []func() (bool, error){
		func() (bool, error) {
			return s.findTail(ctx, q, b, func(e *store.Indexed) bool { return take(e.Copy(false)) })
		},
		func() (bool, error) { return s.findStored(ctx, q, b.upTo(q.upto), limit, take) },
	}
	if b.oldest {
		slices.Reverse(parts)
	}
	for _, part := range parts {
		if more, err := part(); err != nil || !more {
			return err
		}
	}
	return nil
}

// findTail is find for what is not in the file of the search, and says whether
// take wants more.
func (s *Store) findTail(ctx context.Context, q *search, b bounds, take func(*store.Indexed) bool) (more bool, err error) {
	for i := range q.tail {
		if !b.oldest {
			i = len(q.tail) - 1 - i
		}
		p := q.tail[i]
		if !b.has(p.mail.Seq) || q.run != "" && p.mail.Run != q.run {
			continue
		}
		if err := ctx.Err(); err != nil {
			return false, err
		}
		e, err := p.indexed(s)
		if err != nil {
			return false, err
		}
		if e != nil && e.Matches(q.query) && !take(e) {
			return false, nil
		}
	}
	return true, nil
}

// has says that a place is within the bounds.
func (b bounds) has(seq int64) bool { return seq > b.after && (b.before == 0 || seq < b.before) }

// findPage is how many messages are looked at together where SQLite cannot
// say exactly which ones are meant.
const findPage = 200

// findStored is findTail for the file.
func (s *Store) findStored(ctx context.Context, q *search, b bounds, limit int, take func(*store.Entry) bool) (more bool, err error) {
	if !q.exact {
		limit = findPage
	}
	for {
		page, err := s.page(ctx, q.compiled, b, limit)
		if err != nil {
			return false, err
		}
		for _, e := range page {
			err := s.complete(e)
			if errors.Is(err, store.ErrNotFound) { // deleted since
				continue
			}
			if err != nil {
				return false, err
			}
			if (q.exact || q.query.Match(e)) && !take(e) {
				return false, nil
			}
		}
		if len(page) < limit {
			return true, nil
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

// total counts what there is without the bounds of a page, up to one more than
// most if that is not 0.
func (s *Store) total(ctx context.Context, q *search, most int) (total int, err error) {
	if q.words == "" && q.sql == "" || q.sql == "1" {
		now, _ := s.write.state()
		return int(now.messages), nil
	}
	b, count := bounds{}, func() bool { total++; return most == 0 || total <= most }
	if q.digest {
		more, err := s.findTail(ctx, q, b, func(*store.Indexed) bool { return count() })
		if err != nil || !more {
			return total, err
		}
		b = b.upTo(q.upto)
	}
	if !q.exact {
		_, err = s.findStored(ctx, q, b, findPage, func(*store.Entry) bool { return count() })
		return total, err
	}
	limit := -1
	if most > 0 {
		limit = most + 1 - total
	}
	n, err := s.count(ctx, q.compiled, b, limit)
	return total + n, err
}
