// Package proof shows that the catalogue detects what it is there for: the
// honest client passes every scenario, and each scenario has a mutant of it that
// does not.
package proof

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/conform/catalog"
	"github.com/smtpspec/smtpspec/specs/proof/mutant"
)

var (
	whole = flag.Bool("whole", false, "put every mutant before every scenario, and compare with the table")
	table = flag.String("table", "../../docs/proof.md", "the table of -whole")
	write = flag.Bool("write", false, "write the table")
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

func TestTheHonestClientPassesInRealTime(t *testing.T) {
	if !*whole {
		t.Skip("it waits for time-outs; make proof does")
	}
	r, err := conform.Run(t.Context(), honest, catalog.All(), conform.WithUnit(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	expectHonest(t, r)
	t.Logf("%v; the harness was %v late at most", r.Took, r.Late)
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

// Kernels hold a lot between two sockets, which memory does not.
func TestAMutantThatWritesBeforeItReadsIsStuckOverSocketsToo(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("how much a system takes ahead is its own affair")
	}
	for _, m := range mutant.All() {
		if m.Name != "writes-whole-groups" {
			continue
		}
		for name, client := range map[string]conform.Client{"honest": honest, m.Name: m} {
			r, err := conform.Run(t.Context(), client, catalog.All(), conform.Only(m.Breaks...), conform.WithUnit(time.Second))
			if err != nil {
				t.Fatal(err)
			}
			want := conform.Pass
			if name == m.Name {
				want = conform.Fail
			}
			if result := r.Result("pipe-deadlock"); result == nil || result.Verdict.Word != want {
				t.Errorf("%s: %+v", name, result)
			}
		}
	}
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

// The whole table: every mutant before every scenario.
func TestTable(t *testing.T) {
	if !*whole {
		t.Skip("it takes minutes; make proof does")
	}
	best := check(t, honest)
	broken := map[string][]string{}
	for _, m := range mutant.All() {
		r := check(t, m)
		for i := range r.Results {
			if was := best.Result(r.Results[i].Scenario); was != nil && breaks(was, &r.Results[i]) {
				broken[r.Results[i].Scenario] = append(broken[r.Results[i].Scenario], m.Name)
			}
		}
	}
	compare(t, page(best, broken))
}

func page(best *conform.Report, broken map[string][]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, tableHead, len(mutant.All()), len(best.Results))
	for _, s := range catalog.All() {
		result := best.Result(s.ID)
		shown := strings.Join(slices.Sorted(slices.Values(broken[s.ID])), ", ")
		if reason, cannot := unproved[s.ID]; cannot {
			shown = "none: " + reason
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", s.ID, s.Level, result.Verdict.Word, shown)
	}
	b.WriteString("\n## The mutants\n\n")
	for _, m := range mutant.All() {
		fmt.Fprintf(&b, "- %s: %s\n", m.Name, m.Text)
	}
	return b.String()
}

const tableHead = `# The proof that the catalogue detects

` + "`make proof`" + ` puts the honest client, our own ` + "`sender`" + `, and %d mutants of it before all %d scenarios, in virtual time. Each scenario has to
pass the honest client and to tell at least one mutant from it. A scenario in which no mutant shows would be one that cannot fail.

| scenario | level | honest client | mutants that it tells from the honest client |
| --- | --- | --- | --- |
`

func compare(t *testing.T, got string) {
	t.Helper()
	for line := range strings.SplitSeq(got, "\n") {
		if strings.HasSuffix(line, "|  |") {
			t.Errorf("a hole: %s", line)
		}
	}
	if *write {
		if err := os.WriteFile(*table, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(*table)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s is not what was seen; make proof-table writes it anew:\n%s", *table, changed(string(want), got))
	}
}

// changed returns the lines that differ.
func changed(want, got string) string {
	lines := map[string]int{}
	for line := range strings.SplitSeq(want, "\n") {
		lines[line]--
	}
	for line := range strings.SplitSeq(got, "\n") {
		lines[line]++
	}
	var b strings.Builder
	for _, line := range slices.Sorted(maps.Keys(lines)) {
		switch {
		case lines[line] < 0:
			fmt.Fprintf(&b, "- %s\n", line)
		case lines[line] > 0:
			fmt.Fprintf(&b, "+ %s\n", line)
		}
	}
	return b.String()
}
