package wire

import (
	"net"
	"time"
)

// door is the connection that the dialogue sees. Its Read and Write run on the
// dialogue's goroutine, which is how the wire gets its turn without one of its
// own: a Read is the moment at which the last reply is complete and the next
// line is wanted.
type door struct {
	s    *Session
	rest []byte // of a line that did not fit into p
	shut bool   // the dialogue is to end; the session may go on behind another door
}

// errGone is what a dialogue reads when its client is gone. It is a net.Error,
// so that no answer is tried.
var errGone net.Error = gone{}

type gone struct{}

func (gone) Error() string   { return "the session is over" }
func (gone) Timeout() bool   { return false }
func (gone) Temporary() bool { return false }

func (d *door) Read(p []byte) (int, error) {
	if d.shut {
		return 0, errGone
	}
	if len(d.rest) == 0 {
		d.rest = d.s.next()
	}
	if len(d.rest) == 0 {
		d.shut = true
		return 0, errGone
	}
	n := copy(p, d.rest)
	d.rest = d.rest[n:]
	return n, nil
}

func (d *door) Write(p []byte) (int, error) {
	if d.shut || d.s.over {
		return len(p), nil
	}
	d.s.native = append(d.s.native, p...)
	return len(p), nil
}

// Close is the end of the dialogue: of the session too, unless a handshake
// made a new one necessary.
func (d *door) Close() error {
	s := d.s
	if s.restart && !s.over {
		s.restart = false
		s.cfg.Dialogue(&door{s: s}, s)
		return nil
	}
	s.settle()
	s.close()
	return nil
}

// local is the address that the dialogue sees. It learns nothing from it.
type local struct{}

func (local) Network() string { return "tcp" }
func (local) String() string  { return ":0" }

func (d *door) LocalAddr() net.Addr              { return local{} }
func (d *door) RemoteAddr() net.Addr             { return local{} }
func (d *door) SetDeadline(time.Time) error      { return nil }
func (d *door) SetReadDeadline(time.Time) error  { return nil }
func (d *door) SetWriteDeadline(time.Time) error { return nil }
