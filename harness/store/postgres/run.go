package postgres

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// PutRun implements store.Store.
func (s *Store) PutRun(ctx context.Context, r store.Run) error {
	inside, leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	_, err = s.pool.Exec(inside, insertRun, runRow(r)...)
	return ended(inside, err)
}

const insertRun = `insert into runs (name, created, expires) values ($1, $2, $3)
	on conflict (name) do update set expires = excluded.expires
	where runs.expires is not null and (excluded.expires is null or excluded.expires > runs.expires)`

func runRow(r store.Run) []any {
	var expires *int64
	if !r.Expires.IsZero() {
		at := nanos(r.Expires)
		expires = &at
	}
	return []any{key(r.Name), nanos(r.Created), expires}
}

// queueRuns puts the runs that a group opens, each once. It comes behind what
// locks the order, so that nobody waits for a run with another one held.
func queueRuns(batch *pgx.Batch, group []*putting) {
	runs := map[string]store.Run{}
	for _, p := range group {
		r := p.opens()
		if r == nil {
			continue
		}
		if known, is := runs[r.Name]; is {
			runs[r.Name] = known.Prolonged(*r)
		} else {
			runs[r.Name] = *r
		}
	}
	for _, r := range runs {
		batch.Queue(insertRun, runRow(r)...)
	}
}

// Runs implements store.Store.
func (s *Store) Runs(ctx context.Context) ([]store.Run, error) {
	inside, leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	rows, err := s.pool.Query(inside, `select name, created, expires, (select count(*) from messages where run = name and run <> '') from runs`)
	if err != nil {
		return nil, ended(inside, err)
	}
	runs, err := pgx.CollectRows(rows, scanRun)
	slices.SortFunc(runs, func(a, b store.Run) int { return strings.Compare(a.Name, b.Name) })
	return runs, ended(inside, err)
}

func scanRun(row pgx.CollectableRow) (r store.Run, err error) {
	var created int64
	var expires *int64
	err = row.Scan(&r.Name, &created, &expires, &r.Messages)
	r.Name, r.Created = record.Unescape(r.Name), time.Unix(0, created).UTC()
	if expires != nil {
		r.Expires = time.Unix(0, *expires).UTC()
	}
	return r, err
}

// DeleteRun implements store.Store. The run itself goes last, so that one that
// was half deleted can be deleted again.
func (s *Store) DeleteRun(ctx context.Context, name string) error {
	inside, leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	_, err = s.removeRun(inside, name)
	return ended(inside, err)
}

// removeRun returns how many messages went with a run.
func (s *Store) removeRun(ctx context.Context, name string) (int, error) {
	var there bool
	if err := s.pool.QueryRow(ctx, `select exists (select from runs where name = $1)`, key(name)).Scan(&there); err != nil {
		return 0, err
	}
	if !there {
		return 0, store.ErrNotFound
	}
	removed := 0
	if name != "" {
		var err error
		removed, err = s.eachBatch(ctx, store.Selection{All: true, Run: name}, func(ctx context.Context, c *change, ids []string) (int, error) {
			return c.remove(ctx, ids)
		})
		if err == nil {
			err = s.dropSessions(ctx, `run = $2 and run <> ''`, key(name))
		}
		if err != nil {
			return removed, err
		}
	}
	err := s.change(ctx, func(c *change) error {
		// Mail that came meanwhile has opened the run anew.
		_, err := c.tx.Exec(ctx, `delete from runs where name = $1 and not exists (select from messages where run = $1 and run <> '')`, key(name))
		return err
	})
	return removed, err
}

// dropSessions deletes the sessions that a condition is for.
func (s *Store) dropSessions(ctx context.Context, condition string, args ...any) error {
	for more := true; more; {
		err := s.change(ctx, func(c *change) error {
			n, err := c.removeSessions(ctx, changeBatch, condition, args...)
			more = n == changeBatch
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
