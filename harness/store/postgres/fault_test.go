package postgres

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/store/postgres/pgtest"
)

// load puts messages from several goroutines until it is stopped.
type load struct {
	all     sync.WaitGroup
	stopped atomic.Bool

	mu      sync.Mutex // guards what follows
	kept    []store.ID // Put returned nil
	refused []store.ID
	more    chan struct{} // closed when one more is kept
}

func startLoad(t *testing.T, s *Store, writers int) *load {
	l := &load{more: make(chan struct{})}
	for w := range writers {
		l.all.Go(func() {
			for i := 0; !l.stopped.Load(); i++ {
				text := "text"
				if i%20 == w {
					text = strings.Repeat("large ", 400_000)
				}
				l.put(t, s, text)
			}
		})
	}
	return l
}

// put notes what became of a message.
func (l *load) put(t *testing.T, s *Store, text string) {
	m, raw := mailOf(text)
	err := s.Put(t.Context(), m, raw)
	var reply record.Reply
	if err != nil && !errors.As(err, &reply) {
		t.Errorf("%v is not an answer", err)
	}
	if err != nil && reply.Code != 451 {
		t.Errorf("answered with %v", reply)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.refused = append(l.refused, m.ID)
		return
	}
	l.kept = append(l.kept, m.ID)
	close(l.more)
	l.more = make(chan struct{})
}

// accepted returns how many messages were, and what is closed upon the next.
func (l *load) accepted() (int, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.kept), l.more
}

// reach waits until so many messages were accepted.
func (l *load) reach(t *testing.T, want int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	for n, more := l.accepted(); n < want; n, more = l.accepted() {
		select {
		case <-more:
		case <-ctx.Done():
			t.Fatalf("%d messages were accepted, want %d", n, want)
		}
	}
}

func (l *load) stop() {
	l.stopped.Store(true)
	l.all.Wait()
}

// TestBackendsAreKilled ends the connections of a node under load: what was
// accepted is there, and what was refused is not.
func TestBackendsAreKilled(t *testing.T) {
	s := open(t, Options{})
	judge := open(t, Options{Schema: s.options.Schema})
	l := startLoad(t, s, 6)
	for i := range 30 {
		l.reach(t, 20*i)
		admin(t, judge, `select pg_terminate_backend(pid) from pg_stat_activity
			where query like '%insert into%' and state <> 'idle' and pid <> pg_backend_pid()`)
	}
	l.stop()
	t.Logf("%d accepted, %d refused", len(l.kept), len(l.refused))
	same(t, "kept", found(t, judge, nil), l.kept)
}

// TestServerRestarts ends a server three times under load, once by a crash.
func TestServerRestarts(t *testing.T) {
	defer noneLeft(t)()
	own, err := pgtest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer own.Stop()
	s, err := Open(t.Context(), own.URL(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	l := startLoad(t, s, 6)
	for i, end := range []func(){func() { own.Shut() }, own.Crash, func() { own.Shut() }} {
		l.reach(t, 200*(i+1))
		end()
		if _, err := s.Info(t.Context()); err == nil {
			t.Error("a store without a server says that it can take mail")
		}
		if err := own.Launch(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	restarted, _ := l.accepted()
	l.reach(t, restarted+200)
	l.stop()
	t.Logf("%d accepted, %d refused", len(l.kept), len(l.refused))
	there := found(t, s, nil)
	for _, id := range l.kept {
		if !slices.Contains(there, id) {
			t.Errorf("%s was accepted and is lost", id)
		}
	}
}

// wantReply puts a message that the store has to refuse.
func wantReply(t *testing.T, s *Store, want string) {
	t.Helper()
	m, raw := mailOf("text")
	err := s.Put(t.Context(), m, raw)
	var reply record.Reply
	if !errors.As(err, &reply) || !strings.HasPrefix(reply.String(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestPutIsRefused(t *testing.T) {
	s := open(t, Options{})
	fail := func(code string) {
		t.Helper()
		admin(t, s, `create or replace function refuse() returns trigger language plpgsql as
			'begin raise exception ''refused'' using errcode = ''`+code+`''; end'`)
		admin(t, s, `create or replace trigger refuse before insert on pieces execute function refuse()`)
	}
	for code, want := range map[string]string{
		diskFull: "452 4.3.1", readOnly: "451 4.3.0", "53200": "451 4.3.2", "57P02": "451 4.3.0", "XX000": "451 4.3.0",
	} {
		fail(code)
		wantReply(t, s, want)
	}
	admin(t, s, `drop trigger refuse on pieces`)
	m := put(t, s, "text")
	same(t, "stored", found(t, s, nil), []store.ID{m.ID})
}

// TestBadMemberOfGroup has one message of a group refused and the others not.
func TestBadMemberOfGroup(t *testing.T) {
	s := open(t, Options{})
	first := put(t, s, "text")
	var all sync.WaitGroup
	var failed atomic.Int64
	for i := range 200 {
		all.Go(func() {
			m, raw := mailOf("text")
			if i%10 == 0 {
				m.ID = first.ID
			}
			if s.Put(t.Context(), m, raw) != nil {
				failed.Add(1)
			}
		})
	}
	all.Wait()
	if n := len(found(t, s, nil)); n != 181 || failed.Load() != 20 {
		t.Errorf("%d stored, %d refused", n, failed.Load())
	}
}

// awaitBlocked waits until so many statements of the server wait for a lock.
func awaitBlocked(t *testing.T, s *Store, want int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for n := 0; n < want; {
		err := s.pool.QueryRow(ctx, `select count(*) from pg_stat_activity where cardinality(pg_blocking_pids(pid)) > 0`).Scan(&n)
		if err != nil {
			t.Fatalf("%d statements wait, want %d: %v", n, want, err)
		}
	}
}

func TestPutIsGivenUp(t *testing.T) {
	s := open(t, Options{})
	judge := open(t, Options{Schema: s.options.Schema})
	tx, err := s.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.Background())
	if _, err := tx.Exec(t.Context(), `select from state for update`); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range committers { // these are on their way, and wait
		all.Go(func() { put(t, s, "text") })
		awaitBlocked(t, judge, i+1)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	m, raw := mailOf("text")
	if err := s.Put(ctx, m, raw); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	if n := len(found(t, s, nil)); n != committers {
		t.Errorf("%d messages", n)
	}
}
