package wire

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/smtpspec/smtpspec/harness/record"
)

// AnomalyKind is something a client can do that a strict server would not
// like.
type AnomalyKind struct {
	Kind string // stable name, that of record.Anomaly
	Text string // one sentence
	RFC  string // the section that the client leaves, "RFC 5321 §2.3.8"
}

type fault = AnomalyKind

// AnomalyKinds returns every kind that a record can hold, those of commands
// first, in the order of their names in the source.
func AnomalyKinds() []AnomalyKind { return slices.Clone(anomalyKinds) }

var anomalyKinds = []AnomalyKind{
	bareLF, bareCR, controlOctets, nonASCII, longLine, cutLine,
	otherProtocol, beforeGreeting, notPipelined, notLastInGroup, behindStartTLS, noClientHello, behindData, behindQuit, noQuit,
	noHello, emptyHello, oldHello, nestedMail, noRecipients, extraArgument,
	blankInPath, badPath, utf8Address, notOffered, badParameter, authAgain, clearPassword,
	bareLFInData, bareCRInData, nulInData, longTextLine, unstuffedDot, eightBitData, eightBitHeader,
}

// Faults of a command line.
var (
	bareLF        = fault{"bare-lf", "a line ended with LF alone", "RFC 5321 §2.3.8"}
	bareCR        = fault{"bare-cr", "a command held a CR that was not part of a CRLF", "RFC 5321 §2.3.8"}
	controlOctets = fault{"control-octets", "a command held control octets", "RFC 5321 §4.1.2"}
	nonASCII      = fault{"non-ascii", "a command held octets beyond ASCII", "RFC 5321 §2.4"}
	longLine      = fault{"long-line", "a command line was over the limit", "RFC 5321 §4.5.3.1.4"}
	cutLine       = fault{"cut-line", "the connection ended inside a line", "RFC 5321 §2.3.8"}
)

// Faults of the dialogue.
var (
	otherProtocol  = fault{"other-protocol", "the client does not speak SMTP", "RFC 5321 §4.1.1.1"}
	beforeGreeting = fault{"octets-before-greeting", "octets came before the greeting", "RFC 5321 §4.3.1"}
	notPipelined   = fault{"pipelining-not-offered", "a command came before the reply to the one before", "RFC 5321 §4.3.1"}
	notLastInGroup = fault{"not-last-in-group", "octets came behind a command that must be the last of a group", "RFC 2920 §3.1"}
	behindStartTLS = fault{"octets-behind-starttls", "octets came behind STARTTLS before the handshake", "RFC 3207 §4.2"}
	noClientHello  = fault{"no-client-hello", "octets that are not TLS came where its handshake begins", "RFC 3207 §4"}
	behindData     = fault{"octets-behind-data", "octets came behind DATA before its reply", "RFC 2920 §3.1"}
	behindQuit     = fault{"octets-behind-quit", "octets came behind QUIT", "RFC 2920 §3.1"}
	noQuit         = fault{"no-quit", "the client closed an idle session without QUIT", "RFC 5321 §4.1.1.10"}
	noHello        = fault{"no-ehlo", "a transaction began before EHLO or HELO", "RFC 5321 §4.1.4"}
	emptyHello     = fault{"empty-ehlo", "EHLO or HELO had no name", "RFC 5321 §4.1.1.1"}
	oldHello       = fault{"helo", "HELO came where EHLO was not refused", "RFC 5321 §2.2.1"}
	nestedMail     = fault{"nested-mail", "MAIL came inside a transaction", "RFC 5321 §4.1.4"}
	noRecipients   = fault{"data-without-recipients", "DATA came without an accepted recipient", "RFC 5321 §4.1.1.4"}
	extraArgument  = fault{"extra-argument", "a command had an argument that it does not take", "RFC 5321 §4.1.1"}
)

// Faults of what a command asks for.
var (
	blankInPath   = fault{"blank-in-path", "a blank stood between the colon and the address", "RFC 5321 §3.3"}
	badPath       = fault{"bad-path", "the address was not written as a path", "RFC 5321 §4.1.2"}
	utf8Address   = fault{"utf8-address", "an address beyond ASCII came without SMTPUTF8", "RFC 6531 §3.4"}
	notOffered    = fault{"not-offered", "something was used that EHLO did not offer", "RFC 5321 §2.2.1"}
	badParameter  = fault{"bad-parameter", "a parameter was malformed", "RFC 5321 §4.1.2"}
	authAgain     = fault{"auth-sequence", "AUTH came twice or inside a transaction", "RFC 4954 §4"}
	clearPassword = fault{"password-in-clear", "AUTH sent a password without TLS", "RFC 4954 §9"}
)

// Faults of message data. They are looked for when somebody wants to see the
// session.
var (
	bareLFInData   = fault{"bare-lf-in-data", "message data held an LF without a CR before it", "RFC 5321 §2.3.8"}
	bareCRInData   = fault{"bare-cr-in-data", "message data held a CR without an LF behind it", "RFC 5321 §2.3.8"}
	nulInData      = fault{"nul-in-data", "message data held a NUL", "RFC 5322 §2.1"}
	longTextLine   = fault{"long-text-line", "a line of message data was over 1,000 octets", "RFC 5321 §4.5.3.1.6"}
	unstuffedDot   = fault{"unstuffed-dot", "a line of message data began with a dot that was not doubled", "RFC 5321 §4.5.2"}
	eightBitData   = fault{"8bit-data", "message data held octets beyond ASCII without BODY=8BITMIME", "RFC 6152 §3"}
	eightBitHeader = fault{"8bit-header", "a header held octets beyond ASCII without SMTPUTF8", "RFC 6531 §3.4"}
)

// note records a fault and the octets that show it.
func (s *Session) note(f fault, octets string) {
	s.anomaly(f.anomaly(octets))
}

func (k AnomalyKind) anomaly(octets string) record.Anomaly {
	return record.Anomaly{Kind: k.Kind, Octets: octets, Text: k.Text, RFC: k.RFC}
}

// violationText says what happened, and for message data where.
func violationText(a record.Anomaly) string {
	text := a.Kind + ": " + a.Text
	if a.Offset > 0 {
		text += " at " + strconv.Itoa(a.Offset)
	}
	if a.More > 0 {
		text += fmt.Sprintf(", %d more", a.More)
	}
	return text
}

func panicViolation(what string, p any) record.Violation {
	return record.Violation{Rule: what, Text: fmt.Sprintf("%s panicked: %v", what, p)}
}
