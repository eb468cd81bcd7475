package record

// Stage is a point of a session at which a server answers, in session order.
// A rule names the stage that it changes, and an assertion the stage that it
// looks at.
type Stage string

// The stages, in the order in which a session passes them.
const (
	CONNECT  Stage = "CONNECT"  // the greeting, RFC 5321 §3.1
	EHLO     Stage = "EHLO"     // HELO and LHLO too, RFC 5321 §4.1.1.1
	STARTTLS Stage = "STARTTLS" // RFC 3207
	AUTH     Stage = "AUTH"     // the AUTH command itself, RFC 4954
	MAIL     Stage = "MAIL"     // RFC 5321 §4.1.1.2
	RCPT     Stage = "RCPT"     // RFC 5321 §4.1.1.3
	DATA     Stage = "DATA"     // the reply to the command, RFC 5321 §4.1.1.4
	BDAT     Stage = "BDAT"     // a chunk that is not the last, RFC 3030
	BODY     Stage = "BODY"     // the reply to the end of the message data
	RSET     Stage = "RSET"     // RFC 5321 §4.1.1.5
	NOOP     Stage = "NOOP"     // RFC 5321 §4.1.1.9
	QUIT     Stage = "QUIT"     // RFC 5321 §4.1.1.10
	ANY      Stage = "ANY"      // all of them, and every verb that has no stage
)

// Stages returns all stages in session order, ANY last.
func Stages() []Stage {
	return []Stage{CONNECT, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, BDAT, BODY, RSET, NOOP, QUIT, ANY}
}

// StageOf returns the stage at which a verb is answered, ANY for a verb that
// has none of its own.
func StageOf(verb string) Stage {
	switch verb {
	case "HELO", "LHLO":
		return EHLO
	case "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "BDAT", "BODY", "RSET", "NOOP", "QUIT":
		return Stage(verb)
	}
	return ANY
}

// End says how a session ended.
type End string

// The ends of a session. The zero value is a session that is still open.
const (
	StillOpen       End = ""
	EndQuit         End = "QUIT"
	EndClientClosed End = "client closed the connection without QUIT"
	EndClientReset  End = "client reset the connection"
	EndDropped      End = "dropped by a rule"
	EndTimedOut     End = "client silent for too long"
	EndTLSFailed    End = "TLS handshake failed"
	EndRefused      End = "refused by the server"
	EndServerClosed End = "server closed"
)

func (e End) String() string {
	if e == StillOpen {
		return "still open"
	}
	return string(e)
}
