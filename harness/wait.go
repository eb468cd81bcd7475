package harness

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// signal wakes everybody who waits for a change.
type signal struct {
	mu sync.Mutex
	ch chan struct{} // closed by the next notify; nil while nobody waits
}

func (s *signal) next() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch == nil {
		s.ch = make(chan struct{})
	}
	return s.ch
}

func (s *signal) notify() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch != nil {
		close(s.ch)
		s.ch = nil
	}
}

// until waits for done to hold. It ends early when ctx does, or when something
// happened that the test does not allow.
func (s *signal) until(ctx context.Context, violations func() []Violation, done func() bool) error {
	for {
		changed := s.next()
		if done() {
			return nil
		}
		if v := violations(); len(v) > 0 {
			return errors.New(record.Escape(v[0].Text))
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// goal is what a test waits for.
type goal struct {
	Messages int `json:"messages,omitempty"` // at least so many
	Ended    int `json:"ended,omitempty"`    // at least so many sessions that have ended
}

func (g goal) reached(w witness) bool {
	return (g.Messages == 0 || len(w.Messages()) >= g.Messages) && (g.Ended == 0 || ended(w.Sessions()) >= g.Ended)
}

func ended(all []*Session) int {
	n := 0
	for _, session := range all {
		if session.End != StillOpen {
			n++
		}
	}
	return n
}

func (s *Server) await(ctx context.Context, g goal) error {
	return s.changed.until(ctx, s.Violations, func() bool {
		return s.messages.count() >= g.Messages && s.endings() >= g.Ended
	})
}

func (s *Server) endings() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.history.endings()
}

// WaitForMessages returns the messages once there are at least n. The error
// says what came instead, with the transcript; it comes at once if something
// happened that the test does not allow.
func (s *Server) WaitForMessages(ctx context.Context, n int) ([]*Message, error) {
	return waitForMessages(ctx, s, n)
}

func waitForMessages(ctx context.Context, w witness, n int) ([]*Message, error) {
	err := w.await(ctx, goal{Messages: n})
	got := w.Messages()
	if err != nil {
		err = fmt.Errorf("harness: waited for %s, got %d: %w\n%s", counted(n, "message"), len(got), err, w.Report())
	}
	return got, err
}

// WaitForSessions returns all sessions once at least n of them have ended.
func (s *Server) WaitForSessions(ctx context.Context, n int) ([]*Session, error) {
	return waitForSessions(ctx, s, n)
}

func waitForSessions(ctx context.Context, w witness, n int) ([]*Session, error) {
	err := w.await(ctx, goal{Ended: n})
	got := w.Sessions()
	if err != nil {
		err = fmt.Errorf("harness: waited for %s to end, %d did: %w\n%s", counted(n, "session"), ended(got), err, w.Report())
	}
	return got, err
}

// WaitIdle returns when no session is open.
func (s *Server) WaitIdle(ctx context.Context) error {
	err := s.changed.until(ctx, s.Violations, s.idle)
	if err != nil {
		err = fmt.Errorf("harness: waited for the last session to end: %w\n%s", err, s.Report())
	}
	return err
}

// OnlyMessage returns the message of a server that was sent exactly one. It
// waits up to a second for it, and fails t otherwise.
func (s *Server) OnlyMessage(t TB) *Message {
	t.Helper()
	return onlyMessage(t, s)
}

func onlyMessage(t TB, w witness) *Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	got, err := waitForMessages(ctx, w, 1)
	switch {
	case err != nil:
		t.Fatalf("%v", err)
	case len(got) != 1:
		t.Fatalf("harness: expected one message, got %d:\n%s", len(got), w.Report())
	default:
		return got[0]
	}
	return nil
}

// All yields the messages that are there and those that come, until ctx ends.
func (s *Server) All(ctx context.Context) iter.Seq[*Message] {
	return func(yield func(*Message) bool) {
		for m := range s.messages.watch(ctx, 0) {
			if !yield(s.view(m)) {
				return
			}
		}
	}
}

func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, strings.TrimSuffix(thing, "s"))
}
