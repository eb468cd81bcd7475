package postgres

import (
	"context"
	"strconv"

	"github.com/smtpspec/smtpspec/harness/store"
)

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
		var found int
		found, err = f.total(ctx, p.Most)
		l.Count(found, p)
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

// total counts what is found anywhere, up to one more than most if that is not
// 0.
func (f *finder) total(ctx context.Context, most int) (int, error) {
	total := 0
	if f.which.All && f.which.Run == "" {
		return total, f.store.pool.QueryRow(ctx, `select messages from state`).Scan(&total)
	}
	w := window{chunk: store.MaxLimit}
	if !f.inexact {
		sql := `select 1 from messages where ` + f.condition
		if f.digests {
			sql, w.only = sql+` and not inexact`, ` and inexact`
		}
		if most > 0 {
			sql += ` limit ` + strconv.Itoa(most+1)
		}
		if err := f.store.pool.QueryRow(ctx, `select count(*) from (`+sql+`) found`, f.args...).Scan(&total); err != nil || !f.digests {
			return total, err
		}
	}
	err := f.each(ctx, w, func(*row) (bool, error) {
		total++
		return most == 0 || total <= most, nil
	})
	return total, err
}
