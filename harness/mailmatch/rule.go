package mailmatch

import (
	"fmt"

	"github.com/onsi/gomega/types"

	"github.com/smtpspec/smtpspec/harness"
)

// HaveFired looks at how often a rule was applied. A rule that was given to
// several servers counts over all of them; the one that Server.AddRule returned
// counts for that server.
func HaveFired(times int) types.GomegaMatcher { return fired(times) }

type fired int

func (f fired) want() string { return "have fired " + counted(int(f), "time") }

func (f fired) Match(actual any) (bool, error) {
	r, err := f.rule(actual)
	return err == nil && r.Hits() == int(f), err
}

func (f fired) rule(actual any) (harness.Rule, error) {
	switch a := actual.(type) {
	case harness.Rule:
		return a, nil
	case *harness.Rule:
		if a != nil {
			return *a, nil
		}
	}
	return harness.Rule{}, fmt.Errorf("mailmatch: to %s needs a harness.Rule, not %s", f.want(), described(actual))
}

// FailureMessage has the form
//
//	Expected rule On(RCPT).Once().Reply(451) to have fired 1 time, it fired 0 times
func (f fired) FailureMessage(actual any) string {
	return f.message(actual, "to "+f.want(), func(hits int) string { return ", it fired " + counted(hits, "time") })
}

func (f fired) NegatedFailureMessage(actual any) string {
	return f.message(actual, "not to "+f.want(), func(int) string { return "" })
}

func (f fired) message(actual any, demand string, tail func(hits int) string) string {
	r, err := f.rule(actual)
	if err != nil {
		return err.Error()
	}
	return "Expected rule " + harmless(r.Name()) + " " + demand + tail(r.Hits())
}

// MatchMayChangeInTheFuture is asked by Eventually: a rule that fired too often
// has done so for good.
func (f fired) MatchMayChangeInTheFuture(actual any) bool {
	r, err := f.rule(actual)
	return err != nil || r.Hits() <= int(f)
}

// GomegaString is how Gomega shows the matcher within another one.
func (f fired) GomegaString() string { return f.want() }

func (f fired) String() string { return f.want() }
