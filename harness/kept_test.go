package harness

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/smtpspec/smtpspec/harness/record"
)

func messageOf(id, size int) *record.Message {
	m := &record.Message{ID: id, Session: 1}
	m.SetRaw(make([]byte, size))
	return m
}

func keepAll(t *testing.T, s *kept, all ...*record.Message) {
	t.Helper()
	for _, m := range all {
		if err := s.put(m); err != nil {
			t.Fatal(err)
		}
	}
}

func wantKept(t *testing.T, s *kept, after int, want ...int) {
	t.Helper()
	var got []int
	for _, m := range s.behind(after) {
		got = append(got, m.ID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("behind %d: %v, want %v", after, got, want)
	}
}

func TestKeptLooks(t *testing.T) {
	var s kept
	keepAll(t, &s, messageOf(1, 5), messageOf(2, 5), messageOf(5, 5))
	wantKept(t, &s, 0, 1, 2, 5)
	wantKept(t, &s, 1, 2, 5)
	wantKept(t, &s, 3, 5)
	wantKept(t, &s, 9)
	for id, want := range map[int]bool{0: false, 1: true, 3: false, 5: true, 6: false} {
		if s.has(id) != want {
			t.Errorf("has(%d) is %t", id, !want)
		}
	}
	s.clear()
	wantKept(t, &s, 0)
	if s.count() != 0 || s.bytes != 0 {
		t.Errorf("%d messages, %d octets are left", s.count(), s.bytes)
	}
}

func TestKeptBounds(t *testing.T) {
	for _, c := range []struct {
		name       string
		bound      Keep
		left, gone []int
	}{
		{"none", Keep{}, []int{1, 2, 3, 4}, nil},
		{"messages", Keep{Messages: 2}, []int{3, 4}, []int{1, 2}},
		{"octets", Keep{Bytes: 25}, []int{3, 4}, []int{1, 2}},
		{"both", Keep{Messages: 3, Bytes: 15}, []int{4}, []int{1, 2, 3}},
	} {
		s := kept{bound: c.bound}
		var gone []int
		s.evicted = func(m *record.Message) {
			if s.has(m.ID) {
				t.Errorf("%s: %d is told of before it is gone", c.name, m.ID)
			}
			gone = append(gone, m.ID)
		}
		keepAll(t, &s, messageOf(1, 10), messageOf(2, 10), messageOf(3, 10), messageOf(4, 10))
		wantKept(t, &s, 0, c.left...)
		if !slices.Equal(gone, c.gone) || s.bytes != 10*len(c.left) {
			t.Errorf("%s: evicted %v, want %v; %d octets are left", c.name, gone, c.gone, s.bytes)
		}
	}
}

func TestKeptRefusesWhatNeverFits(t *testing.T) {
	s := kept{bound: Keep{Bytes: 10}}
	keepAll(t, &s, messageOf(1, 5))
	var reply record.Reply
	if err := s.put(messageOf(2, 11)); !errors.As(err, &reply) || reply.Code != 452 {
		t.Errorf("got %v", err)
	}
	wantKept(t, &s, 0, 1)
}

func TestKeptWatch(t *testing.T) {
	var s kept
	keepAll(t, &s, messageOf(1, 1), messageOf(2, 1))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	seen := make(chan int)
	go func() {
		defer close(seen)
		for m := range s.watch(ctx, 1) {
			seen <- m.ID
		}
	}()
	if got := <-seen; got != 2 {
		t.Fatalf("saw %d", got)
	}
	keepAll(t, &s, messageOf(3, 1))
	if got := <-seen; got != 3 {
		t.Fatalf("saw %d", got)
	}
	stop()
	if got, more := <-seen; more {
		t.Errorf("saw %d behind the end", got)
	}
	for m := range s.watch(t.Context(), 0) {
		if m.ID != 1 {
			t.Fatalf("saw %d", m.ID)
		}
		break
	}
}

func TestKeptFromManyGoroutines(t *testing.T) {
	const each = 100
	s := kept{bound: Keep{Messages: 50}}
	var turn sync.Mutex // numbers messages, as a server does
	next := 0
	ctx, stop := context.WithCancel(t.Context())
	var writers, readers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for range each {
				turn.Lock()
				next++
				s.put(messageOf(next, 3))
				turn.Unlock()
			}
		})
		readers.Go(func() {
			last := 0
			for m := range s.watch(ctx, 0) {
				if m.ID <= last {
					t.Errorf("%d comes behind %d", m.ID, last)
				}
				last = m.ID
			}
		})
	}
	writers.Wait()
	stop()
	readers.Wait()
	if s.count() != 50 || s.bytes != 150 {
		t.Errorf("%d messages, %d octets", s.count(), s.bytes)
	}
}
