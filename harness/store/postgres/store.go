// Package postgres keeps mail in PostgreSQL, version 14 or newer, so that
// several daemons share one inbox: what one of them takes, the others list,
// search, watch and wait for.
//
// Order. Everything that happens takes its place from the one row of table
// state, by an update whose row lock is held until the commit. So places are
// committed in their order and without holes: who has read up to a place never
// finds something new before it. The lock is taken last, behind the content.
//
// Search. The words of all columns stand in one tsvector, each behind the
// letter of its column, at its position in that column. A phrase of the query
// language is a phrase of tsquery then, and one GIN index serves all of them.
// Trigrams are not needed: words begin where searches begin. Where a tsvector
// cannot hold everything (positions above 16,000, a word more than 250 times
// in a column, words of more than 1,000 octets, 900 KB in all), the message is
// marked, found as a candidate and looked at by Query.Match; so are the fields
// that a HeaderPhrase asks for. What a search cannot find is what the digest
// does not have.
//
// A run is a column, and goes in batches; tables are not partitioned, because
// runs are many, small and short.
package postgres

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/smtpspec/smtpspec/harness/store"
)

// DefaultSchema is where the tables are, unless Options say otherwise.
const DefaultSchema = "smtpspec"

// Options say how a store is kept. The zero value keeps everything.
type Options struct {
	Retention store.Retention // of the nodes that do it one after the other; they should agree
	Digester  store.Digester
	Events    int          // events that a watch can be resumed over; 0 = store.DefaultEvents
	Schema    string       // of the tables; "" = DefaultSchema
	Log       *slog.Logger // of what goes wrong behind the commit; nil = nowhere
}

// Store is a node's end of the inbox. Open makes one.
type Store struct {
	pool    *pgxpool.Pool
	options Options
	where   string
	durable store.Durability
	log     *store.Log

	queue   chan *putting
	backlog *backlog
	follow  chan struct{} // something may have happened
	tidy    chan struct{} // retention may have something to do
	reading sync.Mutex    // held while events are read into the log
	evicted atomic.Int64

	evicting sync.Mutex // held by who evicts, until it is counted

	ctx    context.Context // of the store's own goroutines
	cancel context.CancelFunc
	own    sync.WaitGroup // the goroutines

	mu     sync.Mutex // guards closed and the growth of calls
	closed bool
	calls  sync.WaitGroup // calls that Close waits for
}

var _ store.Store = (*Store)(nil)

// enter begins a call, which the returned function ends. The context ends with
// the call's own one and with the store.
func (s *Store) enter(ctx context.Context) (context.Context, func(), error) {
	if err := ctx.Err(); err != nil {
		return ctx, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ctx, nil, store.ErrClosed
	}
	s.calls.Add(1)
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(s.ctx, func() { cancel(store.ErrClosed) })
	return ctx, func() { stop(); cancel(nil); s.calls.Done() }, nil
}

// closeTime is how long calls may take to end by themselves when the store is
// closed.
const closeTime = 5 * time.Second

// Close ends this node's use of the inbox: watches end with store.ErrClosed, as
// do calls that take longer than 5 s, and no goroutine and no connection is
// left. It never fails.
func (s *Store) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.log.Close()
	late := time.AfterFunc(closeTime, s.cancel)
	s.calls.Wait()
	late.Stop()
	s.cancel()
	s.own.Wait()
	s.pool.Close()
	return nil
}

// wake makes a goroutine look, now or when it is done with what it does.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
