//go:build whole

package proof

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/conform/catalog"
	"github.com/smtpspec/smtpspec/specs/proof/mutant"
)

// What takes minutes: make proof builds it with the tag whole.

var (
	table = flag.String("table", "../../docs/proof.md", "what TestTable compares with")
	write = flag.Bool("write", false, "write the table")
)

func TestTheHonestClientPassesInRealTime(t *testing.T) {
	r, err := conform.Run(t.Context(), honest, catalog.All(), conform.WithUnit(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	expectHonest(t, r)
	t.Logf("%v; the harness was %v late at most", r.Took, r.Late)
}

// The whole table: every mutant before every scenario.
func TestTable(t *testing.T) {
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
