package sqlite

import (
	"context"
	"sync"
	"time"
)

// While much mail comes, searches take turns, and behind each there is a pause
// that leaves them a tenth of the time. None waits for longer than paceMost.
const (
	paceShare = 9 // times what the last search took
	paceMost  = time.Second
	paceLook  = 10 * time.Millisecond // how often a search looks whether there is less mail
)

// pace keeps searches from holding up mail.
type pace struct {
	busy func() bool
	turn chan struct{} // holds one while a search has its turn

	mu   sync.Mutex // guards next
	next time.Time  // when the next search may begin
}

func newPace(busy func() bool) *pace { return &pace{busy: busy, turn: make(chan struct{}, 1)} }

// begin waits for a search's turn, if there are turns now. The search calls end
// when it is over.
func (p *pace) begin(ctx context.Context) (end func(), err error) {
	if !p.busy() {
		return func() {}, nil
	}
	enough := time.NewTimer(paceMost)
	defer enough.Stop()
	select {
	case p.turn <- struct{}{}:
	case <-enough.C:
		return func() {}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := p.pause(ctx, enough.C); err != nil || !p.busy() {
		<-p.turn
		return func() {}, err
	}
	began := time.Now()
	return func() { p.over(time.Since(began)) }, nil
}

// pause waits until the next search may begin, as long as much mail comes.
func (p *pace) pause(ctx context.Context, enough <-chan time.Time) error {
	for p.busy() {
		wait := p.left()
		if wait <= 0 {
			return nil
		}
		look := time.NewTimer(min(wait, paceLook))
		select {
		case <-look.C:
			continue
		case <-enough:
		case <-ctx.Done():
		}
		look.Stop()
		return ctx.Err()
	}
	return nil
}

func (p *pace) left() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.next)
}

// over gives the turn to the next search.
func (p *pace) over(took time.Duration) {
	p.mu.Lock()
	p.next = time.Now().Add(min(paceShare*took, paceMost))
	p.mu.Unlock()
	<-p.turn
}
