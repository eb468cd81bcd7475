package conform

import (
	"sync"
	"time"
)

// lateness measures by how much this process wakes up late, so that a verdict
// about time is not given by a harness that had none. The zero value measures
// nothing.
type lateness struct {
	mu    sync.Mutex // guards worst, windows
	worst time.Duration
	open  map[*time.Duration]struct{}
}

const beat = 20 * time.Millisecond

// run measures until stop is closed.
func (l *lateness) run(stop <-chan struct{}) {
	for {
		due := time.Now().Add(beat)
		select {
		case <-stop:
			return
		case <-time.After(beat):
			l.saw(time.Since(due))
		}
	}
}

func (l *lateness) saw(late time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.worst = max(l.worst, late)
	for window := range l.open {
		*window = max(*window, late)
	}
}

// watch begins a window; the func it returns ends it, and says by how much the
// harness was late within.
func (l *lateness) watch() func() time.Duration {
	window := new(time.Duration)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		l.open = map[*time.Duration]struct{}{}
	}
	l.open[window] = struct{}{}
	return func() time.Duration {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.open, window)
		return *window
	}
}

func (l *lateness) most() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.worst
}
