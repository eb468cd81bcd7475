package wire

import "github.com/smtpspec/smtpspec/harness/record"

// noteAhead records octets that a client sent behind c without waiting for the
// reply, if it had to wait. What comes behind STARTTLS and DATA is found where
// those are answered.
func (s *Session) noteAhead(c record.Command, octets []byte) {
	switch {
	case c.Verb == "QUIT":
		s.note(behindQuit, s.ahead(octets))
	case mustBeLast(c.Verb) && (!s.helloed || s.offers(&pipelining)):
		s.note(notLastInGroup, s.ahead(octets))
	}
}

// mustBeLast says that a command changes what the client has to know before it
// goes on, RFC 2920 §3.1. AUTH is such a command too.
func mustBeLast(verb string) bool {
	switch verb {
	case "EHLO", "LHLO", "VRFY", "EXPN", "TURN", "NOOP", "AUTH":
		return true
	}
	return false
}

// ahead returns octets that came too early, without their secrets: behind AUTH
// there may be nothing else.
func (s *Session) ahead(octets []byte) string {
	if s.auth.wary && !s.cfg.RecordSecrets {
		return mask
	}
	return s.maskEarly(octets)
}

// noteDelayed looks for octets that came while a rule held a reply, or the end
// of one, back: a client in lock-step says nothing meanwhile. What lies below TLS need not be
// the client's words, so that it tells nothing.
func (s *Session) noteDelayed() {
	if !s.in.empty() || s.secured() {
		return
	}
	octets := s.sock.waiting()
	if len(octets) == 0 {
		return
	}
	switch c := s.x.Command; {
	case s.x.Stage == record.CONNECT:
		s.noteBeforeGreeting(octets)
	case c.Verb == "DATA":
		s.note(behindData, s.ahead(octets))
	case c.Verb == "QUIT", mustBeLast(c.Verb) && s.offers(&pipelining):
		s.noteAhead(c, octets)
	case s.helloed && !s.offers(&pipelining) && c.Verb != "STARTTLS" && c.Verb != "BODY":
		s.note(notPipelined, s.ahead(octets))
	}
}

// noteEarly looks for octets that came before the greeting left. On a TCP
// socket that costs a system call, so that it is done only for a test that is
// Strict; where a rule delays the greeting, noteDelayed has looked.
func (s *Session) noteEarly() {
	if len(s.out) == 0 || s.secured() || !s.cfg.Strict && s.sock.costly() {
		return
	}
	s.noteBeforeGreeting(s.sock.waiting())
}

func (s *Session) noteBeforeGreeting(octets []byte) {
	if len(octets) > 0 && !s.early && !looksLikeTLS(octets) {
		s.early = true
		s.note(beforeGreeting, s.ahead(octets))
	}
}
