package wire

import (
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// maxUnsent is how many octets of replies wait for the reader to run dry. A
// client that pipelines without end and never reads must not fill memory.
const maxUnsent = 4096

// send queues a reply. It is written when nothing is left to read.
func (s *Session) send(reply record.Reply) {
	s.release()
	s.out = reply.AppendTo(s.out)
	s.bound()
}

// queue is send for octets.
func (s *Session) queue(octets []byte) {
	s.release()
	s.out = append(s.out, octets...)
	s.bound()
}

// release lets out what a rule held back for this moment.
func (s *Session) release() {
	if s.held != nil {
		s.out = append(s.out, s.held...)
		s.held = nil
	}
}

func (s *Session) bound() {
	if len(s.out) > maxUnsent {
		s.flush()
	}
}

// flush writes what is queued, and says whether the session goes on.
func (s *Session) flush() bool {
	if s.over {
		return false
	}
	if len(s.out) == 0 {
		return true
	}
	s.sock.limitWrite(time.Now().Add(s.cfg.Limits.Idle))
	_, err := s.conn.Write(s.out)
	if s.out = s.out[:0]; err != nil {
		s.lost(err)
	}
	return err == nil
}

// refuse answers a connection with one reply instead of a session.
func (s *Session) refuse(reply record.Reply) {
	reply.At = s.rec.now()
	s.rec.greeting(reply)
	s.finish(record.EndRefused, reply.Text())
	s.send(reply)
	s.goodbye(record.EndRefused, reply.Text())
}

// farewell sends a reply that no command asked for, and ends the session. One
// that a rule has silenced, or that a script runs, ends without it.
func (s *Session) farewell(reply record.Reply, end record.End, detail string) {
	if s.mute || s.scripted() {
		s.hangUp(end, detail)
		return
	}
	if !s.offersStatusCodes() {
		reply = withoutEnhanced(reply)
	}
	reply.At = s.rec.now()
	s.rec.farewell(reply)
	s.finish(end, detail)
	s.send(reply)
	s.goodbye(end, detail)
}

// goodbye ends the session behind a reply that the client should still get: to
// close while octets are unread would reset the connection, and the reply with
// it.
func (s *Session) goodbye(end record.End, detail string) {
	if !s.flush() {
		return
	}
	s.finish(end, detail)
	if !s.secured() {
		s.sock.closeWrite()
		s.linger()
	}
	s.hangUp(end, detail)
}

// linger reads what is left, within bounds.
func (s *Session) linger() {
	const octets, patience = 256 << 10, time.Second
	s.sock.limitRead(time.Now().Add(patience))
	for left := octets; left > 0; {
		n, err := s.conn.Read(s.in.buf)
		if left -= n; err != nil {
			return
		}
	}
}
