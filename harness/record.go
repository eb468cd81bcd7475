package harness

import (
	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/record"
)

// The words of the field are declared in packages record and message.
type (
	Session     = record.Session
	Command     = record.Command
	Reply       = record.Reply
	TLS         = record.TLS
	AuthAttempt = record.AuthAttempt
	Envelope    = record.Envelope
	Recipient   = record.Recipient
	Anomaly     = record.Anomaly
	Violation   = record.Violation
	Stage       = record.Stage
	End         = record.End

	Message = message.Message
	Part    = message.Part
	Link    = message.Link
)

// The stages at which a server answers, in session order.
const (
	CONNECT  = record.CONNECT
	EHLO     = record.EHLO
	STARTTLS = record.STARTTLS
	AUTH     = record.AUTH
	MAIL     = record.MAIL
	RCPT     = record.RCPT
	DATA     = record.DATA
	BDAT     = record.BDAT
	BODY     = record.BODY
	RSET     = record.RSET
	NOOP     = record.NOOP
	QUIT     = record.QUIT
	ANY      = record.ANY
)

// The ends of a session.
const (
	StillOpen       = record.StillOpen
	EndQuit         = record.EndQuit
	EndClientClosed = record.EndClientClosed
	EndClientReset  = record.EndClientReset
	EndDropped      = record.EndDropped
	EndTimedOut     = record.EndTimedOut
	EndTLSFailed    = record.EndTLSFailed
	EndRefused      = record.EndRefused
	EndServerClosed = record.EndServerClosed
)
