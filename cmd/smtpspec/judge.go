package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/conform/catalog"
	"github.com/smtpspec/smtpspec/harness/conform/report"
)

// judge gives the verdicts of a stored check anew, without the client.
type judge struct {
	check
}

func newJudge() *judge { return &judge{*newCheck()} }

func (j *judge) about() about {
	return about{
		name:     "judge",
		summary:  "Judges a stored check again, without the client",
		args:     "REPORT.json",
		examples: []string{"smtpspec judge report.json", "smtpspec judge --report html --output out report.json"},
	}
}

func (j *judge) define(s *settings.Set) {
	s.Bool(&j.strict, "strict", "warnings are findings too")
	s.Bool(&j.all, "all", "show what passed and what does not apply, too")
	s.Func(j.setReports, "report", "LIST", "write reports: "+formatNames())
	s.String(&j.output, "output", "DIR", "folder for the reports")
	s.Bool(&j.json, "json", "print one JSON object a line on standard output")
}

func (j *judge) run(_ context.Context, a *App, args []string) error {
	if len(args) != 1 {
		return &settings.Fault{Text: "judge takes one report", Try: "smtpspec judge report.json"}
	}
	r, err := readReport(args[0])
	if err != nil {
		return err
	}
	r.Strict = r.Strict || j.strict
	judged := judgedBy(r)
	conform.Judge(r, judged)
	if err := j.write(a, judged, r); err != nil {
		return err
	}
	return verdictOf(r)
}

// judgedBy returns the scenarios that the report has a verdict of.
func judgedBy(r *conform.Report) []*conform.Scenario {
	return slices.DeleteFunc(catalog.All(), func(s *conform.Scenario) bool { return r.Result(s.ID) == nil })
}

func readReport(file string) (*conform.Report, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := report.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; write one with: smtpspec check --report json", file, err)
	}
	return r, nil
}

// diff compares two stored checks.
type diff struct{}

func (d *diff) about() about {
	return about{
		name:     "diff",
		summary:  "Compares two stored checks, scenario by scenario",
		args:     "BEFORE.json AFTER.json",
		examples: []string{"smtpspec diff main/report.json report.json"},
		notes:    "Exit: 0 if nothing got worse, 1 if something did.\n",
	}
}

func (d *diff) define(*settings.Set) {}

func (d *diff) run(_ context.Context, a *App, args []string) error {
	if len(args) != 2 {
		return &settings.Fault{Text: "diff takes two reports", Try: "smtpspec diff before.json after.json"}
	}
	before, err := readReport(args[0])
	if err != nil {
		return err
	}
	after, err := readReport(args[1])
	if err != nil {
		return err
	}
	worse, err := report.WriteDiff(a.Stdout, report.Diff(before, after))
	if err == nil && worse {
		return &exit{code: exitFindings}
	}
	return err
}
