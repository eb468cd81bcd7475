package wire

import (
	"bytes"
	"syscall"
)

// waiting returns the first octets that a client has sent and nobody has read,
// without waiting for any.
func (k *socket) waiting() []byte {
	if len(k.early) > 0 {
		return k.early
	}
	switch c := k.Conn.(type) {
	case *MemoryConn:
		return c.peek(shownOctets)
	case syscall.Conn:
		octets := make([]byte, shownOctets)
		return octets[:max(k.peek(c, octets), 0)]
	}
	return nil
}

// peek is that of the socket. It remembers a reset, which the system tells
// once: a read behind it would see a connection that ended in order.
func (k *socket) peek(c syscall.Conn, octets []byte) int {
	n, err := peek(c, octets)
	k.broken = k.broken || err == syscall.ECONNRESET
	return n
}

// hungUp says that the client has ended its direction, or reset the connection,
// and that nothing is left to read, as far as that can be seen without waiting.
func (k *socket) hungUp() bool {
	switch c := k.Conn.(type) {
	case *MemoryConn:
		return c.drained()
	case syscall.Conn:
		return k.peek(c, make([]byte, 1)) == 0 || k.broken
	}
	return false
}

// costly says that waiting takes a system call.
func (k *socket) costly() bool {
	_, memory := k.Conn.(*MemoryConn)
	return !memory && len(k.early) == 0
}

// peek returns up to n of the octets that Read would, nil if there are none.
func (c *MemoryConn) peek(n int) []byte {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.in.head == nil {
		return nil
	}
	have := c.in.head.data[c.in.head.start:c.in.head.end]
	return bytes.Clone(have[:min(n, len(have))])
}

// drained says that Read would return io.EOF.
func (c *MemoryConn) drained() bool {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	return c.in.ended && c.in.size == 0
}
