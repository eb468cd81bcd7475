package mutant

import (
	"net"
	"time"
)

// Patient is a connection without deadlines: who waits on it, waits for ever.
type Patient struct{ net.Conn }

// SetDeadline does nothing.
func (p Patient) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing, but for the deadline with which the layer wakes a
// read.
func (p Patient) SetReadDeadline(t time.Time) error {
	if t.Equal(past) || t.IsZero() {
		return p.Conn.SetReadDeadline(t)
	}
	return p.Conn.SetReadDeadline(time.Time{})
}

// SetWriteDeadline does nothing.
func (p Patient) SetWriteDeadline(time.Time) error { return nil }
