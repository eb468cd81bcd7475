package postgres

import (
	"context"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// keepTidy applies what counts of the retention behind Put and PutSession, and
// forgets old events. If another node is at it, it is left to that one, and
// looked at again a little later.
func (s *Store) keepTidy() {
	forget := time.NewTicker(lookEvery)
	defer forget.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-s.tidy:
			s.report("applying the retention", s.evict(s.ctx, false))
		case <-forget.C:
			s.report("applying the retention", s.evict(s.ctx, false))
			s.report("forgetting events", s.forgetEvents(s.ctx))
		}
	}
}

// Expire implements store.Store. Nodes that do it at the same time do not
// remove more than one would.
func (s *Store) Expire(ctx context.Context, now time.Time) error {
	inside, leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	return ended(inside, s.expire(inside, now))
}

func (s *Store) expire(ctx context.Context, now time.Time) error {
	if err := s.expireRuns(ctx, now); err != nil {
		return err
	}
	if age := s.options.Retention.Age; age > 0 {
		if err := s.expireOlder(ctx, nanos(now.Add(-age))); err != nil {
			return err
		}
	}
	return s.evict(ctx, true)
}

func (s *Store) expireRuns(ctx context.Context, now time.Time) error {
	rows, err := s.pool.Query(ctx, `select name from runs where expires <= $1`, nanos(now))
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, name := range names {
		if err != nil {
			break
		}
		var removed int
		removed, err = s.removeRun(ctx, record.Unescape(name))
		s.evicted.Add(int64(removed))
		if err == store.ErrNotFound { // another node was faster
			err = nil
		}
	}
	return err
}

func (s *Store) expireOlder(ctx context.Context, than int64) error {
	for more := true; more; {
		err := s.retain(ctx, true, func(c *change) error {
			rows, err := c.tx.Query(ctx, `select id from messages where not pinned and at < $1 order by seq limit $2`, than, changeBatch)
			if err != nil {
				return err
			}
			n, err := s.evictRows(ctx, c, rows)
			more = n == changeBatch
			return err
		})
		if err != nil {
			return err
		}
	}
	return s.dropSessions(ctx, `started < $2`, than)
}

// retain does a step of the retention, which is one node's at a time. If wait
// is not set and another node is at it, nothing is done.
func (s *Store) retain(ctx context.Context, wait bool, do func(*change) error) error {
	return s.changeIf(ctx, func(tx pgx.Tx) (bool, error) {
		const lock = `_xact_lock(hashtextextended('smtpspec retention ' || current_schema, 0))`
		if wait {
			_, err := tx.Exec(ctx, `select pg_advisory`+lock)
			return true, err
		}
		mine := false
		err := tx.QueryRow(ctx, `select pg_try_advisory`+lock).Scan(&mine)
		return mine, err
	}, do)
}

func (s *Store) evictRows(ctx context.Context, c *change, rows pgx.Rows) (int, error) {
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	n, err := c.remove(ctx, ids)
	c.evicted += int64(n)
	return n, err
}

// evict removes the oldest messages that are not pinned, until the others are
// within the bounds, and the oldest sessions.
func (s *Store) evict(ctx context.Context, wait bool) error {
	s.evicting.Lock()
	defer s.evicting.Unlock()
	for more := true; more; {
		if over, err := s.overfull(ctx); err != nil || !over {
			return err
		}
		more = false
		err := s.retain(ctx, wait, func(c *change) error {
			var err error
			more, err = s.evictSome(ctx, c)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// excess is by how much the bounds are passed.
type excess struct{ messages, bytes, sessions int64 }

func (s *Store) excess(ctx context.Context, from interface {
	QueryRow(context.Context, string, ...any) pgx.Row
}) (x excess, err error) {
	most := s.options.Retention
	var messages, bytes, sessions int64
	err = from.QueryRow(ctx, `select messages - pinned, bytes - held, sessions from state`).Scan(&messages, &bytes, &sessions)
	if most.Messages > 0 {
		x.messages = max(0, messages-int64(most.Messages))
	}
	if most.Bytes > 0 {
		x.bytes = max(0, bytes-most.Bytes)
	}
	if most.Sessions > 0 {
		x.sessions = max(0, sessions-int64(most.Sessions))
	}
	return x, err
}

func (s *Store) overfull(ctx context.Context) (bool, error) {
	most := s.options.Retention
	if most.Messages <= 0 && most.Bytes <= 0 && most.Sessions <= 0 {
		return false, nil
	}
	x, err := s.excess(ctx, s.pool)
	return x != excess{}, err
}

// evictSome removes a batch, and says whether there may be more to remove.
func (s *Store) evictSome(ctx context.Context, c *change) (bool, error) {
	x, err := s.excess(ctx, c.tx)
	if err != nil {
		return false, err
	}
	removed := int64(0)
	if x.sessions > 0 {
		removed, err = c.removeSessions(ctx, min(x.sessions, changeBatch), `true`)
	}
	if err == nil && (x.messages > 0 || x.bytes > 0) {
		var n int
		n, err = s.evictOldest(ctx, c, x)
		removed += int64(n)
	}
	return removed > 0, err
}

// evictOldest removes of the oldest messages as many as are too many, or as
// many more as hold the octets that are too many.
func (s *Store) evictOldest(ctx context.Context, c *change, x excess) (int, error) {
	rows, err := c.tx.Query(ctx, `
		select id from (
			select seq, id, row_number() over (order by seq) as n, sum(size) over (order by seq) - size as before
			from (select seq, id, size from messages where not pinned order by seq limit $3) as oldest
		) as counted
		where n <= $1 or before < $2`, x.messages, x.bytes, changeBatch)
	if err != nil {
		return 0, err
	}
	return s.evictRows(ctx, c, rows)
}

// forgetEvents deletes the events that a watch need not be resumed over.
func (s *Store) forgetEvents(ctx context.Context) error {
	return s.retain(ctx, false, func(c *change) error {
		var upTo int64
		err := c.tx.QueryRow(ctx, `select seq - $1 from state`, int64(min(s.options.Events, math.MaxInt32))).Scan(&upTo)
		if err != nil || upTo <= 0 {
			return err
		}
		done, err := c.tx.Exec(ctx, `delete from events where seq <= $1`, upTo)
		if err == nil && done.RowsAffected() > 0 {
			_, err = c.tx.Exec(ctx, `update state set forgotten = greatest(forgotten, $1)`, upTo)
		}
		return err
	})
}
