package sqlite

import (
	"context"

	"github.com/smtpspec/smtpspec/harness/store"
)

// PutRun creates a run, or prolongs it.
func (s *Store) PutRun(ctx context.Context, r store.Run) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	return s.known(ctx, s.write.change(ctx, func(c *change) error { return c.openRun(&r) }))
}

// openRun makes a run be there, or prolongs it; nil for none.
func (c *change) openRun(r *store.Run) error {
	if r == nil {
		return nil
	}
	var ends any
	if !r.Expires.IsZero() {
		ends = nanos(r.Expires)
	}
	_, err := c.plain("INSERT INTO run (name, created, expires, ends) VALUES (?, ?, ?, ?)"+
		" ON CONFLICT (name) DO UPDATE SET expires = excluded.expires, ends = excluded.ends"+
		" WHERE run.ends IS NOT NULL AND (excluded.ends IS NULL OR excluded.ends > run.ends)",
		r.Name, packTime(r.Created), packTime(r.Expires), ends)
	return err
}

// Runs returns the runs by name.
func (s *Store) Runs(ctx context.Context) ([]store.Run, error) {
	reading, leave, err := s.reading(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	runs, err := s.runs(reading)
	return runs, s.known(ctx, err)
}

func (s *Store) runs(ctx context.Context) ([]store.Run, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT name, created, expires,"+
		" (SELECT count(*) FROM mail m WHERE m.run = r.name AND m.run <> '') FROM run r ORDER BY name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var runs []store.Run
	for rows.Next() {
		var r store.Run
		var created, expires []byte
		if err := rows.Scan(&r.Name, &created, &expires, &r.Messages); err != nil {
			return nil, err
		}
		if r.Created, err = unpackTime(created); err != nil {
			return nil, err
		}
		if r.Expires, err = unpackTime(expires); err != nil {
			return nil, err
		}
		runs = append(runs, r)
	}
	return runs, rows.Err()
}

// DeleteRun removes a run with its messages and sessions, batch by batch.
func (s *Store) DeleteRun(ctx context.Context, name string) error {
	reading, leave, err := s.reading(ctx)
	if err != nil {
		return err
	}
	defer leave()
	var known int
	err = s.read.QueryRowContext(reading, "SELECT 1 FROM run WHERE name = ?", name).Scan(&known)
	if err == nil {
		err = s.removeRun(reading, name, false)
	}
	return s.known(ctx, err)
}

// removeRun removes the run itself last, so that what is broken off can be done
// again.
func (s *Store) removeRun(ctx context.Context, name string, expired bool) error {
	now, _ := s.write.state()
	err := s.repeated(ctx, func(c *change) (int, error) {
		seqs, err := c.seqs("SELECT seq FROM mail WHERE run = ? AND run <> '' AND seq <= ? LIMIT ?", name, now.seq, batch)
		if err != nil {
			return 0, err
		}
		err = c.expel(seqs)
		if !expired {
			c.evicted = 0
		}
		return len(seqs), err
	})
	if err != nil {
		return err
	}
	err = s.repeated(ctx, func(c *change) (int, error) {
		return c.removeSessions("SELECT seq FROM session WHERE run = ? AND run <> '' AND seq <= ? LIMIT ?", name, now.seq, batch)
	})
	if err != nil {
		return err
	}
	return s.write.change(ctx, func(c *change) error {
		_, err := c.plain("DELETE FROM run WHERE name = ?1 AND NOT EXISTS (SELECT 1 FROM mail WHERE run = ?1 AND run <> '')", name)
		return err
	})
}
