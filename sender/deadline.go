package sender

import (
	"context"
	"net"
	"sync"
	"time"
)

// past is a deadline that has always passed.
var past = time.Unix(1, 0)

// deadlines sets the deadlines of a connection. Once interrupted they stay in
// the past, so that a step which arms the next deadline cannot undo a
// cancellation that came just before.
type deadlines struct {
	mu            sync.Mutex // guards the fields below, and their order on conn
	conn          net.Conn
	interrupted   bool
	writesStopped bool
}

func (d *deadlines) use(conn net.Conn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.conn = conn
}

// arm gives reads and writes until from now on.
func (d *deadlines) arm(limit time.Duration) {
	d.armRead(limit)
	d.armWrite(limit)
}

func (d *deadlines) armRead(limit time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.interrupted {
		_ = d.conn.SetReadDeadline(time.Now().Add(limit))
	}
}

// waitRead lets reads wait without end: while a message is being sent the
// deadlines of its blocks are the limit.
func (d *deadlines) waitRead() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.interrupted {
		_ = d.conn.SetReadDeadline(time.Time{})
	}
}

func (d *deadlines) armWrite(limit time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.interrupted && !d.writesStopped {
		_ = d.conn.SetWriteDeadline(time.Now().Add(limit))
	}
}

func (d *deadlines) stopWrites() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.writesStopped = true
	_ = d.conn.SetWriteDeadline(past)
}

func (d *deadlines) allowWrites() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.writesStopped = false
}

func (d *deadlines) interrupt() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.interrupted = true
	_ = d.conn.SetDeadline(past)
}

// watch interrupts the connection when ctx ends. The returned func ends the
// watch and does not return before an interruption under way is complete.
func (d *deadlines) watch(ctx context.Context) (release func()) {
	if ctx.Done() == nil {
		return func() {}
	}
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(done)
		d.interrupt()
	})
	return func() {
		if !stop() {
			<-done
			d.resume()
		}
	}
}

// resume lets the next step, which has a context of its own, arm its deadline.
// A step that was in fact cut short has closed the connection.
func (d *deadlines) resume() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.interrupted = false
}
