package harness

import (
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/wire"
)

// accept takes connections until the listener is closed. When the process is
// out of file descriptors it waits, longer each time but not beyond the server's
// stop, and does not spin.
func accept(l net.Listener, stop <-chan struct{}, begin func(net.Conn)) {
	const shortest, longest = 5 * time.Millisecond, time.Second
	pause := shortest
	for {
		conn, err := l.Accept()
		switch {
		case err == nil:
			pause = shortest
			begin(conn)
		case errors.Is(err, net.ErrClosed):
			return
		default:
			select {
			case <-time.After(pause):
			case <-stop:
			}
			pause = min(2*pause, longest)
		}
	}
}

// begin starts the session of a new connection.
func (s *Server) begin(conn net.Conn, spec listenSpec) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		conn.Close()
		return
	}
	start := wire.Start{ID: s.history.next(), Implicit: spec.implicit, LMTP: spec.lmtp}
	violation := s.admit(&start)
	s.serving.Add(1)
	session := s.cfg.Serve(conn, start)
	s.history.add(session, start.Refusal != nil)
	s.mu.Unlock()
	if violation != nil {
		s.violated(*violation)
	}
	session.Run()
}

var busy = record.NewReply(421, "4.3.2 Too many sessions, try later")

// admit refuses a connection that is one too many.
func (s *Server) admit(start *wire.Start) *Violation {
	if s.opts.maxSessions > 0 && s.history.admitted >= s.opts.maxSessions {
		start.Refusal = &busy
		return nil
	}
	if s.opts.expected < 0 || start.ID <= s.opts.expected {
		return nil
	}
	start.Refusal = &busy
	return &Violation{Session: start.ID, Rule: fmt.Sprintf("ExpectSessions(%d)", s.opts.expected),
		Text: fmt.Sprintf("session %d was begun, at most %d expected", start.ID, s.opts.expected)}
}
