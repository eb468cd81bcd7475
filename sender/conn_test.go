package sender

import (
	"context"
	"net"
	"time"
)

type dialer = func(context.Context, string, string) (net.Conn, error)

// delayed is a connection whose reads give one line after a pause.
type delayed struct {
	net.Conn
	pause time.Duration
}

func slowly(dial dialer, pause time.Duration) dialer {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		return &delayed{Conn: conn, pause: pause}, err
	}
}

func (d *delayed) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		m, err := d.Conn.Read(p[n : n+1])
		n += m
		if err != nil || p[n-1] == '\n' {
			<-time.After(d.pause)
			return n, err
		}
	}
	return n, nil
}
