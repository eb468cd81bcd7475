package wire

import (
	"bytes"
	"crypto/tls"
	"slices"
	"strconv"
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
	case act.thenDrop && s.flush():
		s.dropConnection()
	}
}

// deliverRuled records and writes a reply with what the rule puts around it.
func (s *Session) deliverRuled(reply record.Reply) {
	act := &s.rule.act
	octets := bytes.Join([][]byte{act.early, reply.AppendTo(nil), act.trail}, nil)
	s.answered(ruledRecord(reply, act, octets))
	if act.flood > 0 && !s.flood(reply.Code, act.flood) {
		return
	}
	switch {
	case act.hold:
		s.held = append(s.held, octets...)
	case act.dripChunk > 0:
		s.drip(octets)
	case act.split != nil:
		s.split(octets)
	default:
		s.queue(octets)
	}
}

// ruledRecord is what the record says of a reply with something around it.
func ruledRecord(reply record.Reply, act *action, octets []byte) record.Reply {
	switch {
	case act.flood > 0:
		reply.Raw = "(" + strconv.FormatInt(act.flood, 10) + " octets of reply lines)\r\n" + string(octets)
	case len(act.early)+len(act.trail) > 0:
		reply.Raw = string(octets)
	}
	return reply
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

// flood writes n octets of reply lines that are not the last.
func (s *Session) flood(code int, n int64) bool {
	line := []byte(strconv.Itoa(code) + "-" + "more and more and more and more and more and more and more\r\n")
	block := bytes.Repeat(line, 512)
	for n > 0 && s.flush() {
		m := min(n, int64(len(block)))
		if m < int64(len(block)) {
			m = (m + int64(len(line)) - 1) / int64(len(line)) * int64(len(line))
		}
		s.out = append(s.out, block[:m]...)
		n -= m
	}
	return s.flush()
}

// halfClose ends the server's direction. What the client goes on to say is
// recorded.
func (s *Session) halfClose() {
	if !s.flush() {
		return
	}
	if conn, ok := s.conn.(*tls.Conn); ok {
		conn.CloseWrite()
	}
	s.sock.closeWrite()
	s.mute = true
}

// dropConnection ends the connection for a rule.
func (s *Session) dropConnection() {
	s.finish(record.EndDropped, s.rule.Name())
	if s.rule.act.noCloseNotify {
		s.sock.Conn.Close()
	}
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
