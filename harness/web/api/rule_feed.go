package api

import "sync"

// ruleFeed tells streams of changed rules. They have no place in the store's
// order, so a stream that is resumed does not hear of what it missed.
type ruleFeed struct {
	mu      sync.Mutex // guards streams
	streams map[chan Rule]bool
}

func newRuleFeed() *ruleFeed { return &ruleFeed{streams: map[chan Rule]bool{}} }

// open returns a channel of changed rules. One that nobody reads loses some.
func (f *ruleFeed) open() (rules <-chan Rule, leave func()) {
	c := make(chan Rule, 16)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.streams[c] = true
	return c, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.streams, c)
	}
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
