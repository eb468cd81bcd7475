package api

import (
	"context"
	"sync"
	"time"
)

// hitTime is how often streams are told of hits: rules count on the path of
// every command, and are not to wait for anybody there.
const hitTime = 500 * time.Millisecond

// ruleFeed tells streams of changed rules and of their hits. They have no place
// in the store's order, so a stream that is resumed does not hear of what it
// missed.
type ruleFeed struct {
	list func(context.Context) ([]Rule, error) // nil = there are no rules

	mu      sync.Mutex // guards what follows
	streams map[chan Rule]bool
	stop    func() // ends the look at hits, which there is while somebody listens
}

func newRuleFeed(book RuleBook) *ruleFeed {
	f := &ruleFeed{streams: map[chan Rule]bool{}}
	if book != nil {
		f.list = func(ctx context.Context) ([]Rule, error) { return book.List(ctx, "") }
	}
	return f
}

// open returns a channel of changed rules. One that nobody reads loses some.
func (f *ruleFeed) open() (rules <-chan Rule, leave func()) {
	c := make(chan Rule, 16)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.streams[c] = true
	if len(f.streams) == 1 && f.list != nil {
		f.start()
	}
	return c, func() { f.leave(c) }
}

// start looks at hits from now on. The lock is held.
func (f *ruleFeed) start() {
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan struct{})
	f.stop = func() { cancel(); <-stopped }
	hits := f.hits(ctx, nil, nil)
	go func() {
		defer close(stopped)
		tick := time.NewTicker(hitTime)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				hits = f.hits(ctx, hits, f.tell)
			case <-ctx.Done():
				return
			}
		}
	}()
}

func (f *ruleFeed) leave(c chan Rule) {
	f.mu.Lock()
	delete(f.streams, c)
	stop := f.stop
	if len(f.streams) > 0 || stop == nil {
		f.mu.Unlock()
		return
	}
	f.stop = nil
	f.mu.Unlock() // the one that stops may be telling
	stop()
}

// hits returns the hits of all rules, and tells of those that differ from what
// they were before.
func (f *ruleFeed) hits(ctx context.Context, before map[string]int, tell func(Rule)) map[string]int {
	rules, err := f.list(ctx)
	if err != nil {
		return before
	}
	now := make(map[string]int, len(rules))
	for _, r := range rules {
		now[r.ID] = r.Hits
		if tell != nil && before[r.ID] != r.Hits {
			tell(r)
		}
	}
	return now
}

func (f *ruleFeed) tell(r Rule) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.streams {
		select {
		case c <- r:
		default:
		}
	}
}
