package postgres

import (
	"context"
	"errors"

	"github.com/smtpspec/smtpspec/harness/store"
)

// Info implements store.Store.
func (s *Store) Info(ctx context.Context) (store.Info, error) {
	inside, leave, err := s.enter(ctx)
	if err != nil {
		return store.Info{}, err
	}
	defer leave()
	i := store.Info{
		Kind: "postgres", Where: s.where, Durability: s.durable, Retention: s.options.Retention, Evicted: s.evicted.Load(),
	}
	var writable bool
	err = s.pool.QueryRow(inside, `select seq, messages, bytes, unread, sessions, (select count(*) from messages where not indexed),
		not (pg_is_in_recovery() or current_setting('transaction_read_only')::bool) from state`).
		Scan(&i.Seq, &i.Messages, &i.Bytes, &i.Unread, &i.Sessions, &i.Unindexed, &writable)
	if err != nil && inside.Err() != nil {
		return i, ended(inside, err)
	}
	if err != nil {
		return i, connectError(s.pool.Config().ConnConfig, err)
	}
	if !writable {
		return i, errors.New("postgres: " + s.where + ": the database is read-only: no mail can be taken until it is not")
	}
	return i, nil
}

// report logs what went wrong behind the commit. What ends with the store is
// nobody's business.
func (s *Store) report(doing string, err error) {
	if err != nil && s.ctx.Err() == nil {
		s.options.Log.Warn("postgres: "+doing, "error", err)
	}
}
