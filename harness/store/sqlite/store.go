package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"sync"
	"sync/atomic"

	"github.com/smtpspec/smtpspec/harness/store"
)

// Store is a store.Store in a file. Open makes one.
type Store struct {
	path    string
	options Options

	lock   *os.File  // makes this process the only one
	mail   *sql.DB   // one connection, which is conn
	conn   *sql.Conn // for the writer alone, once there is one
	read   *sql.DB   // the file of the mail, with that of the search attached
	write  *writer
	index  *index
	pace   *pace // of searches
	events *store.Log

	ending context.Context // ends with Close; what reads is cut off then
	end    context.CancelFunc
	mu     sync.RWMutex // guards closed, and that nothing begins behind it
	closed bool
	inside sync.WaitGroup // the calls that Close waits for
	gone   sync.Once
	result error // of Close

	evicted atomic.Int64
}

var _ store.Store = (*Store)(nil)

// enter begins a call, which leave ends, or says that the store is closed.
func (s *Store) enter(ctx context.Context) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.closed {
		return store.ErrClosed
	}
	s.inside.Add(1)
	return nil
}

func (s *Store) leave() { s.inside.Done() }

// reading is enter for what reads: its context ends with the store too.
func (s *Store) reading(ctx context.Context) (context.Context, func(), error) {
	if err := s.enter(ctx); err != nil {
		return nil, nil, err
	}
	both, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.ending, cancel)
	return both, func() { stop(); cancel(); s.leave() }, nil
}

// known turns what database/sql and SQLite say into what the contract says.
func (s *Store) known(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows), errors.Is(err, store.ErrNotFound):
		return store.ErrNotFound
	case ctx.Err() != nil:
		return ctx.Err()
	case s.ending.Err() != nil:
		return store.ErrClosed
	}
	return fault(s.path, err)
}

// Close ends the store: what was put is committed, watches end with
// store.ErrClosed, searches that run are cut off. It returns when nothing of
// the store is left, the first time with what went wrong.
func (s *Store) Close() error {
	s.gone.Do(func() { s.result = s.close() })
	return s.result
}

func (s *Store) close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.events.Close()
	s.end()
	s.inside.Wait()
	s.index.stop()
	s.write.stop()
	return s.release()
}

// release closes the files, and gives the lock back last.
func (s *Store) release() error {
	var faults []error
	if s.read != nil {
		faults = append(faults, s.read.Close())
	}
	if s.index != nil {
		faults = append(faults, s.index.db.Close())
	}
	if s.conn != nil {
		faults = append(faults, s.conn.Close())
	}
	if s.mail != nil {
		faults = append(faults, s.mail.Close())
	}
	faults = append(faults, s.lock.Close())
	return errors.Join(faults...)
}
