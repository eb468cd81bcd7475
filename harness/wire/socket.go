package wire

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// socket is the network connection below TLS. It keeps deadlines cheap: moving
// one at every read costs more than reading a short line, so it is moved only
// when the one that is set fires too early.
type socket struct {
	net.Conn
	early []byte // octets that were read before TLS and belong to its handshake
	alpn  []string

	readBy, writeBy       time.Time // the limits that hold
	readArmed, writeArmed time.Time // what the connection was told, never later

	ration int    // octets between two pauses; 0 = no pauses
	rest   int    // of the ration
	pause  func() // before each ration

	ended  bool        // the client's side of the connection did
	broken bool        // the client reset the connection, which a look at it has told
	idle   bool        // the session waits for a command outside a transaction
	drain  atomic.Bool // the server wants idle sessions to end
}

// errDrained ends the read of an idle session. It is a temporary net.Error, so
// that crypto/tls leaves the connection usable for the 421.
var errDrained net.Error = drained{}

type drained struct{}

func (drained) Error() string   { return "the server is closing" }
func (drained) Timeout() bool   { return true }
func (drained) Temporary() bool { return true }

// limitRead sets the time at which reading gives up.
func (k *socket) limitRead(by time.Time) {
	k.readBy = by
	if k.readArmed.IsZero() || by.Before(k.readArmed) {
		k.armRead()
	}
}

func (k *socket) armRead() {
	k.readArmed = k.readBy
	k.Conn.SetReadDeadline(k.readBy)
}

// wake ends the session's read if it is idle, now or when it becomes so.
func (k *socket) wake() {
	k.drain.Store(true)
	k.Conn.SetReadDeadline(time.Unix(1, 0))
}

func (k *socket) Read(p []byte) (int, error) {
	if len(k.early) > 0 {
		n := copy(p, k.early)
		k.early = k.early[n:]
		return n, nil
	}
	if k.ration > 0 {
		p = k.rationed(p)
	}
	for {
		// Behind every change of the deadline, or wake could be overwritten.
		if k.idle && k.drain.Load() {
			return 0, errDrained
		}
		n, err := k.Conn.Read(p)
		k.ended = k.ended || err == io.EOF
		k.rest -= n
		if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) || !k.readBy.IsZero() && !time.Now().Before(k.readBy) {
			return n, err
		}
		k.armRead()
	}
}

// rationed returns the part of p that may be read now.
func (k *socket) rationed(p []byte) []byte {
	if k.rest <= 0 {
		k.pause()
		k.rest = k.ration
	}
	return p[:min(len(p), k.rest)]
}

// limitWrite sets the time at which writing gives up.
func (k *socket) limitWrite(by time.Time) {
	k.writeBy = by
	if k.writeArmed.IsZero() || by.Before(k.writeArmed) {
		k.armWrite()
	}
}

func (k *socket) armWrite() {
	k.writeArmed = k.writeBy
	k.Conn.SetWriteDeadline(k.writeBy)
}

func (k *socket) Write(p []byte) (int, error) {
	written := 0
	for {
		n, err := k.Conn.Write(p[written:])
		written += n
		if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) || !time.Now().Before(k.writeBy) {
			return written, err
		}
		k.armWrite()
	}
}

// reset closes the connection so that the client sees a reset (RST) and not an
// end of file.
func (k *socket) reset() {
	if c, ok := k.Conn.(interface{ SetLinger(sec int) error }); ok {
		c.SetLinger(0)
	}
	k.Conn.Close()
}

// closeWrite ends our direction only, if the connection can do that.
func (k *socket) closeWrite() {
	if c, ok := k.Conn.(interface{ CloseWrite() error }); ok {
		c.CloseWrite()
	}
}
