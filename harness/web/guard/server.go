package guard

import (
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// MaxConnections is how many connections Limit allows by default.
const MaxConnections = 500

// Server returns a server with its time-outs and the limit of headers set. An
// answer has a minute; handlers that need longer move their own deadline with
// http.ResponseController. What the server has to say goes to l; nil =
// slog.Default().
func Server(h http.Handler, l *slog.Logger) *http.Server {
	if l == nil {
		l = slog.Default()
	}
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    MaxHeader,
		ErrorLog:          log.New(lineLog{l}, "", 0),
	}
}

type lineLog struct{ log *slog.Logger }

func (l lineLog) Write(b []byte) (int, error) {
	l.log.Debug("http", "text", string(b))
	return len(b), nil
}

// Limit returns a listener that has at most n connections open. Further ones
// are told 503 and closed.
func Limit(l net.Listener, n int) net.Listener {
	return &limited{Listener: l, free: make(chan struct{}, n)}
}

type limited struct {
	net.Listener
	free chan struct{} // holds one for each open connection
}

func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case l.free <- struct{}{}:
			return &limitedConn{Conn: c, leave: sync.OnceFunc(func() { <-l.free })}, nil
		default:
			refuse(c)
		}
	}
}

// refuse does not wait for a peer: the answer fits into an empty send buffer.
func refuse(c net.Conn) {
	c.SetWriteDeadline(time.Now().Add(time.Second))
	io.WriteString(c, "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n")
	c.Close()
}

type limitedConn struct {
	net.Conn
	leave func()
}

func (c *limitedConn) Close() error {
	defer c.leave()
	return c.Conn.Close()
}
