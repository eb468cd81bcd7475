package wire

import (
	"fmt"

	"github.com/smtpspec/smtpspec/harness/record"
)

// fault is something a client can do that a strict server would not like.
type fault struct{ kind, text, rfc string }

var (
	bareLF         = fault{"bare-lf", "a line ended with LF alone", "RFC 5321 §2.3.8"}
	controlOctets  = fault{"control-octets", "a command held control octets", "RFC 5321 §4.1.2"}
	nonASCII       = fault{"non-ascii", "a command held octets beyond ASCII", "RFC 5321 §2.4"}
	longLine       = fault{"long-line", "a command line was over the limit", "RFC 5321 §4.5.3.1.4"}
	cutLine        = fault{"cut-line", "the connection ended inside a line", "RFC 5321 §2.3.8"}
	noHello        = fault{"no-ehlo", "a transaction began before EHLO or HELO", "RFC 5321 §4.1.4"}
	emptyHello     = fault{"empty-ehlo", "EHLO or HELO had no name", "RFC 5321 §4.1.1.1"}
	nestedMail     = fault{"nested-mail", "MAIL came inside a transaction", "RFC 5321 §4.1.4"}
	blankInPath    = fault{"blank-in-path", "a blank stood between the colon and the address", "RFC 5321 §3.3"}
	badPath        = fault{"bad-path", "the address was not written as a path", "RFC 5321 §4.1.2"}
	notOffered     = fault{"not-offered", "something was used that EHLO did not offer", "RFC 5321 §2.2.1"}
	badParameter   = fault{"bad-parameter", "a parameter was malformed", "RFC 5321 §4.1.2"}
	noRecipients   = fault{"data-without-recipients", "DATA came without an accepted recipient", "RFC 5321 §4.1.1.4"}
	extraArgument  = fault{"extra-argument", "a command had an argument that it does not take", "RFC 5321 §4.1.1"}
	behindStartTLS = fault{"octets-behind-starttls", "octets came behind STARTTLS before the handshake", "RFC 3207 §4.2"}
	behindData     = fault{"octets-behind-data", "octets came behind DATA before its reply", "RFC 2920 §3.1"}
	notPipelined   = fault{"pipelining-not-offered", "a command came before the reply to the one before", "RFC 5321 §4.1.1"}
	utf8Address    = fault{"utf8-address", "an address beyond ASCII came without SMTPUTF8", "RFC 6531 §3.4"}
	authAgain      = fault{"auth-sequence", "AUTH came twice or inside a transaction", "RFC 4954 §4"}
	otherProtocol  = fault{"other-protocol", "the client does not speak SMTP", "RFC 5321 §4.1.1.1"}
)

// note records a fault and the octets that show it.
func (s *Session) note(f fault, octets string) {
	s.anomaly(f.kind, octets, f.text, f.rfc)
}

func panicViolation(what string, p any) record.Violation {
	return record.Violation{Rule: what, Text: fmt.Sprintf("%s panicked: %v", what, p)}
}
