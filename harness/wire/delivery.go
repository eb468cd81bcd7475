package wire

import (
	"bytes"
	"crypto/tls"
	"slices"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// respondRuled sends a reply in the manner that the rule wants.
func (s *Session) respondRuled(reply record.Reply) {
	act := &s.rule.act
	if act.lose {
		s.answered(record.Reply{Rule: reply.Rule, At: reply.At})
	} else {
		s.deliverRuled(reply)
	}
	if s.over {
		return
	}
	switch {
	case act.halfClose:
		s.halfClose()
	case act.thenDrop:
		if s.release(); s.flush() {
			s.dropConnection()
		}
	}
}

// deliverRuled records and writes a reply with what the rule puts around it.
func (s *Session) deliverRuled(reply record.Reply) {
	act := &s.rule.act
	octets := bytes.Join([][]byte{act.early, reply.AppendTo(nil), act.trail}, nil)
	if act.flood > 0 && reply.Code != 0 {
		s.deliverFlooded(reply, act.flood)
		return
	}
	if len(act.early)+len(act.trail) > 0 {
		reply.Raw = string(octets)
	}
	s.answered(reply)
	if act.hold {
		s.held = append(s.held, octets...)
		return
	}
	s.release()
	switch {
	case act.dripChunk > 0:
		s.drip(octets)
	case act.split != nil:
		s.split(octets)
	default:
		s.queue(octets)
	}
}

// drip writes octets in chunks with pauses between them.
func (s *Session) drip(octets []byte) {
	act := &s.rule.act
	for len(octets) > 0 && s.flush() {
		n := min(act.dripChunk, len(octets))
		s.out = append(s.out, octets[:n]...)
		octets = octets[n:]
		if s.flush() && len(octets) > 0 && !s.sleep(act.dripEvery) {
			s.hangUp(record.EndServerClosed, "")
		}
		if last := len(octets) > 0 && len(octets) <= act.dripChunk; last && act.dripEvery > 0 && !s.over {
			s.noteDelayed()
		}
	}
}

// split writes octets in several segments. A pause between them keeps the
// network from joining what was written apart.
func (s *Session) split(octets []byte) {
	const pause = 2 * time.Millisecond
	from := 0
	for _, at := range append(slices.Clip(s.rule.act.split), len(octets)) {
		at = min(at, len(octets))
		if at == from || !s.flush() {
			continue
		}
		s.out = append(s.out, octets[from:at]...)
		if from = at; s.flush() && at < len(octets) && !s.sleep(pause) {
			s.hangUp(record.EndServerClosed, "")
		}
	}
}

// halfClose ends the server's direction. What the client goes on to say is
// recorded.
func (s *Session) halfClose() {
	if s.release(); !s.flush() {
		return
	}
	s.closeNotify()
	s.sock.closeWrite()
	s.mute = true
}

// closeNotify ends the server's direction of TLS, RFC 8446 §6.1.
func (s *Session) closeNotify() {
	if conn, ok := s.conn.(*tls.Conn); ok {
		conn.CloseWrite()
	}
}

// dropConnection ends the connection for a rule. What the client has under way
// is read, or the network would make a reset of the end.
func (s *Session) dropConnection() {
	s.finish(record.EndDropped, s.rule.Name())
	if !s.rule.act.noCloseNotify {
		s.closeNotify()
	}
	s.sock.closeWrite()
	s.linger()
	s.hangUp(record.EndDropped, s.rule.Name())
}

// goDeaf neither reads nor answers any more, with as small a buffer for what
// the client goes on to send as the network allows.
func (s *Session) goDeaf() {
	if c, ok := s.sock.Conn.(interface{ SetReadBuffer(int) error }); ok {
		c.SetReadBuffer(1)
	}
	s.sleep(time.Until(s.rec.base.Add(s.cfg.Limits.Session)))
	s.hangUp(record.EndServerClosed, s.rule.Name())
}
