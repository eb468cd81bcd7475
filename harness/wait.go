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
func (s *Server) until(ctx context.Context, done func() bool) error {
	for {
		changed := s.changed.next()
		if done() {
			return nil
		}
		if v := s.Violations(); len(v) > 0 {
			return errors.New(record.Escape(v[0].Text))
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// WaitForMessages returns the messages once there are at least n. The error
// says what came instead, with the transcript; it comes at once if something
// happened that the test does not allow.
func (s *Server) WaitForMessages(ctx context.Context, n int) ([]*Message, error) {
	var got []*Message
	err := s.until(ctx, func() bool {
		got = s.Messages()
		return len(got) >= n
	})
	if err != nil {
		err = fmt.Errorf("harness: waited for %s, got %d: %w\n%s", counted(n, "message"), len(got), err, s.Report())
	}
	return got, err
}

// WaitForSessions returns all sessions once at least n of them have ended.
func (s *Server) WaitForSessions(ctx context.Context, n int) ([]*Session, error) {
	ended := 0
	err := s.until(ctx, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		ended = s.history.endings()
		return ended >= n
	})
	if err != nil {
		err = fmt.Errorf("harness: waited for %s to end, %d did: %w\n%s", counted(n, "session"), ended, err, s.Report())
	}
	return s.Sessions(), err
}

// WaitIdle returns when no session is open.
func (s *Server) WaitIdle(ctx context.Context) error {
	err := s.until(ctx, s.idle)
	if err != nil {
		err = fmt.Errorf("harness: waited for the last session to end: %w\n%s", err, s.Report())
	}
	return err
}

// OnlyMessage returns the message of a server that was sent exactly one. It
// waits up to a second for it, and fails t otherwise.
func (s *Server) OnlyMessage(t TB) *Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	got, err := s.WaitForMessages(ctx, 1)
	switch {
	case err != nil:
		t.Fatalf("%v", err)
	case len(got) > 1:
		t.Fatalf("harness: expected one message, got %d:\n%s", len(got), s.Report())
	default:
		return got[0]
	}
	return nil
}

// All yields the messages that are there and those that come, until ctx ends.
func (s *Server) All(ctx context.Context) iter.Seq[*Message] {
	return func(yield func(*Message) bool) {
		for m := range s.messages.Watch(ctx, 0) {
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
