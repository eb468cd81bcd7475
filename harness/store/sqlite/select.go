package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/store"
)

// batch is how many messages are changed or deleted between two commits.
const batch = 200

// chosen calls do with the places of the messages of a selection, a batch at a
// time, in their order. What comes meanwhile is not among them. A message may
// be gone when do looks.
func (s *Store) chosen(ctx context.Context, which store.Selection, do func(seqs []int64) error) error {
	if which.All || which.Query != nil && which.Query.Expr == nil {
		return s.searched(ctx, nil, which.Run, do)
	}
	done := map[int64]bool{}
	if which.Query != nil {
		err := s.searched(ctx, which.Query, which.Run, func(seqs []int64) error {
			if len(which.IDs) > 0 {
				for _, seq := range seqs {
					done[seq] = true
				}
			}
			return do(seqs)
		})
		if err != nil {
			return err
		}
	}
	return s.named(ctx, which, done, do)
}

// searched calls do with the messages of a query.
func (s *Store) searched(ctx context.Context, text *store.Query, run string, do func([]int64) error) error {
	now, _ := s.write.state()
	q, err := s.prepare(ctx, text, run)
	if err != nil {
		return err
	}
	defer q.end()
	b := bounds{before: now.seq + 1, oldest: true}
	stored := b
	if q.digest {
		stored = b.upTo(q.upto)
	}
	for last := int64(-1); last != 0; stored.after = last {
		var seqs []int64
		if seqs, last, err = s.places(ctx, q, stored); err != nil {
			return err
		}
		if len(seqs) > 0 {
			if err := do(seqs); err != nil {
				return err
			}
		}
	}
	return s.searchedTail(ctx, q, b, do)
}

// searchedTail is searched for what is not in the file of the search.
func (s *Store) searchedTail(ctx context.Context, q *search, b bounds, do func([]int64) error) error {
	var seqs []int64
	_, err := s.findTail(ctx, q, b, func(e *store.Indexed) bool {
		seqs = append(seqs, e.Seq)
		return true
	})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(seqs, batch) {
		if err := do(some); err != nil {
			return err
		}
	}
	return nil
}

// places returns the next places of a query in the file, and where to go on, 0
// at the end.
func (s *Store) places(ctx context.Context, q *search, b bounds) (seqs []int64, last int64, err error) {
	if !q.exact {
		page, err := s.page(ctx, q.compiled, b, batch)
		for _, e := range page {
			if last = e.Seq; s.complete(e) == nil && q.query.Match(e) {
				seqs = append(seqs, e.Seq)
			}
		}
		if len(page) < batch {
			last = 0
		}
		return seqs, last, err
	}
	err = s.rows(ctx, q.compiled, "m.seq", b, batch, func(rows *sql.Rows) error {
		var seq int64
		err := rows.Scan(&seq)
		seqs = append(seqs, seq)
		return err
	})
	if len(seqs) == batch {
		last = seqs[batch-1]
	}
	return seqs, last, err
}

// named calls do with the messages that have one of the IDs, but for those
// that are done.
func (s *Store) named(ctx context.Context, which store.Selection, done map[int64]bool, do func([]int64) error) error {
	for ids := range slices.Chunk(which.IDs, batch) {
		query := "SELECT seq, run FROM mail WHERE id IN (?" + strings.Repeat(", ?", len(ids)-1) + ")"
		var args []any
		for _, id := range ids {
			args = append(args, string(id))
		}
		seqs, err := s.placesOf(ctx, query, args, which.Run)
		if err != nil {
			return err
		}
		seqs = slices.DeleteFunc(seqs, func(seq int64) bool { return done[seq] })
		for _, seq := range seqs {
			done[seq] = true
		}
		if len(seqs) == 0 {
			continue
		}
		if err := do(seqs); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) placesOf(ctx context.Context, query string, args []any, run string) (seqs []int64, err error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var seq int64
		var of string
		if err := rows.Scan(&seq, &of); err != nil {
			return nil, err
		}
		if run == "" || of == run {
			seqs = append(seqs, seq)
		}
	}
	slices.Sort(seqs)
	return seqs, rows.Err()
}
