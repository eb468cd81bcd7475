package postgres

import (
	"context"
	"errors"
	"iter"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// Times of following what other nodes do. A notification is only a reason to
// look; without one a node looks now and then all the same.
const (
	lookEvery  = 5 * time.Second
	retryAfter = 200 * time.Millisecond
	eventBatch = 1000
)

// Watch implements store.Store.
func (s *Store) Watch(ctx context.Context, after int64) iter.Seq2[*store.Event, error] {
	return func(yield func(*store.Event, error) bool) {
		if ctx.Err() != nil {
			return
		}
		if err := s.upToDate(ctx); err != nil {
			if ctx.Err() == nil {
				yield(nil, err)
			}
			return
		}
		s.watch(ctx, after, yield)
	}
}

// upToDate reads what has happened, so that a place that another node has told
// of is known here.
func (s *Store) upToDate(ctx context.Context) error {
	inside, leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	return ended(inside, s.catchUp(inside))
}

// watch follows the log. What cannot be read ends it: a message that is there
// is never told of as gone.
func (s *Store) watch(ctx context.Context, after int64, yield func(*store.Event, error) bool) {
	var failed error
	entry := func(id store.ID) *store.Entry {
		e, err := s.Get(ctx, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			failed = err
		}
		return e
	}
	for e, err := range s.log.Watch(ctx, after, entry) {
		switch {
		case failed != nil && ctx.Err() != nil:
			return
		case failed != nil:
			yield(nil, failed)
			return
		case !yield(e, err) || err != nil:
			return
		}
	}
}

// followEvents reads what happens into the log.
func (s *Store) followEvents() {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-s.follow:
		case <-look.C:
		}
		if err := s.catchUp(s.ctx); err != nil {
			s.report("following events", err)
			if !s.pause(retryAfter) {
				return
			}
			wake(s.follow)
		}
	}
}

// pause waits, and says that the store is still open.
func (s *Store) pause(d time.Duration) bool {
	select {
	case <-s.ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// catchUp appends to the log what has happened since its last event. Places are
// committed in their order, so nothing can come to lie before what was read.
func (s *Store) catchUp(ctx context.Context) error {
	s.reading.Lock()
	defer s.reading.Unlock()
	for {
		events, forgotten, err := s.eventsBehind(ctx, s.log.Last())
		if err != nil {
			return err
		}
		if forgotten > s.log.Last() {
			s.log.Forget(forgotten)
		}
		s.log.Append(events...)
		if len(events) < eventBatch {
			return nil
		}
	}
}

// eventsBehind returns the next events, and up to where events were forgotten
// when they were read.
func (s *Store) eventsBehind(ctx context.Context, last int64) ([]*store.Event, int64, error) {
	rows, err := s.pool.Query(ctx, `select forgotten, events.seq, kind, run, ids from state left join events on events.seq > $1
		order by events.seq limit `+strconv.Itoa(eventBatch), last)
	if err != nil {
		return nil, 0, err
	}
	var forgotten int64
	var seq *int64
	var kind, run *string
	var ids []string
	var events []*store.Event
	_, err = pgx.ForEachRow(rows, []any{&forgotten, &seq, &kind, &run, &ids}, func() error {
		if seq != nil {
			events = append(events, &store.Event{Seq: *seq, Kind: store.Kind(*kind), Run: record.Unescape(*run), IDs: idsOf(ids)})
		}
		return nil
	})
	return events, forgotten, err
}

func idsOf(texts []string) []store.ID {
	ids := make([]store.ID, len(texts))
	for i, t := range texts {
		ids[i] = store.ID(record.Unescape(t))
	}
	return ids
}

// listen turns notifications into looks, on a connection of its own. Whatever
// was missed while there was none is found by the look at its beginning.
func (s *Store) listen() {
	for {
		s.report("listening", s.listenOnce())
		if !s.pause(retryAfter) {
			return
		}
	}
}

func (s *Store) listenOnce() error {
	conn, err := pgx.ConnectConfig(s.ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer s.hangUp(conn)
	if _, err := conn.Exec(s.ctx, `listen `+pgx.Identifier{s.options.Schema + "_events"}.Sanitize()); err != nil {
		return err
	}
	for {
		wake(s.follow)
		if _, err := conn.WaitForNotification(s.ctx); err != nil {
			return err
		}
	}
}

func (s *Store) hangUp(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	conn.Close(ctx)
}
