package sender

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"time"
)

// Step is a step of a session, the place where something failed.
type Step string

// The steps, in session order.
const (
	StepPrepare  Step = "prepare" // before anything is sent
	StepConnect  Step = "connect"
	StepTLS      Step = "TLS handshake"
	StepGreeting Step = "greeting"
	StepHello    Step = "EHLO" // HELO and LHLO too
	StepStartTLS Step = "STARTTLS"
	StepAuth     Step = "AUTH"
	StepMail     Step = "MAIL FROM"
	StepRcpt     Step = "RCPT TO"
	StepData     Step = "DATA"
	StepBlock    Step = "message"        // while the message is being sent
	StepBdat     Step = "BDAT"           // a chunk of the message and its reply
	StepFinal    Step = "end of message" // the final reply
	StepReset    Step = "RSET"
	StepNoop     Step = "NOOP"
	StepQuit     Step = "QUIT"
)

// What can be wrong before a server is to blame. Match them with errors.Is.
var (
	ErrAddress      = errors.New("not an address that SMTP can carry")
	ErrArgument     = errors.New("not an argument that SMTP can carry")
	ErrNoRecipient  = errors.New("no recipient")
	ErrNotOffered   = errors.New("not offered by the server")
	ErrContent      = errors.New("not content that can be sent as it is")
	ErrTooLarge     = errors.New("larger than the server takes")
	ErrClearText    = errors.New("refused to send a secret without TLS")
	ErrInsecure     = errors.New("the session's TLS does not suffice")
	ErrSequence     = errors.New("out of sequence")
	ErrClosed       = errors.New("session is closed")
	ErrCredentials  = errors.New("credentials cannot be used")
	ErrNoGoodServer = errors.New("the server failed to prove that it knows the password")
)

// Error is a step that failed.
type Error struct {
	// Step says where in the session.
	Step Step
	// Server is the address that was dialled, "mx.example.com:25".
	Server string
	// Recipient is the address concerned, at StepRcpt and for final replies of
	// LMTP; else empty.
	Recipient string
	// Reply is the reply that says so; its Code is 0 when there was none.
	Reply Reply
	// Err is the cause when it is not the reply alone: a network, TLS or
	// context error, a *ProtocolError, one of this package's errors; else nil.
	Err error
}

// Error returns one line: server, step, recipient, reply and cause. Text of the
// server in it is escaped.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Server != "" {
		b.WriteString(escape(e.Server) + ": ")
	}
	b.WriteString(string(e.Step))
	if e.Recipient != "" {
		b.WriteString(" <" + escape(e.Recipient) + ">")
	}
	if e.Err != nil {
		b.WriteString(": " + cause(e.Err))
	}
	if e.Reply.Code != 0 {
		b.WriteString(": " + e.Reply.String())
	}
	return b.String()
}

// cause says what a network error means at this end of an SMTP session.
func cause(err error) string {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the server closed the connection in the middle of a reply"
	case errors.Is(err, io.EOF):
		return "the server closed the connection"
	}
	if text := err.Error(); strings.ContainsAny(text, "\r\n\x00\x1b") {
		return escape(text)
	} else {
		return text
	}
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }

// As fills a *textproto.Error with the reply, for callers that know net/smtp.
// Its message is escaped line by line.
func (e *Error) As(target any) bool {
	t, ok := target.(**textproto.Error)
	if !ok || e.Reply.Code == 0 {
		return false
	}
	lines := make([]string, len(e.Reply.Lines))
	for i, l := range e.Reply.Lines {
		lines[i] = escape(l)
	}
	*t = &textproto.Error{Code: e.Reply.Code, Msg: strings.Join(lines, "\n")}
	return true
}

// Temporary says that the same may succeed later: a 4yz reply, 552 to RCPT
// where it means too many recipients, a connection that failed or was lost.
// Replies that are none, TLS that cannot be trusted, and what is refused on
// this side are permanent.
func (e *Error) Temporary() bool {
	switch {
	case e.Reply.Code == 421:
		return true
	case isProtocol(e.Err):
		return false
	case e.Reply.Code != 0 && e.Err == nil:
		return e.Reply.Code/100 == 4 || e.tooManyRecipients()
	}
	return temporaryCause(e.Err)
}

// tooManyRecipients is RFC 5321 §4.5.3.1.10: 552 to RCPT is to be taken for a
// 452. A server whose enhanced code names another reason means that one.
func (e *Error) tooManyRecipients() bool {
	return e.Step == StepRcpt && e.Reply.Code == 552 &&
		(e.Reply.Enhanced == "" || e.Reply.Enhanced == "5.5.3")
}

func isContent(err error) bool { return errors.Is(err, ErrContent) }

func isProtocol(err error) bool {
	var p *ProtocolError
	return errors.As(err, &p)
}

func temporaryCause(err error) bool {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return !dns.IsNotFound
	}
	var lost *lostError
	var network net.Error
	var alert tls.AlertError
	var verify *tls.CertificateVerificationError
	var host x509.HostnameError
	switch {
	case errors.As(err, &verify), errors.As(err, &host), errors.As(err, &alert):
		return false
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrClosedPipe),
		errors.Is(err, net.ErrClosed), errors.Is(err, ErrClosed),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return true
	}
	return errors.As(err, &lost) || errors.As(err, &network)
}

// Timeout says that a deadline of a step or of the context ended the step.
func (e *Error) Timeout() bool {
	var t interface{ Timeout() bool }
	return errors.As(e.Err, &t) && t.Timeout()
}

// SMTP returns code and enhanced code of the reply, 0 and "" without one, and
// the recipient concerned, if any.
func (e *Error) SMTP() (code int, enhanced string, rcpts map[string]error) {
	if e.Recipient != "" {
		rcpts = map[string]error{e.Recipient: e}
	}
	return e.Reply.Code, e.Reply.Enhanced, rcpts
}

// timeoutError is a step's deadline that passed.
type timeoutError struct {
	limit time.Duration
	err   error
}

func (e *timeoutError) Error() string   { return "nothing came of it within " + e.limit.String() }
func (e *timeoutError) Unwrap() error   { return e.err }
func (e *timeoutError) Timeout() bool   { return true }
func (e *timeoutError) Temporary() bool { return true }

// lostError is a connection that failed in a way the standard library has no
// type for; one day it may do better.
type lostError struct{ err error }

func (e *lostError) Error() string   { return e.err.Error() }
func (e *lostError) Unwrap() error   { return e.err }
func (e *lostError) Timeout() bool   { return false }
func (e *lostError) Temporary() bool { return true }

// problem is one of the package's errors with its particulars.
func problem(kind error, what string) error { return &detail{kind, what} }

type detail struct {
	kind error
	what string
}

func (d *detail) Error() string { return d.what + ": " + d.kind.Error() }
func (d *detail) Unwrap() error { return d.kind }

func quoted(s string) string { return strconv.QuoteToGraphic(shorten(s, 300)) }
