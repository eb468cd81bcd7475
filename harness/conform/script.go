package conform

import (
	"context"
	"time"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/record"
)

// Script is a server that does one thing out of the ordinary, and what the
// client is asked to send to it. Apart from what it says it is the baseline:
// 220, EHLO without any extension, 250, 250, 354, 250, 221, and 502 for what was
// not offered.
type Script struct {
	ID   string // names its run in a stored report: "mail-451"
	Text string // what the server does, in words

	Offer []string       // EHLO lines that it offers and speaks: "SIZE 1000000", "PIPELINING"
	TLS   TLSMode        // whether and how it speaks TLS
	Auth  []string       // mechanisms offered to the user of the job; nil = no AUTH at all
	Rules []harness.Rule // what it does otherwise

	// Options are further options, made anew for each run; nil = none. With
	// TLS, certificates and versions are given by ServerTLS.
	Options   func(Env) []harness.Option
	ServerTLS func(Env) []harness.TLSOption

	// Peer runs every session in place of the server above; nil = none.
	Peer func(Env, *harness.Peer) error

	// Network takes the place of the whole server: a port that is closed, one
	// that never accepts. nil = a server.
	Network func(Env) (Network, error)

	// Addr is the address to listen on; "" = 127.0.0.1. Clients that spare
	// loopback their care are met at 127.0.0.2.
	Addr string

	// Ask changes the job from the ordinary one: one short message, one
	// recipient, the security that TLS implies. nil = the ordinary one.
	Ask func(Env, *record.Job)

	// Guard is when the client counts as hung; nil = 3 T + 4 × its start-up + 2 s.
	Guard func(Env) time.Duration
}

// TLSMode says how a Script's server speaks TLS, and so what the client is
// asked for.
type TLSMode int

const (
	NoTLS TLSMode = iota
	STARTTLS
	ImplicitTLS
	// AnyTLS is the first of STARTTLS, ImplicitTLS and NoTLS that the client
	// has: for what is about AUTH, wherever it is safest.
	AnyTLS
)

// For returns the mode in which a client of this profile is met.
func (m TLSMode) For(p *Profile) TLSMode {
	switch {
	case m != AnyTLS:
		return m
	case p.Has(NeedStartTLS):
		return STARTTLS
	case p.Has(NeedImplicitTLS):
		return ImplicitTLS
	}
	return NoTLS
}

// Env is what a Script is played with.
type Env struct {
	T       time.Duration // the time-out handed to the client, and the unit of every delay
	Profile *Profile      // never nil
	Virtual bool          // time is that of a testing/synctest bubble
	Host    string        // where the server listens
}

// Units returns n times T.
func (e Env) Units(n float64) time.Duration { return time.Duration(n * float64(e.T)) }

// Network is a place that a client connects to.
type Network struct {
	Host  string
	Port  int
	Close func() error
	// Dial connects to it in virtual time; nil if it cannot be reached there.
	Dial func(context.Context) error
}

// Ordinary is the subject of the message in an ordinary job.
const Ordinary = "An ordinary message"

const (
	defaultFrom = "sender@example.org"
	defaultRcpt = "recipient@example.net"
)

// User and Password are the credentials of a job that has some, and those that
// a server with Auth takes. They are nobody's: neither an option nor a manifest
// gives a check others, and those that a Script makes up are in its source. So
// servers may record what AUTH carries, judges look for the password in it, and
// a stored report keeps it.
const (
	User     = "bat"
	Password = "correct-horse-7Q"
)

// Draft returns a short message in the form that the client takes: raw octets
// if it can send those, parts to compose otherwise.
func (e Env) Draft(subject, text string) record.Draft {
	if e.Profile.Composes() {
		return record.Draft{Subject: subject, Text: text}
	}
	return record.Draft{Raw: RawMessage(subject, text)}
}

// RawMessage returns a correct message of ASCII text.
func RawMessage(subject, text string) []byte {
	return []byte("Date: Mon, 02 Nov 2026 10:00:00 +0800\r\nFrom: Sender <" + defaultFrom + ">\r\nTo: Recipient <" + defaultRcpt +
		">\r\nSubject: " + subject + "\r\nMessage-ID: <" + subjectID(subject) + "@client.example>\r\n\r\n" + text)
}

func subjectID(subject string) string {
	id := []byte("m.")
	for i := range len(subject) {
		if c := subject[i]; c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			id = append(id, c)
		}
	}
	return string(id)
}

// job returns what the client is asked under this script.
func (s *Script) job(e Env) record.Job {
	j := record.Job{
		Host: e.Host, Security: record.SecurityNone, From: defaultFrom, Rcpts: []string{defaultRcpt},
		Messages: []record.Draft{e.Draft(Ordinary, "Nothing but a line of text.\r\n")},
		Timeout:  e.T.Seconds(),
	}
	switch s.TLS.For(e.Profile) {
	case STARTTLS:
		j.Security = record.SecurityStartTLS
	case ImplicitTLS:
		j.Security = record.SecurityTLS
	}
	if s.Auth != nil {
		j.User, j.Pass = User, Password
	}
	if s.Ask != nil {
		s.Ask(e, &j)
	}
	return j
}
