package sqlite

import (
	"context"
	"iter"

	"github.com/smtpspec/smtpspec/harness/store"
)

// Info says what the store is and holds, in a time that does not depend on how
// much that is. When the last change failed it tries to write, and the error is
// what a client would be told of, with what to do about it.
func (s *Store) Info(ctx context.Context) (store.Info, error) {
	if err := s.enter(ctx); err != nil {
		return store.Info{}, err
	}
	defer s.leave()
	now, err := s.write.state()
	if err != nil {
		err = s.write.change(ctx, func(*change) error { return nil })
	}
	return store.Info{
		Kind: "sqlite", Where: s.path, Durability: s.options.Durability, Retention: s.options.Retention,
		Seq: now.seq, Messages: int(now.messages), Bytes: now.bytes, Unread: int(now.unread), Sessions: int(now.sessions),
		Evicted: s.evicted.Load(), Unindexed: s.index.behind(),
	}, s.known(ctx, err)
}

// Watch yields what happens behind a place, over restarts too.
func (s *Store) Watch(ctx context.Context, after int64) iter.Seq2[*store.Event, error] {
	return s.events.Watch(ctx, after, func(id store.ID) *store.Entry {
		e, err := s.Get(ctx, id)
		if err != nil {
			return nil
		}
		return e
	})
}
