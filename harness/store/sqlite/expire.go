package sqlite

import (
	"context"
	"strconv"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
)

// vacuumPages is how many free pages a commit of retention gives back to the
// file system.
const vacuumPages = 256

// Expire applies the retention as of now and removes the runs that have
// expired, in commits of 200 messages, and makes the file smaller by the room
// that became free.
func (s *Store) Expire(ctx context.Context, now time.Time) error {
	reading, leave, err := s.reading(ctx)
	if err != nil {
		return err
	}
	defer leave()
	err = s.expireRuns(reading, now)
	if err == nil && s.options.Retention.Age > 0 {
		err = s.expireOlder(reading, nanos(now.Add(-s.options.Retention.Age)))
	}
	if err == nil {
		err = s.evictAll(reading)
	}
	if err == nil {
		err = s.shrink(reading)
	}
	return s.known(ctx, err)
}

func (s *Store) expireRuns(ctx context.Context, now time.Time) error {
	rows, err := s.read.QueryContext(ctx, "SELECT name FROM run WHERE ends <= ?", nanos(now))
	if err != nil {
		return err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		names = append(names, name)
	}
	for _, name := range names {
		if err := s.removeRun(ctx, name, true); err != nil {
			return err
		}
	}
	return rows.Err()
}

// repeated does something in commits of their own until it says that there is
// nothing left to do.
func (s *Store) repeated(ctx context.Context, do func(*change) (done int, err error)) error {
	for {
		n := 0
		err := s.write.change(ctx, func(c *change) (err error) {
			n, err = do(c)
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

func (s *Store) expireOlder(ctx context.Context, than int64) error {
	err := s.repeated(ctx, func(c *change) (int, error) {
		seqs, err := c.seqs("SELECT seq FROM mail WHERE at < ? AND pinned = 0 ORDER BY at LIMIT ?", than, batch)
		if err != nil {
			return 0, err
		}
		return len(seqs), c.expel(seqs)
	})
	if err != nil {
		return err
	}
	return s.repeated(ctx, func(c *change) (int, error) {
		return c.removeSessions("SELECT seq FROM session WHERE started < ? LIMIT ?", than, batch)
	})
}

// evictAll evicts until everything is within its bounds.
func (s *Store) evictAll(ctx context.Context) error {
	err := s.repeated(ctx, func(c *change) (int, error) {
		before := c.evicted
		err := c.evict(batch)
		return int(c.evicted - before), err
	})
	if err != nil {
		return err
	}
	return s.repeated(ctx, func(c *change) (int, error) { return c.evictSessions() })
}

// evict removes up to limit of the oldest messages, as far as the others are
// beyond the bounds.
func (c *change) evict(limit int) error {
	messages, bytes := c.excess()
	if messages <= 0 && bytes <= 0 {
		return nil
	}
	plan, err := c.plan("SELECT seq, size FROM mail WHERE seq >= ? AND pinned = 0 ORDER BY seq LIMIT ?")
	if err != nil {
		return err
	}
	rows, err := plan.Query(c.now.oldest, limit)
	if err != nil {
		return err
	}
	defer rows.Close()
	var seqs []int64
	for (messages > 0 || bytes > 0) && rows.Next() {
		var seq, size int64
		if err := rows.Scan(&seq, &size); err != nil {
			return err
		}
		seqs = append(seqs, seq)
		messages, bytes = messages-1, bytes-size
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return err
	}
	if len(seqs) > 0 {
		c.now.oldest = seqs[len(seqs)-1]
	}
	return c.expel(seqs)
}

// excess returns by how much the bounds are passed, negative where they are
// not.
func (c *change) excess() (messages, bytes int64) {
	most := c.store.options.Retention
	const never = -1 << 62
	messages, bytes = never, never
	if most.Messages > 0 {
		messages = c.now.messages - c.now.pinned - int64(most.Messages)
	}
	if most.Bytes > 0 {
		bytes = c.now.bytes - c.now.heavy - most.Bytes
	}
	return messages, bytes
}

// expel deletes messages, counts them as evicted, and tells of it.
func (c *change) expel(seqs []int64) error {
	messages, err := c.stated(seqs)
	if err != nil {
		return err
	}
	for _, m := range messages {
		if err := c.delete(m); err != nil {
			return err
		}
	}
	c.evicted += int64(len(messages))
	c.tell(store.Deleted, messages)
	return nil
}

func (c *change) seqs(query string, args ...any) (seqs []int64, err error) {
	plan, err := c.plan(query)
	if err != nil {
		return nil, err
	}
	rows, err := plan.Query(args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var seq int64
		if err := rows.Scan(&seq); err != nil {
			return nil, err
		}
		seqs = append(seqs, seq)
	}
	return seqs, rows.Err()
}

// shrink gives the free pages back to the file system, some at a time.
func (s *Store) shrink(ctx context.Context) error {
	for {
		var free int
		if err := s.read.QueryRowContext(ctx, "PRAGMA main.freelist_count").Scan(&free); err != nil || free < vacuumPages {
			return err
		}
		err := s.write.change(ctx, func(c *change) error {
			_, err := c.conn.ExecContext(context.Background(), "PRAGMA main.incremental_vacuum("+strconv.Itoa(vacuumPages)+")")
			return err
		})
		if err != nil {
			return err
		}
	}
}
