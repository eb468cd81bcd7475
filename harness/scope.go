package harness

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

// Scope is one test's view of a server that tests share, in this process
// (Server.Scope) or in another one (Join). It lives as long as its test.
//
// Addresses decide what belongs to it. A message does whose reverse-path, or
// one of whose accepted recipients, is an address of the scope; sent to two
// scopes it is in both, with its whole envelope. A session does once it has
// named such an address in MAIL or RCPT, accepted or not: its dialogue is shown
// whole, its messages are those of the scope only.
//
//	scope := srv.Scope(t)
//	bat := scope.Address("bat")
//	err := smtp.SendMail(scope.Addr(), nil, "shop@example.mn", []string{bat}, msg)
//	m := scope.OnlyMessage(t)
type Scope struct {
	t      TB
	tag    string
	place  place
	source source
}

// source is where the record of a scope lies: in this process, or in the one
// that shares the server.
type source interface {
	witness

	addRule(r Rule) (Rule, error)
	removeRule(r Rule)
	closed() bool

	// endOfTest takes the rules away and returns what broke the demands of the
	// test.
	endOfTest() (complaints []string)
	// close ends the source. What it has told of the record it tells again.
	close()
}

// place is how clients reach a server, wherever it runs.
type place struct {
	Addr     string `json:"addr"`
	Host     string `json:"host"`
	Port     int    `json:"port"`
	Hostname string `json:"hostname"`
	CA       []byte `json:"ca"` // PEM
}

// Scope returns a view of the server for one test, until the end of t. If t
// fails it gets the transcript of the scope's sessions; t fails if something
// happened in them that the options do not allow, or if a Required rule of the
// scope never fired. The test of the server itself hears no more of what was
// told to t.
func (s *Server) Scope(t TB) *Scope {
	t.Helper()
	p := s.portion(processOf(t))
	return newScope(t, p.tag, s.place(), p)
}

func newScope(t TB, tag string, at place, from source) *Scope {
	t.Helper()
	s := &Scope{t: t, tag: tag, place: at, source: from}
	t.Cleanup(func() {
		t.Helper()
		defer from.close()
		tell(t, s, from.endOfTest())
	})
	reportOnFailure(t, s)
	return s
}

func (s *Server) place() place {
	return place{Addr: s.Addr(), Host: s.Host(), Port: s.Port(), Hostname: s.Hostname(), CA: s.CA()}
}

// processOf returns which process of a parallel run t is in, or the number that
// the operating system gave it.
func processOf(t TB) int {
	if g, ok := t.(interface{ ParallelProcess() int }); ok {
		return g.ParallelProcess()
	}
	return os.Getpid()
}

// Address returns an address that belongs to this scope and to no other one of
// the server: "bat.p2.3f9a2c@harness.test" for bat, with the number of the
// process and a random token. A local part that needs quotes gets them. The
// server refuses a local part of more than 64 octets, these included.
func (s *Scope) Address(local string) string { return tagged(local, s.tag) }

// Messages returns the accepted messages of the scope, oldest first. They never
// change.
func (s *Scope) Messages() []*Message { return s.source.Messages() }

// Sessions returns snapshots of the scope's sessions, in the order of their
// arrival.
func (s *Scope) Sessions() []*Session { return s.source.Sessions() }

// Violations returns the breaches of what the server's options allow in the
// scope's sessions, so far. In another process the loss of the server is one
// too.
func (s *Scope) Violations() []Violation { return s.source.Violations() }

// Report returns what happened so far.
func (s *Scope) Report() *Report { return s.source.Report() }

// GomegaString is how a scope shows itself in a failed assertion.
func (s *Scope) GomegaString() string { return s.Report().String() }

// Closed says that the server is closed, or that this process has lost it:
// nothing more will come.
func (s *Scope) Closed() bool { return s.source.closed() }

// WaitForMessages returns the scope's messages once there are at least n. The
// error says what came instead, with the transcript; it comes at once if
// something happened that the test does not allow.
func (s *Scope) WaitForMessages(ctx context.Context, n int) ([]*Message, error) {
	return waitForMessages(ctx, s, n)
}

// WaitForSessions returns the scope's sessions once at least n of them have
// ended.
func (s *Scope) WaitForSessions(ctx context.Context, n int) ([]*Session, error) {
	return waitForSessions(ctx, s, n)
}

func (s *Scope) await(ctx context.Context, g goal) error { return s.source.await(ctx, g) }

// OnlyMessage returns the message of a scope that was sent exactly one. It
// waits up to a second for it, and fails t otherwise.
func (s *Scope) OnlyMessage(t TB) *Message {
	t.Helper()
	return onlyMessage(t, s)
}

// AddRule adds a rule for this scope, until the end of its test, and returns it
// bound to the scope: its Hits are the scope's. It comes before the rules of
// the server and before the earlier ones of the scope. It acts
//
//   - at RCPT, if the forward-path or the reverse-path is of the scope
//   - at DATA, BDAT and BODY, if an accepted recipient or the reverse-path is
//   - at MAIL, if the reverse-path is; if it is of no scope, in sessions of the
//     scope
//   - elsewhere in sessions that are of the scope by then
//
// So it never acts before a session has named an address of the scope, and a
// rule for CONNECT fails the test. So does a rule that is not valid and, where
// the server is in another process, one with a func: rules travel there in
// their JSON form, and the Hits of the value that was given stay 0.
func (s *Scope) AddRule(r Rule) Rule {
	s.t.Helper()
	err := r.Validate()
	if err == nil && r.Stage() == CONNECT {
		err = fmt.Errorf("rule %s: no address is known at CONNECT, so it is not for a scope; give it to the server", r)
	}
	if err != nil {
		s.t.Fatalf("harness: %v", err)
		return r
	}
	bound, err := s.source.addRule(r)
	if err != nil {
		s.t.Fatalf("harness: %v", err)
		return r
	}
	return bound
}

// RemoveRule takes back a rule, as it was given or as AddRule returned it.
func (s *Scope) RemoveRule(r Rule) { s.source.removeRule(r) }

// Addr returns the address of the server: "127.0.0.1:40213", or the path of a
// Unix socket.
func (s *Scope) Addr() string { return s.place.Addr }

// Host returns the address without its port.
func (s *Scope) Host() string { return s.place.Host }

// Port returns the port, 0 if the server has none.
func (s *Scope) Port() int { return s.place.Port }

// Hostname returns the name in the greeting and on the certificate.
func (s *Scope) Hostname() string { return s.place.Hostname }

// CA returns the certificate of the CA of the server's process as PEM.
func (s *Scope) CA() []byte { return append([]byte(nil), s.place.CA...) }

// ClientTLSConfig returns a configuration that trusts the CA of the server's
// process and expects the server's name. The caller may change it.
func (s *Scope) ClientTLSConfig() *tls.Config {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(s.place.CA)
	return &tls.Config{RootCAs: pool, ServerName: s.place.Hostname}
}
