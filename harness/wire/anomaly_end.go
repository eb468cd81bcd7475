package wire

import (
	"errors"
	"io"
	"syscall"

	"github.com/smtpspec/smtpspec/harness/record"
)

// noteEnd records that a client left an idle session without QUIT. It does not
// where the client had a reason: no reply to its last command, or none that can
// be read, or one that a rule kept it waiting for, or a 421. A client that said nothing
// at all was asking whether the port is open.
func (s *Session) noteEnd(err error, end record.End) {
	left := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.EPIPE) || end == record.EndClientReset
	if !left || s.lines == 0 || s.open || s.auth.step || s.mute || s.reading || !s.in.empty() || s.keptWaiting() {
		return
	}
	if reply, ok := s.rec.lastReply(); ok && reply.Code != 0 && reply.Code != 421 && reply.Raw == "" {
		s.note(noQuit, "")
	}
}

// keptWaiting says that a rule kept the client waiting.
func (s *Session) keptWaiting() bool {
	return s.held != nil || s.rule != nil && (s.rule.act.delay > 0 || s.rule.act.dripChunk > 0)
}

// noteHelo records HELO where EHLO would have done, that is where none was
// refused before.
func (s *Session) noteHelo(c record.Command) {
	if c.Verb == "HELO" && !s.noEHLO {
		s.note(oldHello, c.Line)
	}
}
