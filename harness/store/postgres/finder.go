package postgres

import (
	"context"
	"math"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/smtpspec/smtpspec/harness/store"
)

// leastChunk is how many rows are read at once where not all of them belong to
// what is looked for.
const leastChunk = 64

// fewHits is how many messages a search takes from the index. Where there are
// more, the order is walked instead: one of a few dozen messages belongs to
// the page then.
const fewHits = 2000

// glanceSize is how many places are looked at before the index is asked.
const glanceSize = 200

// finder finds the messages of a selection.
type finder struct {
	store     *Store
	which     store.Selection
	condition string
	args      []any
	digests   bool    // the condition needs indexed messages
	place     int64   // up to which they are
	inexact   bool    // all rows have to be looked at
	tail      *finder // of the messages behind place; nil if there are none
}

// find compiles a selection. If it needs the index, what is behind the last
// message up to which all are indexed is looked at one by one.
func (s *Store) find(ctx context.Context, which store.Selection) (*finder, error) {
	var c compiler
	f := &finder{store: s, which: which, condition: c.selection(which), digests: c.digests, inexact: c.inexact}
	if c.digests {
		place, last, err := s.settle(ctx)
		if err != nil {
			return nil, err
		}
		f.place = place
		f.condition += " and seq <= " + c.arg(place)
		if place < last {
			f.tail = s.between(place, last, which)
		}
	}
	f.args = c.args
	return f, nil
}

// between finds the messages of a selection in a part of the order, without the
// index.
func (s *Store) between(after, upto int64, which store.Selection) *finder {
	var c compiler
	f := &finder{store: s, which: which, inexact: true}
	f.condition = c.selection(store.Selection{All: true, Run: which.Run}) + " and seq > " + c.arg(after) + " and seq <= " + c.arg(upto)
	f.args = c.args
	return f
}

// window is a part of the order, and the direction and step in which it is
// read.
type window struct {
	after, before int64 // 0 = no bound
	oldest        bool
	chunk         int
	only          string // a further condition, "" = none

	few  bool    // hits are all there is
	hits []int64 // places still to be read, in the order of reading
}

// each calls take with the messages found in a window until it returns false.
func (f *finder) each(ctx context.Context, w window, take func(*row) (bool, error)) error {
	if w.before == 0 {
		w.before = math.MaxInt64
	}
	parts := []*finder{f}
	if f.tail != nil {
		parts = []*finder{f.tail, f}
	}
	if w.oldest {
		slices.Reverse(parts)
	}
	for _, part := range parts {
		if done, err := part.search(ctx, w, take); done || err != nil {
			return err
		}
	}
	return nil
}

// search reads what of a window is this finder's own, until take returns false,
// which is done.
func (f *finder) search(ctx context.Context, w window, take func(*row) (bool, error)) (done bool, err error) {
	if f.inexact {
		w.chunk = max(w.chunk, leastChunk)
	}
	if !f.digests {
		w.only = ""
		return f.run(ctx, &w, take)
	}
	first := f.glance(&w)
	if done, err := f.run(ctx, &first, take); done || err != nil {
		return done, err
	}
	if err := f.probe(ctx, &w); err != nil {
		return false, err
	}
	return f.run(ctx, &w, take)
}

// run reads a window to its end, or until take returns false, which is done.
func (f *finder) run(ctx context.Context, w *window, take func(*row) (bool, error)) (done bool, err error) {
	for more := true; more; {
		rows, err := f.rows(ctx, w)
		if err != nil {
			return false, err
		}
		for _, r := range rows {
			if fits, err := f.fits(ctx, r); err != nil {
				return false, err
			} else if !fits {
				continue
			}
			if on, err := take(r); err != nil || !on {
				return true, err
			}
		}
		if more = len(w.hits) > 0; !w.few && len(rows) == w.chunk {
			more = true
			w.move(rows[len(rows)-1].Seq)
		}
	}
	return false, nil
}

// fits says whether a row is of the selection, where the database could not.
func (f *finder) fits(ctx context.Context, r *row) (bool, error) {
	if !f.inexact && !(r.inexact && f.digests) {
		return true, nil
	}
	err := f.store.complete(ctx, r)
	return err == nil && f.which.Match(&r.Entry), err
}

// glance cuts the beginning off a window: a page of what is common lies there.
func (f *finder) glance(w *window) window {
	first := *w
	if w.oldest {
		first.before = min(w.before, w.after+glanceSize+1)
		w.after = first.before - 1
	} else {
		first.before = min(w.before, f.place+1)
		first.after = max(w.after, first.before-glanceSize-1)
		w.before = first.after + 1
	}
	return first
}

// probe asks the index for the places of all that is found, if that is not
// much. The planner is not asked to choose: what it knows of words and phrases
// is too little.
func (f *finder) probe(ctx context.Context, w *window) error {
	rows, err := f.store.pool.Query(ctx, `select seq from messages where `+f.condition+w.only+f.bounds()+` limit `+strconv.Itoa(fewHits+1), f.bounded(w)...)
	if err != nil {
		return err
	}
	hits, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || len(hits) > fewHits {
		return err
	}
	slices.Sort(hits)
	if !w.oldest {
		slices.Reverse(hits)
	}
	w.few, w.hits = true, hits
	return nil
}

// bounds is the condition of a window, whose parameters stand behind those of
// the finder's own.
func (f *finder) bounds() string {
	n := len(f.args)
	return ` and seq > $` + strconv.Itoa(n+1) + ` and seq < $` + strconv.Itoa(n+2)
}

func (f *finder) bounded(w *window) []any {
	return append(slices.Clip(f.args), w.after, w.before)
}

func (w *window) move(last int64) {
	if w.oldest {
		w.after = last
	} else {
		w.before = last
	}
}

func (f *finder) rows(ctx context.Context, w *window) ([]*row, error) {
	texts := "case when inexact then texts end"
	switch {
	case f.inexact:
		texts = "texts"
	case !f.digests:
		texts = "null::bytea"
	}
	from, args := f.from(w)
	rows, err := f.store.pool.Query(ctx, `select `+columns+`, `+texts+`, coalesce(inexact, false) from `+from, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanWhole)
}

// from returns where the next rows come from, in their order.
func (f *finder) from(w *window) (string, []any) {
	order := " order by seq desc"
	if w.oldest {
		order = " order by seq asc"
	}
	limit := " limit " + strconv.Itoa(w.chunk)
	if w.few {
		n := min(len(w.hits), w.chunk)
		chunk := w.hits[:n]
		w.hits = w.hits[n:]
		return `messages where seq = any($1)` + order, []any{chunk}
	}
	if f.digests { // offset 0 has the rows come in their order, and only then looks at them
		return `(select * from messages where true` + f.bounds() + order + ` offset 0) as walked where ` + f.condition + w.only + order + limit, f.bounded(w)
	}
	return `messages where ` + f.condition + w.only + f.bounds() + order + limit, f.bounded(w)
}
