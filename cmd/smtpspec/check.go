package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	glob "path"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/conform/catalog"
	"github.com/smtpspec/smtpspec/harness/conform/report"
)

// check puts a client before the scripted servers of the catalogue.
type check struct {
	client   string
	runs     []string
	unit     time.Duration
	parallel int
	slow     bool
	strict   bool
	all      bool
	dryRun   bool
	reports  []report.Format
	output   string
	json     bool
}

func newCheck() *check {
	return &check{unit: 2 * time.Second, parallel: 16, output: "."}
}

func (c *check) about() about {
	return about{
		name:    "check",
		summary: "Checks a mail client, in any language, with a catalogue of scripted servers",
		args:    "[-- COMMAND ARGUMENT…]",
		examples: []string{
			"smtpspec check -- ./my-mailer",
			"smtpspec check --client fixtures/clients/msmtp/manifest.toml",
			"smtpspec check --run 'tls-*' --run 'auth-*' --report json,html,junit --output out -- ./my-mailer",
		},
		notes: checkNotes,
	}
}

const checkNotes = `The command is run once for each scripted server, with its job in the environment:
SMTP_HOST SMTP_PORT SMTP_SECURITY SMTP_USER SMTP_PASS SMTP_CAFILE SMTP_HELO SMTP_FROM
SMTP_RCPTS SMTP_MESSAGE SMTP_SUBJECT SMTP_TEXT SMTP_ATTACH SMTP_TIMEOUT, and whole in
the JSON file SMTP_JOB. It says what became of it by its exit code (0 sent, 75 try
again, 64 cannot do that, 65 67 68 69 76 77 failed for good, others failed), or in
the file SMTP_RESULT. A manifest says otherwise; see docs/check.md.

Exit: 0 nothing found, 1 findings, 2 wrong use or the harness itself failed.
`

func (c *check) define(s *settings.Set) {
	s.String(&c.client, "client", "FILE", "manifest of the client (TOML), in place of a command")
	s.Many(c.addRun, "run", "GLOB", "only scenarios with such IDs; may be repeated").Example = "'tls-*'"
	s.Bool(&c.strict, "strict", "warnings are findings too")
	s.Bool(&c.slow, "slow", "scenarios that wait for minutes too")
	s.Bool(&c.all, "all", "show what passed and what does not apply, too")
	s.Bool(&c.dryRun, "dry-run", "list the scenarios that would be played, and play none")
	s.Func(c.setReports, "report", "LIST", "write reports: "+formatNames())
	s.String(&c.output, "output", "DIR", "folder for the reports")
	s.Duration(&c.unit, "unit", "TIME", "T: the time-out that the client is told to keep, and the unit of all delays")
	s.Int(&c.parallel, 1, "parallel", "N", "scripted servers at the same time")
	s.Bool(&c.json, "json", "print one JSON object a line on standard output")
}

func (c *check) addRun(pattern string) error {
	if _, err := glob.Match(pattern, ""); err != nil {
		return fmt.Errorf("%q is no pattern; write 'tls-*'", pattern)
	}
	c.runs = append(c.runs, pattern)
	return nil
}

func formatNames() string {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
	}
	return strings.Join(names, ",")
}

func (c *check) setReports(list string) error {
	c.reports = nil
	for name := range strings.SplitSeq(list, ",") {
		f, err := report.ByName(strings.TrimSpace(name))
		if err != nil {
			return err
		}
		c.reports = append(c.reports, f)
	}
	return nil
}

// ample is how much memory a check gets before it looks for what it can give
// back, in octets: a report needs a message of megabytes several times over
// while it is written.
const ample = 150 << 20

