// Package store keeps captured messages and tells watchers of new ones.
//
// A message is in its store before the client has its 250. What a store gives
// out is never changed.
package store

import (
	"context"
	"errors"
	"iter"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Store keeps messages. All methods may be called from any goroutine.
type Store interface {
	// Put keeps m under its ID. When it returns nil the message is kept; a
	// record.Reply as the error is what the client is told.
	Put(ctx context.Context, m *record.Message) error
	// Get returns one message, or ErrNotFound.
	Get(ctx context.Context, id int) (*record.Message, error)
	// List returns the messages that q describes, oldest first.
	List(ctx context.Context, q Query) ([]*record.Message, error)
	// Delete removes the messages that q describes and returns how many. A
	// zero Query describes all.
	Delete(ctx context.Context, q Query) (int, error)
	// Watch yields the messages behind the ID after, those that are there and
	// those that come, until ctx ends.
	Watch(ctx context.Context, after int) iter.Seq[*record.Message]
}

// ErrNotFound is what Get returns for a message that is not there, or not any
// more.
var ErrNotFound = errors.New("store: no such message")

// Query describes messages. The zero value describes all of them.
type Query struct {
	After   int // only those with a greater ID
	Session int // only those of one session; 0 = any
	Limit   int // at most so many, the oldest; 0 = no limit
}

func (q Query) matches(m *record.Message) bool {
	return m.ID > q.After && (q.Session == 0 || m.Session == q.Session)
}
