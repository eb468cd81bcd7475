package mutant

import (
	"crypto/tls"
	"errors"
	"io"
	"os"
	"sync/atomic"
)

// ending is where sender's TLS ends. Sender shakes hands with it in memory, and
// it does so with the server, first: why that failed is what sender's handshake
// fails with. Sender's honest code thus decides all there is to decide about TLS,
// and the hooks see what goes inside.
type ending struct {
	layer    *layer
	config   *tls.Config // for the server
	implicit bool
	inner    *tls.Conn // with sender, over pipe
	pipe     *pipe
	plain    []byte      // for reads of inner
	left     atomic.Bool // sender said farewell; it may do so while it closes
	begun    bool        // the server's handshake is done; changes while sender's is under way
}

func newEnding(l *layer, config *tls.Config, implicit bool) *ending {
	e := &ending{layer: l, config: config, implicit: implicit, pipe: newPipe(), plain: make([]byte, 17<<10)}
	e.inner = tls.Server(e.pipe, serving())
	return e
}

// Write takes records of sender and sends what is in them.
func (e *ending) Write(p []byte) (int, error) {
	e.pipe.feed(p)
	if !e.begun || !e.pipe.rest() {
		return len(p), nil
	}
	for {
		n, err := e.inner.Read(e.plain)
		switch {
		case n > 0:
			if _, err := e.layer.Write(e.plain[:n]); err != nil {
				return 0, err
			}
		case err == io.EOF:
			e.left.Store(true)
			return len(p), nil
		case errors.Is(err, os.ErrDeadlineExceeded):
			return len(p), nil
		default:
			return 0, err
		}
	}
}

// Read returns records for sender.
func (e *ending) Read(p []byte) (int, error) {
	if err := e.begin(); err != nil {
		return 0, err
	}
	chunk := make([]byte, 4096)
	for {
		if n := e.pipe.fetch(p); n > 0 {
			return n, nil
		}
		n, err := e.layer.Read(chunk)
		if err != nil {
			return 0, err
		}
		if _, err := e.inner.Write(chunk[:n]); err != nil {
			return 0, err
		}
	}
}

// begin shakes hands with the server, then, in a goroutine that ends with it,
// with sender.
func (e *ending) begin() error {
	if e.begun {
		return nil
	}
	if err := e.layer.secure(e.config); err != nil {
		return err
	}
	e.begun = true
	if e.implicit {
		_ = e.layer.start()
	}
	e.pipe.run()
	go func() {
		_ = e.inner.Handshake() // sender finds out by its own
		e.pipe.finish()
	}()
	return nil
}

// Close ends TLS with the server as sender ended its own.
func (e *ending) Close() error {
	e.pipe.close()
	if conn, ok := e.layer.wire.(*tls.Conn); ok && e.left.Load() {
		return conn.Close()
	}
	return e.layer.socket.Close()
}
