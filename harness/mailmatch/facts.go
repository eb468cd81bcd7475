package mailmatch

import (
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"github.com/onsi/gomega/types"

	"github.com/smtpspec/smtpspec/harness"
)

// HaveEndedWith looks at how the session ended. harness.StillOpen asks for one
// that has not.
func HaveEndedWith(end harness.End) types.GomegaMatcher { return aboutSession(endedWith{end}) }

type endedWith struct{ end harness.End }

func (c endedWith) want() string {
	if c.end == harness.StillOpen {
		return "be still open"
	}
	return "have ended with " + quoted(string(c.end))
}

func (c endedWith) judge(s *harness.Session) (verdict, error) {
	found := verdict{ok: s.End == c.end, clause: "it is still open"}
	if s.End != harness.StillOpen {
		found.clause = "it ended with " + quoted(string(s.End))
	}
	if s.EndDetail != "" {
		found.clause += ": " + shown(s.EndDetail)
	}
	return found, nil
}

// HaveUsedTLS asks for a finished handshake, and for this version or a later
// one if it is given, by the constants of crypto/tls: HaveUsedTLS(tls.VersionTLS13).
func HaveUsedTLS(minVersion ...uint16) types.GomegaMatcher { return aboutSession(usedTLS(minVersion)) }

type usedTLS []uint16

func (c usedTLS) want() string {
	if len(c) == 0 {
		return "have used TLS"
	}
	return "have used " + tls.VersionName(c[0]) + " or later"
}

func (c usedTLS) judge(s *harness.Session) (verdict, error) {
	switch {
	case len(c) > 1:
		return verdict{}, errors.New("give one version at most")
	case s.TLS == nil:
		return verdict{clause: "everything went in clear text"}, nil
	}
	return verdict{
		ok:     len(c) == 0 || versionOf(s.TLS) >= c[0],
		clause: "it used " + shown(s.TLS.Version),
	}, nil
}

// versionOf returns the number behind the name in the record, 0 if nobody
// knows it.
func versionOf(t *harness.TLS) uint16 {
	for v := uint16(tls.VersionTLS10); v < tls.VersionTLS10+32; v++ {
		if tls.VersionName(v) == t.Version {
			return v
		}
	}
	return 0
}

// HaveAuthenticatedAs asks for an AUTH that was accepted, with this user name.
func HaveAuthenticatedAs(user string) types.GomegaMatcher {
	return aboutSession(authenticatedAs(user))
}

type authenticatedAs string

func (c authenticatedAs) want() string { return "have authenticated as " + quoted(string(c)) }

func (c authenticatedAs) judge(s *harness.Session) (verdict, error) {
	for _, a := range s.Auth {
		if a.OK && a.Username == string(c) {
			return verdict{ok: true, clause: "it did"}, nil
		}
	}
	if len(s.Auth) > 0 {
		a := s.Auth[len(s.Auth)-1]
		return verdict{clause: fmt.Sprintf("its last AUTH was %s as %s, accepted: %t", shown(a.Mechanism), quoted(a.Username), a.OK)}, nil
	}
	if _, tried := s.Command("AUTH", 1); tried {
		return verdict{clause: "its AUTH came to no decision"}, nil
	}
	return verdict{clause: "it never sent AUTH"}, nil
}

// HaveGreetedAs looks at the name that the client last gave with EHLO or HELO.
func HaveGreetedAs(name any) types.GomegaMatcher { return aboutSession(greetedAs{expect(name)}) }

type greetedAs struct{ expected expected }

func (c greetedAs) want() string { return "have greeted as " + c.expected.of("a name") }

func (c greetedAs) judge(s *harness.Session) (verdict, error) {
	if s.Hello == "" {
		return verdict{clause: "it never gave a name"}, c.expected.mistake("")
	}
	ok, err := c.expected.accepts(s.Hello)
	return verdict{ok: ok, clause: "it greeted as " + quoted(s.Hello)}, err
}

// HaveLasted looks at the time from the first octet to the end of the session,
// or to now while it is open.
//
//	HaveLasted(BeNumerically("<", time.Minute))
func HaveLasted(want any) types.GomegaMatcher { return aboutSession(lasted{expect(want)}) }

type lasted struct{ expected expected }

func (c lasted) want() string { return "have lasted " + c.expected.of("a time") }

func (c lasted) judge(s *harness.Session) (verdict, error) {
	ok, err := c.expected.accepts(s.Lasted)
	return verdict{ok: ok, clause: "it lasted " + s.Lasted.Round(time.Microsecond).String()}, err
}
