package report_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/conform/catalog"
	"github.com/smtpspec/smtpspec/harness/conform/report"
)

// A stored report comes from anywhere: "judge" and "diff" take what Read takes.
func FuzzRead(f *testing.F) {
	f.Add(write(f, byName(f, "json"), testReport("client", "text")))
	for _, trials := range []string{
		`{"greet-554":[null]}`, `{"greet-554":[{}]}`, `{"greet-554":[{"sessions":[null]}]}`, `{"greet-554":[{"sessions":[{"messages":[null]}]}]}`,
		`{"greet-554":[{"unit":-1,"sessions":[{"commands":[{"verb":"DATA"}]}]}]}`, `{"":null}`,
	} {
		f.Add(`{"client":"x","profile":{"works":true},"results":[{"scenario":"greet-554","verdict":{"verdict":"fail","marks":[{"script":"greet-554","session":9,"command":-1}]}}],"trials":` + trials + `}`)
	}
	f.Add(`{"client":"x","profile":{}}{`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := report.Read(strings.NewReader(text))
		if err != nil {
			return
		}
		if changes := report.Diff(r, r); len(changes) > 0 {
			t.Errorf("a report differs from itself: %v", changes)
		}
		judged := scenariosOf(r)
		writeAll(t, judged, r)
		conform.Judge(r, judged)
		writeAll(t, judged, r)
	})
}

// scenariosOf returns those that the report has a verdict of.
func scenariosOf(r *conform.Report) (judged []*conform.Scenario) {
	for _, s := range catalog.All() {
		if r.Result(s.ID) != nil {
			judged = append(judged, s)
		}
	}
	return judged
}

func writeAll(t *testing.T, scenarios []*conform.Scenario, r *conform.Report) {
	t.Helper()
	for _, form := range report.Formats() {
		var b bytes.Buffer
		if err := form.Write(&b, scenarios, r); err != nil {
			t.Fatalf("%s: %v", form.Name, err)
		}
		if form.Name == "json" {
			if _, err := report.Read(&b); err != nil {
				t.Fatalf("what was written is not read: %v", err)
			}
		}
	}
	if err := (report.Terminal{All: true}).Write(io.Discard, scenarios, r); err != nil {
		t.Fatal(err)
	}
}
