package wire

import (
	"bytes"

	"github.com/smtpspec/smtpspec/harness/record"
)

// noteLine records the faults of a line as such, whatever it says.
func (s *Session) noteLine(c record.Command, size int) {
	if c.Ending == "\n" {
		s.note(bareLF, c.Line+c.Ending)
	}
	if size > minLine && size > lineMost(c.Verb, s.auth.step) {
		s.note(longLine, c.Line)
	}
}

// noteControl records control octets, and a CR by itself.
func (s *Session) noteControl(c record.Command, text []byte) {
	if bytes.IndexByte(text, '\r') >= 0 {
		s.note(bareCR, c.Line)
	}
	if hasControl(bytes.ReplaceAll(text, []byte{'\r'}, nil)) {
		s.note(controlOctets, c.Line)
	}
}

// minLine is the most octets of a command line with its CRLF where no
// extension says more, RFC 5321 §4.5.3.1.4.
const minLine = 512

// What extensions add to the line of MAIL and of RCPT. RFC 3461 has no sum: it
// is that of the parameters at their longest.
const (
	mailMost = minLine +
		26 + // SIZE, RFC 1870 §3
		17 + // BODY, RFC 6152 §2
		10 + // SMTPUTF8, RFC 6531 §3.1
		500 + // AUTH, RFC 4954 §3
		len(" RET=HDRS") + len(" ENVID=") + 100 + // RFC 3461 §4.3, §4.4
		11 + // REQUIRETLS, RFC 8689 §2
		17 + // BY, RFC 2852 §4
		15 // MT-PRIORITY, RFC 6710 §3
	rcptMost = minLine + len(" NOTIFY=SUCCESS,FAILURE,DELAY") + len(" ORCPT=") + 500 // RFC 3461 §4.1, §4.2
	utf8Most = minLine + 10                                                          // SMTPUTF8 of VRFY and EXPN, RFC 6531 §3.1
	authMost = 12288                                                                 // inside an exchange, RFC 4954 §4
)

// lineMost returns how long the line of a command may be. All extensions are
// taken to be there: a parameter that is not offered is a fault of its own.
func lineMost(verb string, insideAuth bool) int {
	switch {
	case insideAuth:
		return authMost
	case verb == "MAIL":
		return mailMost
	case verb == "RCPT":
		return rcptMost
	case verb == "VRFY", verb == "EXPN":
		return utf8Most
	}
	return minLine
}
