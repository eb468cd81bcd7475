package mailmatch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/onsi/gomega/types"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/lint"
)

// KeepTheRules asks that nothing breaks a rule of package lint that binds: those
// of level MUST, DERIVED and SECURITY. It looks at a session with its messages,
// at a list of sessions, at all sessions of a server, or at a message alone.
// Rules that are not to count are named by their ID.
//
//	Expect(srv).To(KeepTheRules())
//	Expect(srv).To(KeepTheRules("quit-sent"))
//
// A failure lists what was found with its RFC, what is only advised against too,
// and the transcript. Eventually stops at once: what was broken stays broken.
func KeepTheRules(except ...string) types.GomegaMatcher {
	return keeping{except, new(atomic.Pointer[judged])}
}

type keeping struct {
	except []string
	last   *atomic.Pointer[judged]
}

// judged is what Match saw.
type judged struct {
	actual any
	all    []trial
}

// trial is one session or one message with what was found in it.
type trial struct {
	name              string
	breaches, advices []lint.Finding
	transcript        string // "" for a message
}

func (k keeping) want() string {
	if len(k.except) == 0 {
		return "keep the rules"
	}
	return "keep the rules except " + spaced(k.except)
}

func (k keeping) Match(actual any) (bool, error) {
	j, err := k.look(actual)
	if err != nil {
		return false, fmt.Errorf("mailmatch: to %s %w", k.want(), err)
	}
	k.last.Store(j)
	return !slices.ContainsFunc(j.all, trial.broken), nil
}

func (t trial) broken() bool { return len(t.breaches) > 0 }

func (k keeping) look(actual any) (*judged, error) {
	for _, id := range k.except {
		if _, ok := lint.ByID(id); !ok {
			return nil, fmt.Errorf("knows no rule %s; smtpspec lint --list lists them", quoted(id))
		}
	}
	j := &judged{actual: actual}
	if sessions, ok, err := sessionsOf(actual); ok {
		for _, s := range sessions {
			j.all = append(j.all, k.session(s))
		}
		return j, err
	}
	m, err := messageOf(actual)
	if err != nil {
		return nil, fmt.Errorf("needs a *harness.Session, a list of them, a server or a *harness.Message, not %s", described(actual))
	}
	t := trial{name: m.String()}
	t.sort(lint.Message(m.Message), k.except)
	j.all = []trial{t}
	return j, nil
}

// sessionsOf returns the sessions that a matcher was given, and whether it was
// given any kind of them. The error continues "to keep the rules …".
func sessionsOf(actual any) (all []*harness.Session, ok bool, err error) {
	if isNil(actual) {
		return nil, false, nil
	}
	owner := "list"
	switch a := actual.(type) {
	case *harness.Session:
		all = []*harness.Session{a}
	case []*harness.Session:
		all = a
	case sessionLog:
		all, owner = a.Sessions(), nameOf(actual)
	default:
		return nil, false, nil
	}
	switch {
	case len(all) == 0:
		err = fmt.Errorf("needs a session, but the %s has none; if one is on its way, write Eventually(srv).Should(…)", owner)
	case slices.Contains(all, nil):
		err = fmt.Errorf("needs sessions, but one of the %s is nil", owner)
		all = nil
	}
	return all, true, err
}

func (k keeping) session(s *harness.Session) trial {
	t := trial{name: "SMTP session " + strconv.Itoa(s.ID), transcript: transcript(s)}
	t.sort(lint.Session(s), k.except)
	return t
}

// sort puts each finding where it belongs.
func (t *trial) sort(found []lint.Finding, except []string) {
	for _, f := range found {
		rule, _ := lint.ByID(f.Rule)
		switch {
		case slices.Contains(except, f.Rule):
		case rule.Level.Binds():
			t.breaches = append(t.breaches, f)
		default:
			t.advices = append(t.advices, f)
		}
	}
}

func (k keeping) seen(actual any) (*judged, error) {
	if last := k.last.Load(); last != nil && identical(last.actual, actual) {
		return last, nil
	}
	return k.look(actual)
}

// FailureMessage has the form
//
//	Expected SMTP session 1 to keep the rules
//	but it breaks 1:
//	    data-dots (MUST, RFC 5321 §4.5.2) command 5: a line of message data began with a dot that was not doubled
//
// with what is only advised against and the transcript below.
func (k keeping) FailureMessage(actual any) string {
	j, err := k.seen(actual)
	if err != nil {
		return err.Error()
	}
	var parts []string
	for _, t := range j.all {
		if t.broken() {
			parts = append(parts, t.told(k.want()))
		}
	}
	return strings.Join(parts, "\n")
}

func (t trial) told(want string) string {
	to := " to "
	if t.transcript == "" {
		to = "\n" + step + "to "
	}
	s := fmt.Sprintf("Expected %s%s%s\nbut it breaks %d:\n%s", t.name, to, want, len(t.breaches), indent(listed(t.breaches, shownFinding)))
	if len(t.advices) > 0 {
		s += "\nand goes against advice:\n" + indent(listed(t.advices, shownFinding))
	}
	if t.transcript != "" {
		s += "\n" + t.transcript
	}
	return s
}

// shownFinding returns a finding on one line, with the first place of its rule.
func shownFinding(f lint.Finding) string {
	rule, _ := lint.ByID(f.Rule)
	where := ""
	if f.Command > 0 {
		where = " command " + strconv.Itoa(f.Command)
	}
	if f.Message > 0 {
		where = " message #" + strconv.Itoa(f.Message)
	}
	text := strings.TrimPrefix(f.String(), f.Rule+": ")
	return fmt.Sprintf("%s (%s, %s)%s: %s", f.Rule, rule.Level, rule.Cites[0], where, text)
}

func (k keeping) NegatedFailureMessage(actual any) string {
	j, err := k.seen(actual)
	if err != nil {
		return err.Error()
	}
	var parts []string
	for _, t := range j.all {
		parts = append(parts, strings.TrimSuffix("Expected "+t.name+" not to "+k.want()+"\n"+t.transcript, "\n"))
	}
	return strings.Join(parts, "\n")
}

// MatchMayChangeInTheFuture is asked by Eventually: a rule that was broken stays
// broken, and a session that is still open may break one yet.
func (k keeping) MatchMayChangeInTheFuture(actual any) bool {
	if _, ok := actual.(sessionLog); !ok || isNil(actual) {
		return true
	}
	j, err := k.seen(actual)
	if err == nil && slices.ContainsFunc(j.all, trial.broken) {
		return false
	}
	return !isFinal(actual)
}

// GomegaString is how Gomega shows the matcher within another one.
func (k keeping) GomegaString() string { return k.want() }

func (k keeping) String() string { return k.want() }

var _ types.OracleMatcher = keeping{}
