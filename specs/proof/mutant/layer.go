package mutant

import (
	"crypto/tls"
	"errors"
	"net"
	"os"
	"sync"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// layer is the dialogue in clear text, between sender and the wire. It follows
// who says what, and calls the hooks. It has no goroutine: what sender writes is
// sent within its Write, what it reads is read within its Read.
type layer struct {
	m      *Mutant
	d      *Dialogue
	socket net.Conn // as it was dialled
	wire   net.Conn // socket, or TLS over it

	// Locks are channels, so that a hook may sleep under a virtual clock: a
	// goroutine that waits for a mutex would hold the clock.
	state chan struct{} // guards incoming, outgoing and the Dialogue
	turn  chan struct{} // to write; taken before state

	incoming
	outgoing

	clock    sync.Mutex // guards what follows; held for no wait
	deadline time.Time  // for reads, as sender set it
	kicked   bool       // a read is to look for an answer of this side
}

func newLayer(socket net.Conn, d *Dialogue) *layer {
	l := &layer{m: d.run.m, d: d, socket: socket, wire: socket,
		state: make(chan struct{}, 1), turn: make(chan struct{}, 1)}
	d.layer = l
	l.pending = []exchange{d.next(record.CONNECT, "")}
	return l
}

func (l *layer) lock()   { l.state <- struct{}{} }
func (l *layer) unlock() { <-l.state }

// start lets the mutant speak first.
func (l *layer) start() error {
	if l.m.Start == nil {
		return nil
	}
	l.lock()
	l.d.at = l.pending[0]
	l.m.Start(l.d)
	l.unlock()
	return l.flush()
}

// Read returns what sender is to hear.
func (l *layer) Read(p []byte) (int, error) {
	chunk := make([]byte, 4096)
	for {
		l.rearm()
		if n := l.fetch(p); n > 0 {
			return n, nil
		}
		n, err := l.wire.Read(chunk)
		if n > 0 {
			l.lock()
			l.take(chunk[:n])
			l.unlock()
			if err := l.flush(); err != nil {
				return 0, err
			}
			continue
		}
		if err == nil || l.isKick(err) || l.release(err) {
			continue
		}
		return 0, err
	}
}

func (l *layer) fetch(p []byte) int {
	l.lock()
	defer l.unlock()
	n := copy(p, l.ready)
	l.ready = l.ready[n:]
	return n
}

// release hands over the beginning of a reply that does not come to its end. It
// says whether there was any; the error will be there for the next read too.
func (l *layer) release(err error) bool {
	l.lock()
	defer l.unlock()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	rest := l.held[l.passed:]
	l.passed = len(l.held)
	l.ready = append(l.ready, rest...)
	return len(rest) > 0
}

// Write sends what sender says.
func (l *layer) Write(p []byte) (int, error) {
	l.turn <- struct{}{}
	defer func() { <-l.turn }()
	l.lock()
	l.put(p)
	out := l.out
	l.out = nil
	answered := len(l.ready) > 0
	l.unlock()
	if answered {
		defer l.kick()
	}
	if len(out) == 0 {
		return len(p), nil
	}
	if n, err := l.wire.Write(out); err != nil {
		return min(n, len(p)), err
	}
	return len(p), nil
}

// flush sends what hooks said on their own.
func (l *layer) flush() error {
	l.lock()
	idle := len(l.out) == 0
	l.unlock()
	if idle {
		return nil
	}
	_, err := l.Write(nil)
	return err
}

// past is a deadline that has passed, and none that sender sets.
var past = time.Unix(2, 0)

// kick wakes a read that waits for the server while there is an answer of this
// side.
func (l *layer) kick() {
	l.clock.Lock()
	defer l.clock.Unlock()
	l.kicked = true
	_ = l.socket.SetReadDeadline(past)
}

func (l *layer) isKick(err error) bool {
	l.clock.Lock()
	defer l.clock.Unlock()
	return l.kicked && errors.Is(err, os.ErrDeadlineExceeded)
}

// rearm ends a kick. What it was for is there by now, and is looked for next.
func (l *layer) rearm() {
	l.clock.Lock()
	defer l.clock.Unlock()
	if l.kicked {
		l.kicked = false
		_ = l.socket.SetReadDeadline(l.deadline)
	}
}

// SetReadDeadline sets it below TLS.
func (l *layer) SetReadDeadline(t time.Time) error {
	l.clock.Lock()
	defer l.clock.Unlock()
	l.deadline = t
	if l.kicked {
		return nil
	}
	return l.socket.SetReadDeadline(t)
}

// secure puts TLS over the socket; what sender learnt and what is held of a
// reply is gone, but for the octets that the mutant believes.
func (l *layer) secure(config *tls.Config) error {
	l.rearm()
	conn := tls.Client(l.socket, config)
	if err := conn.Handshake(); err != nil {
		return err
	}
	l.lock()
	defer l.unlock()
	l.wire, l.d.secure = conn, true
	believed := l.believed
	l.believed = nil
	l.held = append(l.held, believed...)
	return nil
}
