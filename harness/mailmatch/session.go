package mailmatch

import (
	"fmt"
	"reflect"
	"strings"
	"sync/atomic"

	"github.com/onsi/gomega/types"

	"github.com/smtpspec/smtpspec/harness"
)

// sessionClaim is a claim about a session.
type sessionClaim = claim[*harness.Session]

// sessionLog is a server, or another owner of sessions.
type sessionLog interface{ Sessions() []*harness.Session }

// sessionMatcher makes a claim about a session a matcher.
type sessionMatcher struct {
	sessionClaim
	last *atomic.Pointer[lookAtSession]
}

// lookAtSession is what Match saw of a server, which may have changed when the
// failure is told.
type lookAtSession struct {
	actual  any
	session *harness.Session
}

func aboutSession(c sessionClaim) types.GomegaMatcher {
	return sessionMatcher{c, new(atomic.Pointer[lookAtSession])}
}

func (m sessionMatcher) Match(actual any) (bool, error) {
	s, err := sessionOf(actual)
	if err != nil {
		return false, fmt.Errorf("mailmatch: to %s %w", m.want(), err)
	}
	m.last.Store(&lookAtSession{actual, s})
	v, err := m.judge(s)
	if err != nil {
		err = fmt.Errorf("mailmatch: to %s: %w", m.want(), err)
	}
	return v.ok, err
}

// seen returns the session that Match saw.
func (m sessionMatcher) seen(actual any) (*harness.Session, error) {
	if last := m.last.Load(); last != nil && identical(last.actual, actual) {
		return last.session, nil
	}
	return sessionOf(actual)
}

// FailureMessage has the form
//
//	Expected SMTP session 1 to have ended with "QUIT"
//	but it ended with "client closed the connection without QUIT"
//
// with the transcript below.
func (m sessionMatcher) FailureMessage(actual any) string {
	s, err := m.seen(actual)
	if err != nil {
		return err.Error()
	}
	v, err := m.judge(s)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("Expected SMTP session %d to %s\nbut %s\n%s", s.ID, m.want(), v.inline(), transcript(s))
}

func (m sessionMatcher) NegatedFailureMessage(actual any) string {
	s, err := m.seen(actual)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("Expected SMTP session %d not to %s\n%s", s.ID, m.want(), transcript(s))
}

// MatchMayChangeInTheFuture is asked by Eventually. The one session of a server
// does not change once it has ended, and a second one would make no match.
func (m sessionMatcher) MatchMayChangeInTheFuture(actual any) bool {
	owner, ok := actual.(sessionLog)
	if !ok || isNil(actual) {
		return true
	}
	if isFinal(actual) {
		return false
	}
	all := owner.Sessions()
	return len(all) != 1 || all[0].End == harness.StillOpen
}

// GomegaString is how Gomega shows the matcher within another one.
func (m sessionMatcher) GomegaString() string { return m.want() }

func (m sessionMatcher) String() string { return m.want() }

func transcript(s *harness.Session) string { return strings.TrimSuffix(s.Transcript(), "\n") }

// sessionOf returns the session that a matcher was given. The error continues
// the sentence "to have ended with "QUIT" …".
func sessionOf(actual any) (*harness.Session, error) {
	if !isNil(actual) {
		switch a := actual.(type) {
		case *harness.Session:
			return a, nil
		case []*harness.Session:
			return onlyOne(a, "the list", "(list)")
		case sessionLog:
			return onlyOne(a.Sessions(), "the "+nameOf(actual), "(srv.Sessions())")
		}
	}
	return nil, fmt.Errorf("needs a *harness.Session or a server with one, not %s", described(actual))
}

func onlyOne(all []*harness.Session, owner, expr string) (*harness.Session, error) {
	switch {
	case len(all) == 1 && all[0] != nil:
		return all[0], nil
	case len(all) == 1:
		return nil, fmt.Errorf("needs a session, but the one of %s is nil", owner)
	case len(all) == 0:
		return nil, fmt.Errorf("needs one session, but %s has none; if one is on its way, write Eventually(srv).Should(…)", owner)
	}
	return nil, fmt.Errorf("needs one session, but %s has %d; write Expect%s.To(ContainElement(…)), or take one of them", owner, len(all), expr)
}

// nameOf returns the word for what a matcher was given: server, scope.
func nameOf(actual any) string {
	t := reflect.TypeOf(actual)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Name() == "" {
		return "mailbox"
	}
	return strings.ToLower(t.Name())
}

// isNil says that there is nothing to look at, not even behind an interface.
func isNil(actual any) bool {
	v := reflect.ValueOf(actual)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}

// identical says that both are the same thing, not only equal ones.
func identical(a, b any) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	return x.Kind() == reflect.Pointer && y.Kind() == reflect.Pointer && x.Pointer() == y.Pointer()
}

// isFinal says that nobody needs to wait for an answer: nothing more will come,
// or something came that must not.
func isFinal(actual any) bool {
	if s, ok := actual.(interface{ Closed() bool }); ok && s.Closed() {
		return true
	}
	s, ok := actual.(interface{ Violations() []harness.Violation })
	return ok && len(s.Violations()) > 0
}
