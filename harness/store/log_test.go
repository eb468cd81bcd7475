package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
)

// taken returns the first n events of a watch as text.
func taken(t *testing.T, l *Log, after int64, n int) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	text := ""
	for e, err := range l.Watch(ctx, after, nil) {
		if err != nil {
			t.Fatal(err)
		}
		text += fmt.Sprintf("%s%d ", e.Kind[:1], e.Seq)
		if n--; n == 0 {
			break
		}
	}
	return text
}

func appendMany(l *Log, from, to int64) {
	for seq := from; seq <= to; seq++ {
		l.Append(&Event{Seq: seq, Kind: NewMessage, IDs: []ID{NewID()}})
	}
}

func TestLogKeepsTheLast(t *testing.T) {
	l := NewLog(3, 10)
	appendMany(l, 11, 15)
	l.Append(&Event{Seq: 15, Kind: Deleted}, &Event{Seq: 12, Kind: Deleted})
	for after, want := range map[int64]string{
		-1: "m13 m14 m15 ", 0: "g12 m13 m14 m15 ", 11: "g12 m13 m14 m15 ", 12: "m13 m14 m15 ", 14: "m15 ",
		99: "g15 ",
	} {
		if got := taken(t, l, after, len(want)/4); got != want {
			t.Errorf("behind %d: %s, want %s", after, got, want)
		}
	}
	if l.Last() != 15 {
		t.Errorf("last is %d", l.Last())
	}
}

func TestLogCountsIDs(t *testing.T) {
	l := NewLog(3, 0)
	l.Append(&Event{Seq: 1, Kind: Deleted, IDs: make([]ID, 200)}, &Event{Seq: 2, Kind: Deleted, IDs: make([]ID, 1000)})
	if got := taken(t, l, 0, 2); got != "g1 d2 " {
		t.Error(got)
	}
}

func TestLogForget(t *testing.T) {
	l := NewLog(0, 0)
	appendMany(l, 1, 5)
	l.Forget(3)
	if got := taken(t, l, 0, 3); got != "g3 m4 m5 " {
		t.Error(got)
	}
	l.Forget(9)
	if got := taken(t, l, 5, 1); got != "g9 " {
		t.Error(got)
	}
}

func TestLogLeavesSlowWatcherBehind(t *testing.T) {
	l := NewLog(10, 0)
	appendMany(l, 1, 1)
	slow := false
	for e, err := range l.Watch(t.Context(), 0, nil) {
		switch {
		case err != nil:
			t.Fatal(err)
		case e.Kind == Gap:
			if e.Seq != 990 {
				t.Errorf("gap up to %d", e.Seq)
			}
			return
		case slow:
			t.Fatalf("%d instead of a gap", e.Seq)
		}
		slow = true
		appendMany(l, 2, 1000)
	}
}

func TestLogWakesEveryWatcher(t *testing.T) {
	const watchers, events = 20, 500
	l := NewLog(events, 0)
	var all sync.WaitGroup
	for range watchers {
		all.Go(func() {
			var want int64 = 1
			for e, err := range l.Watch(t.Context(), 0, nil) {
				if err != nil || e.Seq != want || e.Kind != NewMessage {
					t.Errorf("%v %v, want %d", e, err, want)
					return
				}
				if want++; want > events {
					return
				}
			}
		})
	}
	appendMany(l, 1, events)
	all.Wait()
}

func TestLogEnds(t *testing.T) {
	l := NewLog(0, 0)
	var all sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	all.Go(func() {
		for e, err := range l.Watch(ctx, 0, nil) {
			t.Error(e, err)
		}
	})
	cancel()
	all.Wait()
	all.Go(func() {
		for e, err := range l.Watch(t.Context(), 0, nil) {
			if e != nil || !errors.Is(err, ErrClosed) {
				t.Error(e, err)
			}
		}
	})
	l.Close()
	all.Wait()
}