func (c *check) run(ctx context.Context, a *App, args []string) error {
	scenarios, err := chosenScenarios(c.runs)
	if err != nil {
		return err
	}
	if c.dryRun {
		return writeScenarioList(a.Stdout, scenarios)
	}
	if _, own := a.Env("GOMEMLIMIT"); !own {
		debug.SetMemoryLimit(ample)
	}
	ctx, cancel := a.interruptible(ctx)
	defer cancel()
	client, err := c.command(ctx, args)
	if err != nil {
		return err
	}
	r, err := conform.Check(ctx, client, scenarios, c.options(newProgress(a.Stderr))...)
	if err != nil {
		return err
	}
	info, _ := debug.ReadBuildInfo()
	r.Tool = buildOf(info).Version
	if err := c.write(a, scenarios, r); err != nil {
		return err
	}
	return verdictOf(r)
}

// command returns the client that is to be checked.
func (c *check) command(ctx context.Context, args []string) (*conform.Command, error) {
	switch {
	case c.client == "" && len(args) == 0:
		return nil, &settings.Fault{Text: "no client is given", Try: "smtpspec check -- ./my-mailer"}
	case c.client != "" && len(args) > 0:
		return nil, &settings.Fault{Text: fmt.Sprintf("--client %s says what to run; %q is one argument too many", c.client, args[0]), Try: "smtpspec check --help"}
	case c.client == "":
		return conform.CommandOf(args...)
	}
	m, err := conform.ReadManifest(c.client)
	if err != nil {
		return nil, err
	}
	return conform.NewCommand(ctx, m)
}

func (c *check) options(p *progress) []conform.Option {
	opts := []conform.Option{conform.WithUnit(c.unit), conform.WithParallel(c.parallel), conform.WithProgress(p.show)}
	if c.slow {
		opts = append(opts, conform.Slow())
	}
	if c.strict {
		opts = append(opts, conform.Strict())
	}
	return opts
}

// write writes the report on standard output and those that were asked for as
// files.
func (c *check) write(a *App, scenarios []*conform.Scenario, r *conform.Report) error {
	if err := c.print(a, scenarios, r); err != nil {
		return err
	}
	for _, f := range c.reports {
		if err := writeReport(filepath.Join(c.output, f.File), f, scenarios, r); err != nil {
			return err
		}
	}
	return nil
}

func (c *check) print(a *App, scenarios []*conform.Scenario, r *conform.Report) error {
	if c.json {
		lines, err := report.ByName("jsonl")
		if err != nil {
			return err
		}
		return lines.Write(a.Stdout, scenarios, r)
	}
	return report.Terminal{Color: a.colors(a.Stdout), All: c.all}.Write(a.Stdout, scenarios, r)
}

func writeReport(file string, f report.Format, scenarios []*conform.Scenario, r *conform.Report) (err error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	return f.Write(out, scenarios, r)
}

// verdictOf is the exit of a check.
func verdictOf(r *conform.Report) error {
	switch {
	case len(r.Broken()) > 0:
		return &exit{code: exitUsage, text: fmt.Sprintf("the harness itself failed in %s: %s", r.Broken()[0].Scenario, r.Broken()[0].Verdict.Text)}
	case !r.Profile.Works:
		return &exit{code: exitUsage, text: "the client delivers nothing even to a good server, so nothing was checked; docs/check.md says how it learns what to send, and to whom"}
	case len(r.Findings()) > 0:
		return &exit{code: exitFindings}
	}
	return nil
}

// chosenScenarios returns the scenarios whose IDs match, all without patterns.
func chosenScenarios(patterns []string) ([]*conform.Scenario, error) {
	all := catalog.All()
	if len(patterns) == 0 {
		return all, nil
	}
	var chosen []*conform.Scenario
	for _, s := range all {
		for _, pattern := range patterns {
			if ok, _ := glob.Match(pattern, s.ID); ok {
				chosen = append(chosen, s)
				break
			}
		}
	}
	if len(chosen) == 0 {
		return nil, &settings.Fault{Text: fmt.Sprintf("no scenario matches %q", strings.Join(patterns, " ")), Try: "smtpspec scenarios"}
	}
	return chosen, nil
}

// colors says that w is a terminal whose user wants colours.
func (a *App) colors(w io.Writer) bool {
	_, no := a.Env("NO_COLOR")
	return !no && isTerminal(w)
}
