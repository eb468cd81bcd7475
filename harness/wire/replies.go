package wire

import (
	"strconv"

	"github.com/smtpspec/smtpspec/harness/record"
)

// The server's own replies, with the status codes of RFC 3463.
var (
	readyForTLS    = record.NewReply(220, "2.0.0 Ready to start TLS")
	okReply        = record.NewReply(250, "2.0.0 Ok")
	signedIn       = record.NewReply(235, "2.7.0 Authentication successful")
	idleTooLong    = record.NewReply(421, "4.4.2 Nothing was said for too long, closing")
	sessionTooLong = record.NewReply(421, "4.4.2 The session lasted too long, closing")
	shuttingDown   = record.NewReply(421, "4.3.2 Service is closing")
	tooManyErrors  = record.NewReply(421, "4.7.0 Too many errors, closing")
	tooManyLines   = record.NewReply(421, "4.7.0 Too many commands, closing")
	notSMTP        = record.NewReply(421, "4.7.0 This is an SMTP server, closing")
	unexpectedTLS  = record.NewReply(554, "5.7.0 TLS is not spoken on this port, closing")
	outOfOrder     = record.NewReply(421, "4.7.0 Octets behind a refused DATA, closing")
	localError     = record.NewReply(451, "4.3.0 Local error in processing")
	tooMuchInWork  = record.NewReply(451, "4.3.2 Too much message data at once, try later")
	noStorage      = record.NewReply(452, "4.3.1 Insufficient system storage")
	tooManyRcpt    = record.NewReply(452, "4.5.3 Too many recipients")
	unknown        = record.NewReply(500, "5.5.2 Syntax error, command unrecognized")
	lineTooLong    = record.NewReply(500, "5.5.2 Line too long")
	authLineLong   = record.NewReply(500, "5.5.6 Authentication exchange line is too long")
	badOctets      = record.NewReply(501, "5.5.2 Syntax error, control or non-ASCII octets")
	noArgument     = record.NewReply(501, "5.5.4 Syntax error, no argument is allowed")
	helloNeedsName = record.NewReply(501, "5.5.4 Syntax error, a domain or address literal is needed")
	noMechanism    = record.NewReply(501, "5.5.4 Syntax error, a mechanism is needed")
	noInitial      = record.NewReply(501, "5.7.0 This mechanism takes no initial response")
	badParam       = record.NewReply(555, "5.5.4 Parameter not recognized or not implemented")
	badSize        = record.NewReply(501, "5.5.4 Syntax error in SIZE")
	badBody        = record.NewReply(501, "5.5.4 Syntax error in BODY")
	notImplemented = record.NewReply(502, "5.5.1 Command not implemented")
	badSequence    = record.NewReply(503, "5.5.1 Bad sequence of commands")
	helloFirst     = record.NewReply(503, "5.5.1 Bad sequence of commands, send EHLO first")
	nested         = record.NewReply(503, "5.5.1 Bad sequence of commands, a transaction is open")
	noService      = record.NewReply(503, "5.5.1 Bad sequence of commands, there is no service here")
	tooEarly       = record.NewReply(503, "5.5.1 Bad sequence of commands, PIPELINING is not offered")
	badMechanism   = record.NewReply(504, "5.5.4 Unrecognized authentication type")
	tlsFirst       = record.NewReply(530, "5.7.0 Must issue a STARTTLS command first")
	authFirst      = record.NewReply(530, "5.7.0 Authentication required")
	badCredentials = record.NewReply(535, "5.7.8 Authentication credentials invalid")
	encryptFirst   = record.NewReply(538, "5.7.11 Encryption required for requested authentication mechanism")
	tooBig         = record.NewReply(552, "5.3.4 Message too big")
	needsUTF8      = record.NewReply(553, "5.6.7 The address needs SMTPUTF8")
)

// known are the replies of the dialogue that a session sends as they are. A
// look-up costs less than taking their octets apart.
var known = func() map[string]record.Reply {
	m := map[string]record.Reply{}
	for _, r := range []record.Reply{
		okReply, signedIn, badCredentials,
		record.NewReply(250, "2.1.0 Ok"),
		record.NewReply(250, "2.1.5 Ok"),
		record.NewReply(354, "Start mail input; end with <CR><LF>.<CR><LF>"),
	} {
		m[r.Octets()] = r
	}
	return m
}()

// nativeReply reads what the dialogue wrote.
func nativeReply(octets []byte) record.Reply {
	if r, ok := known[string(octets)]; ok {
		return r
	}
	return record.ParseReply(string(octets))
}

// queuedAs is the reply that takes responsibility for a message.
func queuedAs(m *record.Message) record.Reply {
	var line [64]byte
	text := append(line[:0], "2.0.0 Ok: queued as "...)
	if m.Key != "" {
		text = append(text, m.Key...)
	} else {
		text = strconv.AppendInt(text, int64(m.ID), 10)
	}
	return record.Reply{Code: 250, Enhanced: "2.0.0", Lines: []string{string(text)}}
}
