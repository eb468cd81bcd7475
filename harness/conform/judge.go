package conform

import (
	"fmt"
	"slices"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Judge gives the verdicts of the scenarios anew, from the runs of the report.
// Scenarios whose scripts were not played are left out.
func Judge(r *Report, scenarios []*Scenario) {
	var results []Result
	expected := map[string]string{}
	for _, old := range r.Results {
		expected[old.Scenario] = old.Expected
	}
	for _, s := range scenarios {
		if s.Overall == nil {
			if result, ok := r.judge(s); ok {
				results = append(results, result)
			}
		}
	}
	r.Results = results
	for _, s := range scenarios {
		if s.Overall != nil {
			results = append(results, Result{Scenario: s.ID, Verdict: overall(r, s)})
		}
	}
	r.Results = inOrder(results, scenarios)
	for i := range r.Results {
		result := &r.Results[i]
		result.Expected = expected[result.Scenario]
		result.Surprise = result.Expected != "" && result.Verdict.Word == Pass
	}
}

func overall(r *Report, s *Scenario) (v Verdict) {
	defer judgeFailed(&v)
	if !r.Profile.Works {
		return Verdict{Word: Inconclusive, Text: "the client does not deliver an ordinary message: " + r.Profile.Why}
	}
	return s.Overall(r)
}

func inOrder(results []Result, scenarios []*Scenario) []Result {
	by := map[string]Result{}
	for _, result := range results {
		by[result.Scenario] = result
	}
	var ordered []Result
	for _, s := range scenarios {
		if result, ok := by[s.ID]; ok {
			ordered = append(ordered, result)
		}
	}
	return ordered
}

// judge gives the verdict of one scenario over all its repetitions.
func (r *Report) judge(s *Scenario) (Result, bool) {
	result := Result{Scenario: s.ID}
	for _, script := range s.Scripts {
		result.Scripts = append(result.Scripts, script.ID)
	}
	if reason, missing := r.Profile.missing(s.Needs); missing && r.Profile.Works {
		result.Verdict = Verdict{Word: NotApplicable, Text: reason}
		return result, true
	}
	var verdicts []Verdict
	for n := 0; ; n++ {
		c := &Case{Scenario: s, Profile: r.Profile}
		for _, script := range s.Scripts {
			if n < len(r.Trials[script.ID]) {
				c.Trials = append(c.Trials, r.Trials[script.ID][n])
			}
		}
		if len(c.Trials) < len(s.Scripts) || len(c.Trials) == 0 {
			break
		}
		c.Trial = c.Trials[0]
		if n == 0 {
			result.End, result.Truth = EndOf(c.Trial), TruthOf(c.Trial)
		}
		verdicts = append(verdicts, c.verdict())
	}
	if len(verdicts) == 0 {
		return result, false
	}
	result.Verdict = agreed(verdicts)
	return result, true
}

// agreed is the verdict of all repetitions: a failure stands if none of them says
// otherwise. One that could not be judged says nothing, unless it is all there
// is.
func agreed(verdicts []Verdict) Verdict {
	first := verdicts[0]
	if first.Word != Fail || len(verdicts) == 1 {
		return first
	}
	repeated := false
	for i, v := range verdicts[1:] {
		switch v.Word {
		case Fail:
			repeated = true
		case Inconclusive, Error:
		default:
			return Verdict{Word: Inconclusive, Text: fmt.Sprintf("flaky: fail (%s) at first, then %s (%s) at repetition %d", first.Text, v.Word, v.Text, i+1)}
		}
	}
	if !repeated {
		return Verdict{Word: Inconclusive, Text: "it failed at first (" + first.Text + ") and could not be repeated: " + verdicts[1].Text}
	}
	return first
}

// verdict judges one run, after what holds for every scenario.
func (c *Case) verdict() (v Verdict) {
	defer judgeFailed(&v)
	if c.Profile.Why != "" && !c.Profile.Works {
		return c.Inconclusive("the client does not deliver an ordinary message: %s", c.Profile.Why)
	}
	for _, run := range c.Trials {
		if v, done := c.common(run); done {
			return v
		}
	}
	v = c.Scenario.Judge(c)
	if v.Word == Fail || v.Word == Warn {
		if late := c.tooLate(); late > 0 {
			return c.Inconclusive("the harness was %v late; %s", late.Round(time.Millisecond), v.Text)
		}
	}
	return v
}

// common are the verdicts that no judge is asked for.
func (c *Case) common(run *Trial) (Verdict, bool) {
	o := &run.Outcome
	at := *c
	at.Trial, c = run, &at
	switch {
	case run.Error != "":
		return Verdict{Word: Error, Text: run.Error}, true
	case o.Class == Unsupported:
		return c.NotApplicable("the client says that it cannot: %s", c.Told()), true
	case o.Class == NotStarted:
		return Verdict{Word: Inconclusive, Text: "the client could not be started: " + o.Text}, true
	case o.Class == Crash:
		return c.Fail("the client crashed: %s", c.Told()), true
	case o.Class == Hang && c.busy(run):
		return c.Inconclusive("the client makes %d sessions of a message, and had not ended within %v: it was in its session %d", c.Profile.Sessions, run.Guard.Round(time.Millisecond), len(run.Sessions)), true
	case o.Class == Hang && c.Profile.Endless && len(run.Sessions) == 0:
		return c.Inconclusive("it has no time-out of its own, and nobody waited for the system to give up connecting"), true
	case o.Class == Hang && leaving(run) && c.late(run) == 0:
		return c.Warn("the client gave up and said QUIT, and had not ended within %v", run.Guard.Round(time.Millisecond)), true
	case o.Class == Hang && c.late(run) == 0:
		return c.Fail("the client did not end within %v", run.Guard.Round(time.Millisecond)), true
	case o.Class == Hang:
		return c.Inconclusive("the client did not end, but the harness was %v late", run.Late.Round(time.Millisecond)), true
	}
	return Verdict{}, false
}

// busy says that a client which makes several sessions of an ordinary message was
// still at it in a later one when the guard passed: a server that is slow in each
// makes it slow, and no hang is seen. Whoever makes one, and others only because
// it fails, tries again without an end. Where no session can be seen, as of a port
// that does not answer, the guard has to have been too short for so many.
func (c *Case) busy(run *Trial) bool {
	usual, n := c.Profile.Sessions, len(run.Sessions)
	if n == 0 {
		return time.Duration(usual)*run.Unit > run.Guard
	}
	last := run.Sessions[n-1]
	did := last.Started.Sub(run.Started)
	if said := len(last.Commands); said > 0 {
		did += last.Commands[said-1].At
	}
	return usual > 1 && n > 1 && run.Guard-did < run.Unit*5/4 // what it waits for, and its own time-out's lateness
}

// leaving says that a client had given up waiting for a reply and only waits for
// the one to its QUIT, from a server that has gone silent: its time-out works.
func leaving(run *Trial) bool {
	if len(run.Sessions) == 0 {
		return false
	}
	said := run.Sessions[len(run.Sessions)-1].Commands
	if n := len(said); n == 0 || said[n-1].Verb != "QUIT" || answered(said[n-1]) {
		return false
	}
	return slices.ContainsFunc(said[:len(said)-1], func(c record.Command) bool { return !answered(c) })
}

func answered(c record.Command) bool { return c.Reply.Code != 0 || c.Reply.Raw != "" }

// tooLate returns by how much the harness was late if that is too much for a
// verdict.
func (c *Case) tooLate() time.Duration {
	var worst time.Duration
	for _, run := range c.Trials {
		worst = max(worst, c.late(run))
	}
	return worst
}

func (c *Case) late(run *Trial) time.Duration {
	if run.WasLate() {
		return run.Late
	}
	return 0
}

// WasLate says that the harness slept through so much of T that what happened
// may be its own doing.
func (t *Trial) WasLate() bool { return float64(t.Late) > 0.2*float64(t.Unit) }

func judgeFailed(v *Verdict) {
	if p := recover(); p != nil {
		*v = Verdict{Word: Error, Text: fmt.Sprint("the judge failed: ", p)}
	}
}
