package mutant

import (
	"bytes"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// pipe is the memory between sender's TLS and its ending. While the handshake
// runs, its goroutine waits here for octets; later a read that finds none does
// not wait.
type pipe struct {
	net.Conn // nil; TLS asks for nothing beyond what is below

	mu      sync.Mutex // guards what follows
	changed sync.Cond
	in, out bytes.Buffer
	running bool // the handshake
	waiting bool // it has read all there is
	done    bool
	closed  bool
}

func newPipe() *pipe {
	p := &pipe{}
	p.changed.L = &p.mu
	return p
}

// Read is the ending's.
func (p *pipe) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.in.Len() == 0 {
		switch {
		case p.closed:
			return 0, io.EOF
		case !p.running:
			return 0, os.ErrDeadlineExceeded // passes: TLS reads on another time
		}
		p.waiting = true
		p.changed.Broadcast()
		p.changed.Wait()
	}
	return p.in.Read(b)
}

// Write is the ending's.
func (p *pipe) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Write(b)
}

// Close does nothing.
func (p *pipe) Close() error { return nil }

// SetDeadline does nothing: nothing here waits for a peer.
func (p *pipe) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing.
func (p *pipe) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (p *pipe) SetWriteDeadline(time.Time) error { return nil }

func (p *pipe) set(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
	p.changed.Broadcast()
}

// feed adds octets of sender.
func (p *pipe) feed(b []byte) { p.set(func() { p.in.Write(b); p.waiting = false }) }

func (p *pipe) run()    { p.set(func() { p.running = true }) }
func (p *pipe) finish() { p.set(func() { p.running, p.done = false, true }) }
func (p *pipe) close()  { p.set(func() { p.closed = true }) }

// rest waits until the handshake can do no more with what it has, and says
// whether it is over.
func (p *pipe) rest() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.running && !p.waiting && !p.closed {
		p.changed.Wait()
	}
	return p.done
}

// fetch takes octets for sender.
func (p *pipe) fetch(b []byte) int {
	p.rest()
	p.mu.Lock()
	defer p.mu.Unlock()
	n, _ := p.out.Read(b)
	return n
}
