package report_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/conform/report"
)

var update = flag.Bool("update", false, "write what is under testdata anew")

func write(t testing.TB, f report.Format, reports ...*conform.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b, testScenarios, reports...); err != nil {
		t.Fatalf("%s: %v", f.Name, err)
	}
	return b.String()
}

func byName(t testing.TB, name string) report.Format {
	t.Helper()
	f, err := report.ByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestEachFormIsAsItWas(t *testing.T) {
	one := testReport("client"+hostile, hostile)
	classed := report.Options{Findings: map[string]map[string]report.Finding{"other": {
		"size-zero": {Class: "raw API", Note: "the caller is to do it" + hostile},
		"x-warn":    {Class: "client", Upstream: true},
	}}}
	silent := &conform.Report{Client: "silent", Profile: &conform.Profile{Why: "temp: " + hostile}}
	for _, f := range report.Formats() {
		compare(t, f.File, write(t, f, one))
		switch f.Name {
		case "json":
		case "html", "markdown":
			compare(t, "several-"+f.File, write(t, f.With(classed), one, testReport("other", "x"), silent))
		default:
			compare(t, "several-"+f.File, write(t, f, one, testReport("other", "x"), silent))
		}
	}
}

func compare(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not as it was; look at it after: go test ./harness/conform/report -update", file)
	}
}
