package wire

import (
	"github.com/smtpspec/smtpspec/harness/record"
)

// readBody reads up to the final dot line. It says whether the session goes
// on.
func (s *Session) readBody() bool {
	s.findCut()
	if s.cutAt == 0 {
		s.dropInBody()
		return false
	}
	if s.in.empty() && !s.fillBody() {
		return false
	}
	for done := s.takeBuffered(); ; {
		switch {
		case s.cutAt >= 0 && int64(s.came()) >= s.cutAt:
			s.dropInBody()
			return false
		case done:
			s.shorten(len(feedDot))
			return true
		case s.size > 4*s.cfg.Limits.Message:
			s.farewell(tooBig, record.EndRefused, "message data far beyond the limit")
			return false
		}
		var ok bool
		if done, ok = s.readOn(); !ok {
			return false
		}
	}
}

// readOn reads once. It says whether the data is complete, and whether the
// session goes on.
func (s *Session) readOn() (done, ok bool) {
	room := s.room()
	n, err := s.readData(room)
	if n > 0 {
		return s.took(room[:n]), true
	}
	if err != nil {
		s.readFailed(err)
	}
	return false, err == nil
}

// came returns how many octets of the message have come, without the dots that
// are there for the wire only.
func (b *body) came() int { return b.size - b.term.dots - b.term.pending() }

// findCut looks for a rule that cuts the connection inside the data.
func (s *Session) findCut() {
	s.cutAt = -1
	s.x.Stage, s.x.Command = record.BODY, record.Command{Verb: "BODY"}
	s.guarded("When", func() {
		if s.cut = s.cfg.Rules.MatchData(&s.x); s.cut != nil {
			s.cutAt = s.cut.act.dropAfter
		}
	})
}

func (s *Session) dropInBody() {
	if !s.flush() {
		return
	}
	s.cut.hit()
	s.rec.command(record.Command{Verb: "BODY", Size: s.came(), At: s.rec.now(),
		Reply: record.Reply{Rule: s.cut.Name(), At: s.rec.now()}})
	s.examineCut()
	s.hangUp(record.EndDropped, s.cut.Name())
}

// fillBody reads into the input buffer, where a short message finds room.
func (s *Session) fillBody() bool {
	if !s.flush() {
		return false
	}
	s.limitBody()
	if err := s.in.fill(s.conn, len(s.in.buf)); err != nil {
		s.readFailed(err)
		return false
	}
	return true
}

func (s *Session) readData(room []byte) (int, error) {
	if !s.flush() {
		return 0, errGone
	}
	s.limitBody()
	return s.conn.Read(room)
}

func (s *Session) limitBody() {
	by := s.patience(s.cfg.Limits.Idle)
	if end := s.deadline(s.began, s.size); end.Before(by) {
		by = end
	}
	s.sock.limitRead(by)
}

// takeBuffered takes what the input buffer holds, and says whether that is the
// whole of the data.
func (s *Session) takeBuffered() bool {
	unread := s.in.unread()
	end := s.term.scan(unread)
	if end < 0 {
		s.copyIn(s.in.take())
		return false
	}
	s.in.r += end
	s.last, s.borrowed = unread[:0:end], true
	s.grow(end)
	return true
}

// took accounts for octets that were read into the room, and says whether they
// hold the end. What is behind the end goes back to the input.
func (s *Session) took(b []byte) bool {
	end := s.term.scan(b)
	if end < 0 {
		s.grow(len(b))
		return false
	}
	s.in.put(b[end:])
	s.grow(end)
	return true
}
