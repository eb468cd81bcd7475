// Package proof shows that the catalogue detects what it is there for: the
// honest client passes every scenario, and each scenario has a mutant of it that
// does not.
package proof

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/conform/catalog"
	"github.com/smtpspec/smtpspec/specs/proof/mutant"
)

// honest is the client without a fault.
var honest = conform.ClientFunc(func(ctx context.Context, job conform.Job) error { return mutant.Mutant{}.Send(ctx, job) })

// check runs the catalogue, or the part that the globs name, in virtual time.
func check(t *testing.T, client conform.Client, globs ...string) *conform.Report {
	t.Helper()
	r, err := conform.Run(t.Context(), client, catalog.All(), conform.Only(globs...),
		conform.WithVirtualTime(func(f func()) { synctest.Test(t, func(*testing.T) { f() }) }))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTheHonestClientPasses(t *testing.T) {
	expectHonest(t, check(t, honest))
}

func expectHonest(t *testing.T, r *conform.Report) {
	t.Helper()
	for _, result := range r.Results {
		switch result.Verdict.Word {
		case conform.Pass, conform.Info, conform.NotApplicable:
		default:
			t.Errorf("%s: %s: %s\n%s", result.Scenario, result.Verdict.Word, result.Verdict.Text, conform.Transcripts(r, &result))
		}
		if result.Truth == conform.FalseSuccess || result.Truth == conform.FalseFailure {
			t.Errorf("%s: the honest client told a %s", result.Scenario, result.Truth)
		}
	}
}

// Each mutant is before the scenarios that it is there for.
func TestMutantsBreakWhatTheySay(t *testing.T) {
	best := check(t, honest)
	for _, m := range mutant.All() {
		if len(m.Breaks) == 0 {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			r := check(t, m, m.Breaks...)
			for _, id := range m.Breaks {
				expectBroken(t, best, r, id)
			}
		})
	}
}

func expectBroken(t *testing.T, best, r *conform.Report, id string) {
	t.Helper()
	was, is := best.Result(id), r.Result(id)
	switch {
	case was == nil || is == nil:
		t.Errorf("there is no result for %s", id)
	case !breaks(was, is):
		t.Errorf("%s: %s: %s\n%s", id, is.Verdict.Word, is.Verdict.Text, conform.Transcripts(r, is))
	}
}

// breaks says that a mutant shows in a verdict: as a failure or a warning where
// the honest client has none, or as the other branch where both are allowed.
func breaks(honest, mutant *conform.Result) bool {
	switch mutant.Verdict.Word {
	case conform.Fail, conform.Warn:
		return honest.Verdict.Word != mutant.Verdict.Word
	case conform.Info, conform.Pass:
		return honest.Verdict.Word == conform.Info && honest.Verdict.Text != mutant.Verdict.Text
	}
	return false
}

// Every scenario has a mutant that is there for it.
func TestNoScenarioIsWithoutAMutant(t *testing.T) {
	covered := map[string]bool{}
	for _, m := range mutant.All() {
		for _, id := range m.Breaks {
			covered[id] = true
		}
	}
	for _, s := range catalog.All() {
		if _, cannot := unproved[s.ID]; covered[s.ID] == cannot {
			t.Errorf("mutants for %s: %t; cannot be proved: %t", s.ID, covered[s.ID], cannot)
		}
	}
}

// unproved are scenarios that no mutant can be put before, with the reason.
var unproved = map[string]string{
	"retry-next-address": "it needs a name with several addresses, which a machine has or has not, and a client that looks it up itself",
}
