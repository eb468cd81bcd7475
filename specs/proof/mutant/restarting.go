package mutant

import (
	"net"
	"sync/atomic"
	"time"
)

// restarting makes a Conn of which the time of a read begins with each octet.
func restarting(c net.Conn) net.Conn { return &restarts{Conn: c} }

type restarts struct {
	net.Conn
	limit atomic.Int64 // nanoseconds; sender sets deadlines while it reads
}

func (r *restarts) SetDeadline(t time.Time) error {
	r.limit.Store(int64(time.Until(t)))
	return r.Conn.SetDeadline(t)
}

func (r *restarts) SetReadDeadline(t time.Time) error {
	r.limit.Store(int64(time.Until(t)))
	return r.Conn.SetReadDeadline(t)
}

func (r *restarts) Read(p []byte) (int, error) {
	n, err := r.Conn.Read(p)
	if limit := time.Duration(r.limit.Load()); n > 0 && limit > 0 {
		_ = r.Conn.SetReadDeadline(time.Now().Add(limit))
	}
	return n, err
}
