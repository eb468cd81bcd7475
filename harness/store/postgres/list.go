package postgres

import (
	"context"
	"math"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/smtpspec/smtpspec/harness/store"
)

// leastChunk is how many rows are read at once where not all of them belong to
// what is looked for.
const leastChunk = 64

// finder finds the messages of a selection.
type finder struct {
	store     *Store
	which     store.Selection
	condition string
	args      []any
	digests   bool // the condition needs indexed messages
	inexact   bool // all rows have to be looked at
}

// find compiles a selection. If it needs the index, what it sees ends where all
// messages are indexed, so that a list that is continued misses none of those
// that are indexed later.
func (s *Store) find(ctx context.Context, which store.Selection) (*finder, error) {
	var c compiler
	f := &finder{store: s, which: which, condition: c.selection(which), digests: c.digests, inexact: c.inexact}
	if c.digests {
		place, err := s.settle(ctx)
		if err != nil {
			return nil, err
		}
		f.condition += " and seq <= " + c.arg(place)
	}
	f.args = c.args
	return f, nil
}

// List implements store.Store.
func (s *Store) List(ctx context.Context, p store.Page) (*store.Listing, error) {
	inside, leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	l, err := s.list(inside, p)
	return l, ended(inside, err)
}

func (s *Store) list(ctx context.Context, p store.Page) (*store.Listing, error) {
	f, err := s.find(ctx, store.Selection{All: p.Query == nil, Query: p.Query, Run: p.Run})
	if err != nil {
		return nil, err
	}
	l := &store.Listing{Total: -1}
	l.Entries, l.More, err = f.page(ctx, p)
	if err == nil && p.Total {
		l.Total, err = f.total(ctx)
	}
	return l, err
}

func (f *finder) page(ctx context.Context, p store.Page) (entries []*store.Entry, more bool, err error) {
	w := window{after: p.After, before: p.Before, oldest: p.Oldest, chunk: p.Size() + 1}
	err = f.each(ctx, w, func(r *row) (bool, error) {
		if more = len(entries) == p.Size(); more {
			return false, nil
		}
		if err := f.store.complete(ctx, r); err != nil {
			return false, err
		}
		r.Digest = r.Digest.Short()
		entries = append(entries, &r.Entry)
		return true, nil
	})
	return entries, more, err
}

// window is a part of the order, and the direction and step in which it is
// read.
type window struct {
	after, before int64 // 0 = no bound
	oldest        bool
	chunk         int
	only          string // a further condition, "" = none
}

// each calls take with the messages found in a window until it returns false.
func (f *finder) each(ctx context.Context, w window, take func(*row) (bool, error)) error {
	if w.before == 0 {
		w.before = math.MaxInt64
	}
	if f.inexact {
		w.chunk = max(w.chunk, leastChunk)
	}
	for {
		rows, err := f.rows(ctx, w)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if (f.inexact || r.inexact && f.digests) && !f.which.Match(&r.Entry) {
				continue
			}
			if on, err := take(r); err != nil || !on {
				return err
			}
		}
		if len(rows) < w.chunk {
			return nil
		}
		w.move(rows[len(rows)-1].Seq)
	}
}

func (w *window) move(last int64) {
	if w.oldest {
		w.after = last
	} else {
		w.before = last
	}
}

func (f *finder) rows(ctx context.Context, w window) ([]*row, error) {
	texts, order := "case when inexact then texts end", "desc"
	switch {
	case f.inexact:
		texts = "texts"
	case !f.digests:
		texts = "null::bytea"
	}
	if w.oldest {
		order = "asc"
	}
	n := len(f.args)
	sql := `select ` + columns + `, ` + texts + `, coalesce(inexact, false) from messages where ` + f.condition + w.only +
		` and seq > ` + "$" + strconv.Itoa(n+1) + ` and seq < $` + strconv.Itoa(n+2) + ` order by seq ` + order + ` limit ` + strconv.Itoa(w.chunk)
	rows, err := f.store.pool.Query(ctx, sql, append(f.args[:n:n], w.after, w.before)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanWhole)
}

// total counts what is found anywhere.
func (f *finder) total(ctx context.Context) (int, error) {
	total := 0
	if f.which.All && f.which.Run == "" {
		return total, f.store.pool.QueryRow(ctx, `select messages from state`).Scan(&total)
	}
	w := window{chunk: store.MaxLimit}
	if !f.inexact {
		sql := `select count(*) from messages where ` + f.condition
		if f.digests {
			sql, w.only = sql+` and not inexact`, ` and inexact`
		}
		if err := f.store.pool.QueryRow(ctx, sql, f.args...).Scan(&total); err != nil || !f.digests {
			return total, err
		}
	}
	err := f.each(ctx, w, func(*row) (bool, error) {
		total++
		return true, nil
	})
	return total, err
}
