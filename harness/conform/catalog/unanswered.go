package catalog

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/smtpspec/smtpspec/harness/conform"
)

// unanswered is a port whose queue of connections is full, so that the network
// drops what asks for one more.
func unanswered(e conform.Env) (conform.Network, error) {
	n := conform.Network{Host: e.Host, Close: func() error { return nil }}
	if e.Virtual {
		n.Dial = func(ctx context.Context) error {
			<-ctx.Done()
			return &net.OpError{Op: "dial", Net: "tcp", Err: ctx.Err()}
		}
		return n, nil
	}
	l, err := net.Listen("tcp", net.JoinHostPort(e.Host, "0"))
	if err != nil {
		return n, err
	}
	conns, err := fill(l.(*net.TCPListener))
	n.Port = l.Addr().(*net.TCPAddr).Port
	n.Close = func() error {
		for _, c := range conns {
			c.Close()
		}
		return l.Close()
	}
	if err != nil {
		return n, errors.Join(err, n.Close())
	}
	return n, nil
}

// fill makes the queue as short as can be, and connects until nothing answers.
func fill(l *net.TCPListener) ([]net.Conn, error) {
	if err := shorten(l); err != nil {
		return nil, err
	}
	var conns []net.Conn
	for range 16 {
		c, err := net.DialTimeout("tcp", l.Addr().String(), 200*time.Millisecond)
		var late net.Error
		switch {
		case errors.As(err, &late) && late.Timeout():
			return conns, nil
		case err != nil:
			return conns, err
		}
		conns = append(conns, c)
	}
	return conns, errors.New("the queue of connections does not fill up here")
}
