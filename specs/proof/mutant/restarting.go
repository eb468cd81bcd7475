package mutant

import (
	"errors"
	"net"
	"time"
)

// restarting makes a Conn of which the time of a read begins with each octet.
func restarting(c net.Conn) net.Conn { return &restarts{Conn: c} }

type restarts struct {
	net.Conn
	limit time.Duration
}

func (r *restarts) SetDeadline(t time.Time) error {
	r.limit = time.Until(t)
	return r.Conn.SetDeadline(t)
}

func (r *restarts) SetReadDeadline(t time.Time) error {
	r.limit = time.Until(t)
	return r.Conn.SetReadDeadline(t)
}

func (r *restarts) Read(p []byte) (int, error) {
	n, err := r.Conn.Read(p)
	if n > 0 && r.limit > 0 {
		_ = r.Conn.SetReadDeadline(time.Now().Add(r.limit))
	}
	return n, err
}

// as is errors.As for which nil is nothing.
func as[T any](err error, target *T) bool { return err != nil && errors.As(err, target) }
