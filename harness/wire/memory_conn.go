package wire

import (
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// MemoryConn is one end of a connection made by Memory.Dial. It behaves as a
// *net.TCPConn on a fast, lossless network does, deadlines, half close and
// reset included. Each direction has a buffer, which is why this is not
// net.Pipe: a pipelining client writes a whole group of commands before it
// reads, the server answers before it reads on, and over an unbuffered pipe
// the two would wait for each other forever.
//
// One thing is kinder than TCP: Close never turns into a reset because bytes
// were left unread.
//
// Its methods may be called from several goroutines. Errors are *net.OpError,
// save io.EOF.
type MemoryConn struct {
	link          *link
	in, out       *stream
	local, remote net.Addr
	inTurns       bool // it acts only when all others wait: Memory.InTurns
	closed        bool
	abortive      bool // SetLinger(0): Close resets
}

// Read waits for bytes and returns those at hand. The error is io.EOF once
// the peer has closed and all it wrote is read; else it wraps
// os.ErrDeadlineExceeded, syscall.ECONNRESET after the peer's Reset, or
// net.ErrClosed after this end's own Close.
func (c *MemoryConn) Read(p []byte) (int, error) {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	for waited := !c.inTurns; ; {
		if err := c.readFault(len(p)); err != nil {
			return 0, err
		}
		switch {
		case len(p) > 0 && c.in.size == 0:
			c.in.readers.wait()
		case !waited:
			c.waitForTurn()
			waited = true
		default:
			return c.in.receive(p), nil
		}
	}
}

// waitForTurn waits until every other goroutine of the bubble of
// testing/synctest does: only then does its clock move.
func (c *MemoryConn) waitForTurn() {
	if !c.inTurns {
		return
	}
	c.link.mu.Unlock()
	defer c.link.mu.Lock()
	time.Sleep(turn)
}

// turn is the shortest time there is.
const turn = time.Nanosecond

// readFault looks in the order of the net package: an empty read asks only
// whether the connection is open, and a deadline comes before what has arrived.
func (c *MemoryConn) readFault(size int) error {
	switch {
	case c.closed:
		return c.opError("read", net.ErrClosed)
	case size == 0:
		return nil
	case c.in.readers.expired():
		return c.opError("read", os.ErrDeadlineExceeded)
	case c.link.reset:
		return c.opError("read", os.NewSyscallError("read", syscall.ECONNRESET))
	case c.in.ended && c.in.size == 0:
		return io.EOF
	}
	return nil
}

// Write returns once all of p is in the buffer, and waits for the peer to read
// while there is no room. The bytes of one Write stay together. With an error
// it returns how many bytes the buffer took before; the error wraps
// os.ErrDeadlineExceeded, syscall.EPIPE after the peer's Close or this end's
// CloseWrite, syscall.ECONNRESET after the peer's Reset, or net.ErrClosed
// after this end's own Close.
func (c *MemoryConn) Write(p []byte) (n int, err error) {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if err := c.takeTurn(); err != nil {
		return 0, err
	}
	defer c.endTurn()
	c.waitForTurn()
	for {
		if err := c.writeFault(); err != nil {
			return n, err
		}
		n += c.out.send(p[n:])
		if n == len(p) {
			return n, nil
		}
		c.out.writers.wait()
	}
}

func (c *MemoryConn) takeTurn() error {
	for c.out.taken {
		if err := c.writeFault(); err != nil {
			return err
		}
		c.out.writers.wait()
	}
	c.out.taken = true
	return nil
}

func (c *MemoryConn) endTurn() {
	c.out.taken = false
	c.out.writers.wake()
}

func (c *MemoryConn) writeFault() error {
	switch {
	case c.closed:
		return c.opError("write", net.ErrClosed)
	case c.out.writers.expired():
		return c.opError("write", os.ErrDeadlineExceeded)
	case c.link.reset:
		return c.opError("write", os.NewSyscallError("write", syscall.ECONNRESET))
	case c.out.ended, c.out.abandoned:
		return c.opError("write", os.NewSyscallError("write", syscall.EPIPE))
	}
	return nil
}

// CloseWrite ends what this end says: the peer reads what is left, then
// io.EOF. This end can still read. After Close the error wraps net.ErrClosed.
func (c *MemoryConn) CloseWrite() error {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.waitForTurn(); c.closed {
		return c.opError("close", net.ErrClosed)
	}
	c.out.ended = true
	c.out.wake()
	return nil
}

// Close ends both directions: the peer reads what is left, then io.EOF, and
// its writes fail. Blocked calls of this end return. After SetLinger(0) it is
// Reset. A second Close returns an error that wraps net.ErrClosed.
func (c *MemoryConn) Close() error {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.waitForTurn(); c.closed {
		return c.opError("close", net.ErrClosed)
	}
	c.shut()
	return nil
}

// Reset closes the connection as a TCP RST does: what is under way either way
// is lost, and the peer's reads and writes fail at once with
// syscall.ECONNRESET. After Close it does nothing.
func (c *MemoryConn) Reset() {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if !c.closed {
		c.abortive = true
		c.shut()
	}
}

func (c *MemoryConn) shut() {
	c.closed = true
	c.out.ended = true
	c.in.abandoned = true
	c.in.discard()
	if c.abortive {
		c.link.reset = true
		c.out.discard()
	}
	c.in.wake()
	c.out.wake()
}

// SetLinger chooses what Close does, as on a *net.TCPConn: with 0 seconds it
// resets the connection, with any other number it ends it in order. After
// Close the error wraps net.ErrClosed.
func (c *MemoryConn) SetLinger(sec int) error {
	return c.set(func() { c.abortive = sec == 0 })
}

// SetDeadline sets the deadline of reads and of writes, those already blocked
// included. The zero time clears it; a passed one can be set anew. After Close
// the error wraps net.ErrClosed.
func (c *MemoryConn) SetDeadline(t time.Time) error {
	return c.set(func() {
		c.in.readers.setDeadline(t)
		c.out.writers.setDeadline(t)
	})
}

// SetReadDeadline is SetDeadline for reads alone.
func (c *MemoryConn) SetReadDeadline(t time.Time) error {
	return c.set(func() { c.in.readers.setDeadline(t) })
}

// SetWriteDeadline is SetDeadline for writes alone.
func (c *MemoryConn) SetWriteDeadline(t time.Time) error {
	return c.set(func() { c.out.writers.setDeadline(t) })
}

func (c *MemoryConn) set(change func()) error {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.closed {
		return c.opError("set", net.ErrClosed)
	}
	change()
	return nil
}

// LocalAddr returns the address of this end: "memory:1" on a client's, the
// listener's on a server's.
func (c *MemoryConn) LocalAddr() net.Addr { return c.local }

// RemoteAddr returns the address of the other end.
func (c *MemoryConn) RemoteAddr() net.Addr { return c.remote }

func (c *MemoryConn) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: c.local.Network(), Source: c.local, Addr: c.remote, Err: err}
}
