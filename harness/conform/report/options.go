package report

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/smtpspec/smtpspec/harness/conform"
)

// Options is what is known about findings beyond the reports, for a page that
// is published.
type Options struct {
	// Findings has what somebody found who looked at a failure, by the Client
	// of its report and then by the ID of the scenario. One of a scenario that
	// passes or does not apply counts for nothing.
	Findings map[string]map[string]Finding
}

// Finding is what somebody found who looked at a failure.
type Finding struct {
	Class string // whose fault it is: "client", "raw API" or "adapter"; "" = not said
	Note  string // for whoever reads the report

	// Upstream withholds the finding until its authors were told: only that
	// there is one is shown. Other scenarios that were judged by the same run
	// lose their evidence with it. What calibration found is shown all the same,
	// and so are verdicts over other verdicts, which have no octets.
	Upstream bool
}

// Classed returns the findings of a manifest as Options has them for its
// client.
func Classed(m *conform.Manifest) map[string]Finding {
	findings := map[string]Finding{}
	for id, f := range m.Classes {
		findings[id] = Finding(f)
	}
	return findings
}

// With returns the form with options. The forms html and markdown heed them;
// badge shows nothing that they bear on. The others cannot withhold, so they
// refuse to write a report with a finding that is to be withheld.
func (f Format) With(o Options) Format {
	write := f.Write
	switch {
	case f.with != nil:
		f.Write = func(w io.Writer, scenarios []*conform.Scenario, reports ...*conform.Report) error {
			return f.with(w, o, scenarios, reports...)
		}
	case f.Name != "badge":
		f.Write = func(w io.Writer, scenarios []*conform.Scenario, reports ...*conform.Report) error {
			for _, r := range reports {
				if id := o.withheld(r); id != "" {
					return fmt.Errorf("a %s report cannot withhold a finding, and %s of %s is to be reported upstream first", f.Name, id, visible(r.Client))
				}
			}
			return write(w, scenarios, reports...)
		}
	}
	return f
}

// withheld returns the first scenario of a report that is withheld, "" without.
func (o Options) withheld(r *conform.Report) string {
	findings := o.of(r)
	for i := range r.Results {
		if id := r.Results[i].Scenario; findings[id].Upstream {
			return id
		}
	}
	return ""
}

// of returns the findings of a report that are still findings.
func (o Options) of(r *conform.Report) map[string]Finding {
	findings := map[string]Finding{}
	for i := range r.Results {
		result := &r.Results[i]
		f, known := o.Findings[r.Client][result.Scenario]
		if word := result.Verdict.Word; known && word != conform.Pass && word != conform.NotApplicable {
			findings[result.Scenario] = f
		}
	}
	return findings
}

const (
	toldFirst  = "report upstream first"
	toldBeside = "its run shows a finding that is to be reported upstream first"
)

// withhold returns the report without anything from which a withheld finding
// could be learned. Sums are to be taken from the report itself.
func (o Options) withhold(r *conform.Report) *conform.Report {
	if o.withheld(r) == "" {
		return r
	}
	findings := o.of(r)
	secret := map[string]bool{}
	for i := range r.Results {
		if result := &r.Results[i]; findings[result.Scenario].Upstream {
			for _, script := range scriptsOf(result) {
				secret[script] = true
			}
		}
	}
	open := *r
	open.Trials = maps.Clone(r.Trials)
	maps.DeleteFunc(open.Trials, func(script string, _ []*conform.Trial) bool { return secret[script] })
	open.Results = slices.Clone(r.Results)
	for i := range open.Results {
		result := &open.Results[i]
		if findings[result.Scenario].Upstream {
			*result = silent(result, toldFirst)
		} else if slices.ContainsFunc(scriptsOf(result), func(script string) bool { return secret[script] }) {
			*result = silent(result, toldBeside)
		}
	}
	return &open
}

// scriptsOf returns the scripts whose runs a result rests on.
func scriptsOf(r *conform.Result) []string {
	scripts := slices.Clone(r.Scripts)
	for _, m := range r.Verdict.Marks {
		if !slices.Contains(scripts, m.Script) {
			scripts = append(scripts, m.Script)
		}
	}
	return scripts
}

// silent returns a result that says its verdict and nothing else.
func silent(r *conform.Result, why string) conform.Result {
	return conform.Result{Scenario: r.Scenario, Verdict: conform.Verdict{Word: r.Verdict.Word, Text: why}, Surprise: r.Surprise}
}
