package store

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

func message(id, session, size int) *record.Message {
	m := &record.Message{ID: id, Session: session}
	m.SetRaw(make([]byte, size))
	return m
}

func put(t *testing.T, s *Memory, all ...*record.Message) {
	t.Helper()
	for _, m := range all {
		if err := s.Put(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
}

func idsOf(all []*record.Message) []int {
	ids := []int{}
	for _, m := range all {
		ids = append(ids, m.ID)
	}
	return ids
}

func wantIDs(t *testing.T, s *Memory, q Query, want ...int) {
	t.Helper()
	all, err := s.List(t.Context(), q)
	if err != nil || !slices.Equal(idsOf(all), append([]int{}, want...)) {
		t.Errorf("%+v: %v, %v; want %v", q, idsOf(all), err, want)
	}
}

func TestMemoryLooks(t *testing.T) {
	var s Memory
	put(t, &s, message(1, 1, 5), message(2, 2, 5), message(5, 1, 5))
	wantIDs(t, &s, Query{}, 1, 2, 5)
	wantIDs(t, &s, Query{After: 1}, 2, 5)
	wantIDs(t, &s, Query{After: 3}, 5)
	wantIDs(t, &s, Query{After: 9})
	wantIDs(t, &s, Query{Session: 1}, 1, 5)
	wantIDs(t, &s, Query{Session: 1, Limit: 1}, 1)
	wantIDs(t, &s, Query{Limit: 2}, 1, 2)
	for id, found := range map[int]bool{0: false, 1: true, 3: false, 5: true, 6: false} {
		m, err := s.Get(t.Context(), id)
		if found && (err != nil || m.ID != id) || !found && !errors.Is(err, ErrNotFound) {
			t.Errorf("Get(%d) = %v, %v", id, m, err)
		}
	}
}

func TestMemoryDeletes(t *testing.T) {
	var s Memory
	put(t, &s, message(1, 1, 5), message(2, 2, 6), message(3, 1, 7), message(4, 1, 8))
	for _, c := range []struct {
		q    Query
		n    int
		left []int
	}{
		{Query{Session: 1, Limit: 1}, 1, []int{2, 3, 4}},
		{Query{After: 3}, 1, []int{2, 3}},
		{Query{Session: 9}, 0, []int{2, 3}},
		{Query{}, 2, nil},
	} {
		if n, err := s.Delete(t.Context(), c.q); n != c.n || err != nil {
			t.Errorf("Delete(%+v) = %d, %v", c.q, n, err)
		}
		wantIDs(t, &s, Query{}, c.left...)
	}
	if messages, octets, evicted := s.Usage(); messages != 0 || octets != 0 || evicted != 0 {
		t.Errorf("usage is %d, %d, %d", messages, octets, evicted)
	}
}

func TestMemoryBounds(t *testing.T) {
	for _, c := range []struct {
		name            string
		messages, bytes int
		left, gone      []int
	}{
		{"none", 0, 0, []int{1, 2, 3, 4}, nil},
		{"messages", 2, 0, []int{3, 4}, []int{1, 2}},
		{"octets", 0, 25, []int{3, 4}, []int{1, 2}},
		{"both", 3, 15, []int{4}, []int{1, 2, 3}},
	} {
		s := Memory{Messages: c.messages, Bytes: c.bytes}
		var gone []int
		s.Evicted = func(m *record.Message) {
			if _, err := s.Get(context.Background(), m.ID); !errors.Is(err, ErrNotFound) {
				t.Errorf("%s: %d is told of before it is gone", c.name, m.ID)
			}
			gone = append(gone, m.ID)
		}
		put(t, &s, message(1, 1, 10), message(2, 1, 10), message(3, 1, 10), message(4, 1, 10))
		wantIDs(t, &s, Query{}, c.left...)
		if !slices.Equal(gone, c.gone) {
			t.Errorf("%s: evicted %v, want %v", c.name, gone, c.gone)
		}
		if messages, octets, evicted := s.Usage(); messages != len(c.left) || octets != 10*len(c.left) || evicted != len(c.gone) {
			t.Errorf("%s: usage is %d, %d, %d", c.name, messages, octets, evicted)
		}
	}
}

func TestMemoryRefusesWhatNeverFits(t *testing.T) {
	s := Memory{Bytes: 10}
	put(t, &s, message(1, 1, 5))
	var reply record.Reply
	if err := s.Put(t.Context(), message(2, 1, 11)); !errors.As(err, &reply) || reply.Code != 452 {
		t.Errorf("got %v", err)
	}
	wantIDs(t, &s, Query{}, 1)
}

func TestMemoryWatch(t *testing.T) {
	var s Memory
	put(t, &s, message(1, 1, 1), message(2, 1, 1))
	ctx, stop := context.WithCancel(t.Context())
	seen, over := make(chan int), make(chan struct{})
	go func() {
		defer close(over)
		for m := range s.Watch(ctx, 1) {
			seen <- m.ID
		}
	}()
	want := func(id int) {
		t.Helper()
		select {
		case got := <-seen:
			if got != id {
				t.Fatalf("saw %d, want %d", got, id)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("never saw %d", id)
		}
	}
	want(2)
	put(t, &s, message(3, 1, 1))
	want(3)
	stop()
	<-over
}

func TestMemoryWatchEndsWithItsReader(t *testing.T) {
	var s Memory
	put(t, &s, message(1, 1, 1), message(2, 1, 1))
	for m := range s.Watch(t.Context(), 0) {
		if m.ID != 1 {
			t.Fatalf("saw %d", m.ID)
		}
		break
	}
}

func TestMemoryFromManyGoroutines(t *testing.T) {
	const each = 100
	s := Memory{Messages: 50}
	var turn sync.Mutex // numbers messages, as a server does
	next := 0
	ctx, stop := context.WithCancel(t.Context())
	var writers, readers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for range each {
				turn.Lock()
				next++
				s.Put(ctx, message(next, 1, 3))
				turn.Unlock()
			}
		})
		readers.Go(func() {
			last := 0
			for m := range s.Watch(ctx, 0) {
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
	if messages, octets, evicted := s.Usage(); messages != 50 || octets != 150 || evicted != 4*each-50 {
		t.Errorf("usage is %d, %d, %d", messages, octets, evicted)
	}
}
