package conform

import (
	"strings"
	"time"
)

// Report is all that a check of one client found. Its JSON form can be judged
// again.
type Report struct {
	Client  string              `json:"client"`
	Version string              `json:"version,omitempty"` // of the client
	Tool    string              `json:"tool,omitempty"`    // version of smtpspec
	Started time.Time           `json:"started"`
	Took    time.Duration       `json:"took"`
	Unit    time.Duration       `json:"unit"` // T
	Strict  bool                `json:"strict,omitempty"`
	Profile *Profile            `json:"profile"`
	Results []Result            `json:"results"`
	Trials  map[string][]*Trial `json:"trials"` // by Script; more than one where a failure was repeated
	Late    time.Duration       `json:"late"`   // by how much the harness was late at worst
}

// Result is the verdict of one Scenario.
type Result struct {
	Scenario string   `json:"scenario"`
	Verdict  Verdict  `json:"verdict"`
	End      End      `json:"end,omitempty"`   // of the session
	Truth    Truth    `json:"truth,omitempty"` // of the outcome
	Scripts  []string `json:"scripts,omitempty"`
	Expected string   `json:"expected,omitempty"` // the reason why a failure is expected
	Surprise bool     `json:"surprise,omitempty"` // it passes although a failure is expected
}

// Bad says that the result is a finding: a failure that nobody expected, or a
// pass where a failure was expected. With strict a warning is one too.
func (r *Result) Bad(strict bool) bool {
	switch {
	case r.Surprise:
		return true
	case r.Expected != "":
		return false
	}
	return r.Verdict.Word == Fail || strict && r.Verdict.Word == Warn
}

// Count returns how many results have each word.
func (r *Report) Count() map[Word]int {
	n := map[Word]int{}
	for i := range r.Results {
		n[r.Results[i].Verdict.Word]++
	}
	return n
}

// Findings returns the results that are findings.
func (r *Report) Findings() []Result {
	var bad []Result
	for i := range r.Results {
		if r.Results[i].Bad(r.Strict) {
			bad = append(bad, r.Results[i])
		}
	}
	return bad
}

// Broken returns the results where the harness itself failed.
func (r *Report) Broken() []Result {
	var broken []Result
	for i := range r.Results {
		if r.Results[i].Verdict.Word == Error {
			broken = append(broken, r.Results[i])
		}
	}
	return broken
}

// Loses returns how many scripts made the client lose mail silently, and
// Duplicates how many made it say that sent mail was not, or send it twice.
func (r *Report) Loses() int {
	return r.countTrials(func(run *Trial) bool { return TruthOf(run) == FalseSuccess })
}

// Duplicates: see Loses.
func (r *Report) Duplicates() int {
	return r.countTrials(func(run *Trial) bool { return TruthOf(run) == FalseFailure || duplicated(run) })
}

// Calibrates says that a script is one of calibration, which asks clients for
// things that they may not do.
func Calibrates(script string) bool { return strings.HasPrefix(script, "probe-") }

func (r *Report) countTrials(is func(*Trial) bool) (n int) {
	for script, runs := range r.Trials {
		if len(runs) > 0 && !Calibrates(script) && is(runs[0]) {
			n++
		}
	}
	return n
}

// Result returns the result of a scenario, nil if it has none.
func (r *Report) Result(scenario string) *Result {
	for i := range r.Results {
		if r.Results[i].Scenario == scenario {
			return &r.Results[i]
		}
	}
	return nil
}
