package wire

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// defaultBuffer lets a client write any common message before its first read,
// as a socket would.
const defaultBuffer = 64 << 10

// Memory is a network inside the process: a net.Listener together with the
// only way to reach it, Dial. It opens no socket and starts no goroutine, and
// all its waits are condition variables, so that in a testing/synctest bubble
// a client's five-minute timeout passes at once. The two ends of a connection
// belong in the same bubble.
//
// Make one with NewMemory.
type Memory struct {
	// Buffer is how many bytes each direction of a connection holds before a
	// writer blocks. Zero means 64 KiB. Set it before the first Dial.
	Buffer int

	// InTurns has the server's end of a connection wait before it takes what has
	// come, writes, or closes, until all other goroutines of its bubble of
	// testing/synctest wait too. So it never depends on scheduling what of two
	// things came first, a client's next line or the server's reply. It is for
	// bubbles: by a real clock it waits for nobody. Set it before the first
	// Dial.
	InTurns bool

	addr net.Addr

	mu      sync.Mutex // guards dialled, backlog and closed
	arrival sync.Cond
	dialled int
	// backlog is without a limit: whoever waits in it is a goroutine of this
	// process, and a connection nobody has written to costs less than 1 KiB.
	backlog []*MemoryConn
	closed  bool
}

// NewMemory returns a network that listens at once. Its address is
// "memory:" + name.
func NewMemory(name string) *Memory {
	m := &Memory{addr: memoryAddr("memory:" + name)}
	m.arrival.L = &m.mu
	return m
}

// Addr returns the address of the network, such as "memory:mx.harness.test".
// Its Network is "memory".
func (m *Memory) Addr() net.Addr { return m.addr }

// Dial connects to the listener. Like a connect to a listening socket it does
// not wait for Accept. The connection is a *MemoryConn, the caller's to close;
// its local address is "memory:1" for the first, "memory:2" for the next.
//
// The error is a *net.OpError: it wraps the context's error if ctx is done,
// and both syscall.ECONNREFUSED and net.ErrClosed after Close.
func (m *Memory) Dial(ctx context.Context) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, m.opError("dial", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, m.opError("dial", fmt.Errorf("%w: %w", syscall.ECONNREFUSED, net.ErrClosed))
	}
	m.dialled++
	client, server := newLink(m.nextClient(), m.addr, m.buffer())
	server.inTurns = m.InTurns
	m.backlog = append(m.backlog, server)
	m.arrival.Signal()
	return client, nil
}

func (m *Memory) nextClient() net.Addr {
	return memoryAddr("memory:" + strconv.Itoa(m.dialled))
}

func (m *Memory) buffer() int {
	if m.Buffer > 0 {
		return m.Buffer
	}
	return defaultBuffer
}

// Accept waits for the next dialled connection and returns its server end, a
// *MemoryConn, the caller's to close. After Close the error wraps
// net.ErrClosed.
func (m *Memory) Accept() (net.Conn, error) {
	server, err := m.next()
	if err == nil && m.InTurns {
		time.Sleep(turn)
	}
	return server, err
}

func (m *Memory) next() (net.Conn, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.backlog) == 0 {
		if m.closed {
			return nil, m.opError("accept", net.ErrClosed)
		}
		m.arrival.Wait()
	}
	server := m.backlog[0]
	m.backlog[0] = nil
	m.backlog = m.backlog[1:]
	return server, nil
}

// Close stops the listener and resets the connections nobody has accepted, as
// the kernel does. Accepted ones live on. A second Close returns an error that
// wraps net.ErrClosed.
func (m *Memory) Close() error {
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return m.opError("close", net.ErrClosed)
	}
	m.closed = true
	orphans := m.backlog
	m.backlog = nil
	m.arrival.Broadcast()
	m.mu.Unlock()

	for _, server := range orphans {
		server.Reset()
	}
	return nil
}

func (m *Memory) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: m.addr.Network(), Addr: m.addr, Err: err}
}

type memoryAddr string

func (memoryAddr) Network() string  { return "memory" }
func (a memoryAddr) String() string { return string(a) }
