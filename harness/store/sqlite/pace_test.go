package sqlite

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// searches has several clients search again and again for ten seconds, each
// search taking some time, and returns how many there were, and the longest
// that one waited.
func searches(t *testing.T, p *pace, clients int, takes time.Duration) (n int, longest time.Duration) {
	var mu sync.Mutex
	var all sync.WaitGroup
	until := time.Now().Add(10 * time.Second)
	for range clients {
		all.Go(func() {
			for time.Now().Before(until) {
				asked := time.Now()
				end, err := p.begin(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				n, longest = n+1, max(longest, time.Since(asked))
				mu.Unlock()
				time.Sleep(takes)
				end()
			}
		})
	}
	all.Wait()
	return n, longest
}

func TestSearchesGiveWayToMail(t *testing.T) {
	for _, c := range []struct {
		busy        bool
		clients     int
		takes       time.Duration
		least, most int
		longest     time.Duration
	}{
		{false, 6, 10 * time.Millisecond, 6000, 6000, 0},
		{true, 1, 10 * time.Millisecond, 100, 101, 90 * time.Millisecond},
		{true, 6, 10 * time.Millisecond, 100, 106, 600 * time.Millisecond},
		{true, 6, 500 * time.Millisecond, 40, 60, paceMost}, // none waits for longer
	} {
		synctest.Test(t, func(t *testing.T) {
			p := newPace(func() bool { return c.busy })
			n, longest := searches(t, p, c.clients, c.takes)
			if n < c.least || n > c.most || longest > c.longest {
				t.Errorf("%+v: %d searches, the longest wait %v", c, n, longest)
			}
		})
	}
}

// Whoever waits begins when there is no mail any more.
func TestNoPaceWithoutMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var busy atomic.Bool
		busy.Store(true)
		p := newPace(busy.Load)
		end, err := p.begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
		end()
		time.AfterFunc(200*time.Millisecond, func() { busy.Store(false) })
		began := time.Now()
		n, _ := searches(t, p, 6, 10*time.Second)
		if waited := time.Since(began) - 10*time.Second; n != 6 || waited > 200*time.Millisecond+paceLook {
			t.Errorf("%d searches, and they waited for %v", n, waited)
		}
	})
}

func TestPaceHeedsItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(func() bool { return true })
		end, err := p.begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
		for _, ended := range []bool{false, true} { // behind another search, and in the pause
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
			if _, err := p.begin(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("ended %v: %v", ended, err)
			}
			cancel()
			if !ended {
				end()
			}
		}
	})
}
