package store

import (
	"context"
	"iter"
	"sync"
)

// DefaultEvents is how many events a Log keeps that is not told otherwise.
const DefaultEvents = 10_000

// idsPerEvent bounds the IDs in a log to so many times its events: one deletion
// may name a hundred thousand messages.
const idsPerEvent = 100

// watchBatch is how many events a watcher takes from the log at once.
const watchBatch = 64

// Log keeps the last events of a store and gives them to whoever watches. A
// watcher takes events when it is ready for them, so nothing is queued for it
// and Append never waits; a watcher that the log has left behind gets a Gap.
// NewLog makes one; all methods may be called from any goroutine.
type Log struct {
	limit int

	mu      sync.Mutex    // guards what follows
	events  []*Event      // ascending by Seq, all greater than cut
	ids     int           // named by events
	cut     int64         // what happened up to here is not known
	last    int64         // Seq of what happened last
	changed chan struct{} // closed when something is appended, cut or closed
	closed  bool
}

// NewLog returns the log of a store whose last event had the Seq last, 0 for a
// new store. It keeps so many events, 0 = DefaultEvents.
func NewLog(events int, last int64) *Log {
	if events <= 0 {
		events = DefaultEvents
	}
	return &Log{limit: events, cut: last, last: last, changed: make(chan struct{})}
}

// Append adds what happened, in the order of Seq. An event that is not greater
// than the last one is in the log already and is left out, so what was missed
// can be appended together with what was not. Entries of events are ignored:
// the log does not keep messages that the store has removed.
func (l *Log) Append(events ...*Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.last
	for _, e := range events {
		if e.Seq > l.last {
			l.events = append(l.events, &Event{Seq: e.Seq, Kind: e.Kind, IDs: e.IDs, Run: e.Run})
			l.ids += len(e.IDs)
			l.last = e.Seq
		}
	}
	if l.last > before {
		l.shorten()
		l.wake()
	}
}

// Forget says that what happened up to seq is not known: watchers that are not
// that far get a Gap.
func (l *Log) Forget(seq int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.events) > 0 && l.events[0].Seq <= seq {
		l.drop()
	}
	l.cut, l.last = max(l.cut, seq), max(l.last, seq)
	l.wake()
}

// Last returns the Seq of what happened last.
func (l *Log) Last() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

// Close ends every watch with ErrClosed.
func (l *Log) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.wake()
}

func (l *Log) shorten() {
	for len(l.events) > 1 && (len(l.events) > l.limit || l.ids > idsPerEvent*l.limit) {
		l.drop()
	}
}

// drop forgets the oldest event.
func (l *Log) drop() {
	oldest := l.events[0]
	l.events[0] = nil
	l.events = l.events[1:]
	l.ids -= len(oldest.IDs)
	l.cut = oldest.Seq
}

func (l *Log) wake() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// Watch is Store.Watch over this log. entry returns the message of a
// NewMessage event as it is now, nil if it is gone. It starts no goroutine: a
// loop over it waits by itself. A place behind Last is one of another store,
// or of this one before it was emptied, and begins with a Gap.
func (l *Log) Watch(ctx context.Context, after int64, entry func(ID) *Entry) iter.Seq2[*Event, error] {
	return func(yield func(*Event, error) bool) {
		place := l.start(after)
		for ctx.Err() == nil {
			events, changed, err := l.behind(place)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, e := range events {
				if ctx.Err() != nil || !yield(filled(e, entry), nil) {
					return
				}
				place = e.Seq
			}
			if len(events) == 0 && !wait(ctx, changed) {
				return
			}
		}
	}
}

func (l *Log) start(after int64) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if after < 0 {
		return l.cut
	}
	return after
}

// behind returns the next events behind a place, or what to wait for.
func (l *Log) behind(place int64) ([]*Event, <-chan struct{}, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return nil, nil, ErrClosed
	case place < l.cut:
		return []*Event{{Seq: l.cut, Kind: Gap}}, nil, nil
	case place > l.last:
		return []*Event{{Seq: l.last, Kind: Gap}}, nil, nil
	}
	events := l.events[l.index(place):]
	events = append([]*Event(nil), events[:min(len(events), watchBatch)]...)
	return events, l.changed, nil
}

// index returns where the first event behind a place stands.
func (l *Log) index(place int64) int {
	low, high := 0, len(l.events)
	for low < high {
		if middle := (low + high) / 2; l.events[middle].Seq <= place {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// filled returns a copy of e, with the message if it tells of one.
func filled(e *Event, entry func(ID) *Entry) *Event {
	c := *e
	if c.Kind == NewMessage && entry != nil && len(c.IDs) == 1 {
		c.Entry = entry(c.IDs[0])
	}
	return &c
}

// wait says that there is something new, or false when ctx has ended.
func wait(ctx context.Context, changed <-chan struct{}) bool {
	select {
	case <-changed:
		return true
	case <-ctx.Done():
		return false
	}
}
