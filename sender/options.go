package sender

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"time"
)

// Security is how a session comes by TLS.
type Security int

const (
	// Opportunistic takes STARTTLS when it is offered and goes on in the clear
	// when it is not, or is refused. A handshake that fails ends the session.
	Opportunistic Security = iota
	// Plain never starts TLS.
	Plain
	// STARTTLS requires TLS by STARTTLS (RFC 3207).
	STARTTLS
	// ImplicitTLS begins with the TLS handshake (RFC 8314 §3.3).
	ImplicitTLS
)

var securityNames = [...]string{"opportunistic", "none", "starttls", "implicit"}

// String returns "opportunistic", "none", "starttls" or "implicit".
func (s Security) String() string {
	if s < 0 || int(s) >= len(securityNames) {
		return fmt.Sprintf("Security(%d)", int(s))
	}
	return securityNames[s]
}

// MarshalText returns the word that UnmarshalText reads.
func (s Security) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the words of String, so that a Security can be a flag
// (flag.TextVar) or a field of a configuration file.
func (s *Security) UnmarshalText(b []byte) error {
	for i, name := range securityNames {
		if string(b) == name {
			*s = Security(i)
			return nil
		}
	}
	return fmt.Errorf("unknown TLS mode %q: want none, opportunistic, starttls or implicit", b)
}

// Options say how a session is opened and held. The zero value, and nil, mean
// opportunistic TLS, no AUTH, and the time-outs of RFC 5321. An Options is only
// read; several sessions may share one.
type Options struct {
	// Security is how the session comes by TLS.
	Security Security

	// TLSConfig is used as it is, apart from an empty ServerName, which becomes
	// the host of the address. Nil verifies the server against the system's
	// roots and takes TLS 1.2 or later.
	TLSConfig *tls.Config

	// Hello is the domain or address literal of EHLO. Empty means the machine's
	// fully qualified name, or the literal of the local address when it has
	// none. A name in another script is sent as A-labels (RFC 6531 §3.7.1).
	Hello string

	// Auth are the credentials; nil means no AUTH. With credentials a session
	// that cannot be authenticated is an error: nothing is sent without.
	Auth *Auth

	// LMTP speaks RFC 2033: LHLO, and a final reply for each recipient.
	LMTP bool

	// NoPipelining sends one command at a time even when the server offers
	// PIPELINING (RFC 2920).
	NoPipelining bool

	// Chunking sends messages with BDAT (RFC 3030) where CHUNKING is offered.
	Chunking bool

	// Timeout, when above zero, is the limit of every step, in place of
	// Timeouts.
	Timeout time.Duration

	// Timeouts are the limits of the steps.
	Timeouts Timeouts

	// Dialer opens the connection; nil means net.Dialer. The network is "tcp",
	// or "unix" for an address "unix:/path".
	Dialer func(ctx context.Context, network, addr string) (net.Conn, error)

	// Trace, when not nil, is called with each line of the dialogue, from the
	// goroutine that uses the Client.
	Trace func(Event)
}

func (o *Options) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if o.Dialer != nil {
		return o.Dialer(ctx, network, addr)
	}
	var d net.Dialer
	return d.DialContext(ctx, network, addr)
}

// Timeouts limit each step of a session (RFC 5321 §4.5.3.2). A step's time runs
// from its command to the end of its reply; it does not start anew with each
// octet. Zero means the default.
type Timeouts struct {
	Connect  time.Duration // opening the connection, 2 minutes
	TLS      time.Duration // the TLS handshake, 2 minutes
	Greeting time.Duration // §4.5.3.2.1, 5 minutes
	Command  time.Duration // EHLO, STARTTLS, AUTH, RSET, NOOP, 5 minutes
	Mail     time.Duration // §4.5.3.2.2, 5 minutes
	Rcpt     time.Duration // §4.5.3.2.3, 5 minutes
	Data     time.Duration // DATA to its 354, §4.5.3.2.4, 2 minutes
	Block    time.Duration // each block of the message, §4.5.3.2.5, 3 minutes
	Final    time.Duration // the end of the message to its reply, §4.5.3.2.6, 10 minutes
	Quit     time.Duration // QUIT, 1 minute: the mail is safe by then
}

var defaultTimeouts = Timeouts{
	Connect:  2 * time.Minute,
	TLS:      2 * time.Minute,
	Greeting: 5 * time.Minute,
	Command:  5 * time.Minute,
	Mail:     5 * time.Minute,
	Rcpt:     5 * time.Minute,
	Data:     2 * time.Minute,
	Block:    3 * time.Minute,
	Final:    10 * time.Minute,
	Quit:     time.Minute,
}

func (t *Timeouts) of(step Step) time.Duration {
	switch step {
	case StepConnect:
		return t.Connect
	case StepTLS:
		return t.TLS
	case StepGreeting:
		return t.Greeting
	case StepMail:
		return t.Mail
	case StepRcpt:
		return t.Rcpt
	case StepData:
		return t.Data
	case StepBlock, StepBdat:
		return t.Block
	case StepFinal:
		return t.Final
	case StepQuit:
		return t.Quit
	default:
		return t.Command
	}
}

// timeout returns the limit of a step: the one override, the step's own, or the
// default.
func (o *Options) timeout(step Step) time.Duration {
	if o.Timeout > 0 {
		return o.Timeout
	}
	if d := o.Timeouts.of(step); d > 0 {
		return d
	}
	return defaultTimeouts.of(step)
}
