package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/conform/report"
)

// A withheld finding is known by its verdict and by nothing else, although other
// scenarios were judged by the same run.
func TestAWithheldFindingIsNowhereInThePage(t *testing.T) {
	const secret = "unmistakable"
	r := testReport("client", "harmless")
	r.Trials["size-zero"][0] = testTrial("size-zero", secret, r.Started)
	for i, result := range r.Results {
		if result.Scripts[0] == "size-zero" {
			r.Results[i].Verdict.Text = "it said " + secret
			r.Results[i].Expected = secret
			for j := range result.Verdict.Marks {
				result.Verdict.Marks[j].Octets = secret
			}
		}
	}
	o := report.Options{Findings: map[string]map[string]report.Finding{"client": {"size-zero": {Class: "client", Note: secret, Upstream: true}}}}
	for _, name := range []string{"html", "markdown"} {
		for _, reports := range [][]*conform.Report{{r}, {r, testReport("other", "y")}} {
			if before := write(t, byName(t, name), reports...); !strings.Contains(before, secret) && len(reports) == 1 {
				t.Fatalf("%s never shows it", name)
			}
			got := write(t, byName(t, name).With(o), reports...)
			if i := strings.Index(got, secret); i >= 0 {
				t.Errorf("%s shows it: %s", name, got[max(0, i-200):i+50])
			}
			if !strings.Contains(got, "report upstream first") || len(reports) == 1 && !strings.Contains(got, "2 ways") {
				t.Errorf("%s does not say that there is a finding", name)
			}
		}
	}
	if r.Result("size-zero").Verdict.Text != "it said "+secret || r.Trials["size-zero"] == nil {
		t.Error("the report itself was changed")
	}
}

func TestAFormThatCannotWithholdRefuses(t *testing.T) {
	o := report.Options{Findings: map[string]map[string]report.Finding{"client": {"size-zero": {Upstream: true}}}}
	for _, name := range []string{"json", "jsonl", "junit", "sarif"} {
		var b bytes.Buffer
		if err := byName(t, name).With(o).Write(&b, testScenarios, testReport("client", "x")); err == nil || b.Len() > 0 {
			t.Errorf("%s wrote %d octets, error %v", name, b.Len(), err)
		}
		if err := byName(t, name).With(o).Write(&b, testScenarios, testReport("other", "x")); err != nil {
			t.Error(err)
		}
	}
}

func TestClassesOfAManifest(t *testing.T) {
	m, err := conform.ParseManifest("name = \"x\"\nargv = [\"x\"]\n[classes]\n\"size-zero\" = { class = \"raw API\", note = \"so it is documented\" }\n")
	if err != nil {
		t.Fatal(err)
	}
	o := report.Options{Findings: map[string]map[string]report.Finding{"x": report.Classed(m)}}
	page := write(t, byName(t, "html").With(o), testReport("x", "y"))
	if !strings.Contains(page, "<small>raw API</small>") || !strings.Contains(page, "so it is documented") {
		t.Error("the class is not shown")
	}
}

func TestAFindingThatPassesNowIsNone(t *testing.T) {
	o := report.Options{Findings: map[string]map[string]report.Finding{"client": {"x-pass": {Class: "adapter", Upstream: true}}}}
	for _, name := range []string{"html", "markdown", "junit"} {
		r := testReport("client", "x")
		if write(t, byName(t, name).With(o), r) != write(t, byName(t, name), r) {
			t.Errorf("%s withholds a pass", name)
		}
	}
}
