package sqlite

import "time"

// The index gives way to mail that comes fast. A search sees what is in the
// tail all the same, so it only has to keep the tail from becoming large.
const (
	crowd     = 64                     // so many messages
	crowdTime = 500 * time.Millisecond // within that time are much mail

	restMessages = 4096 // in the tail; with more the index works whatever comes
	restOctets   = 32 << 20

	quiet    = 25 * time.Millisecond  // without a message, and what has come is indexed
	patience = 250 * time.Millisecond // of the first one that waits for others
)

// came takes note of so many messages.
func (x *index) came(n int, now time.Time) {
	x.last = now
	for range min(n, crowd) {
		x.recent[x.next] = now
		x.next = (x.next + 1) % crowd
	}
}

// busy says that much mail comes.
func (x *index) busy(now time.Time) bool { return now.Sub(x.recent[x.next]) < crowdTime }

// crowded is busy for others.
func (x *index) crowded() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.busy(time.Now())
}

// rests says that nothing is to be digested or written now.
func (x *index) rests(now time.Time) bool {
	switch {
	case !x.live, len(x.tail) >= restMessages, x.octets >= restOctets:
		return false
	case x.busy(now):
		return true
	case len(x.tail) > 0 && now.Sub(x.tail[0].came) >= patience:
		return false
	}
	return now.Sub(x.last) < quiet
}

// ended says that the workers are to end.
func (x *index) ended() bool {
	select {
	case <-x.quit:
		return true
	default:
		return false
	}
}

// pause waits until something changes or the workers are to end, or for the
// time in which a rest may be over. x.mu is given back meanwhile.
func (x *index) pause() {
	var ended <-chan time.Time
	if len(x.tail) > 0 || x.unswept {
		timer := time.NewTimer(quiet)
		defer timer.Stop()
		ended = timer.C
	}
	changed := x.changed
	x.mu.Unlock()
	defer x.mu.Lock()
	select {
	case <-changed:
	case <-ended:
	case <-x.quit:
	}
}
