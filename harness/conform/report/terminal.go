package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/conform"
)

// Terminal writes a report as a tree for people: groups, scenarios, and a line
// of evidence where there is something to say.
type Terminal struct {
	Color bool
	All   bool // scenarios that passed or do not apply, too
}

// Write writes one report.
func (t Terminal) Write(w io.Writer, scenarios []*conform.Scenario, r *conform.Report) error {
	var b strings.Builder
	group := ""
	for _, row := range rows(scenarios, r) {
		if !t.All && quiet(row.Result) {
			continue
		}
		if row.Group != nil && row.Group.Name != group {
			group = row.Group.Name
			fmt.Fprintf(&b, "\n%s\n", t.bold(row.Group.Title))
		}
		t.row(&b, row)
	}
	t.summary(&b, r)
	_, err := io.WriteString(w, b.String())
	return err
}

func quiet(r *conform.Result) bool {
	switch r.Verdict.Word {
	case conform.Pass, conform.NotApplicable, conform.Info:
		return !r.Surprise
	}
	return false
}

var signs = map[conform.Word]string{conform.Pass: "✓", conform.Warn: "!", conform.Fail: "✗", conform.Info: "·", conform.NotApplicable: "–", conform.Inconclusive: "?", conform.Error: "E"}

func (t Terminal) row(b *strings.Builder, row row) {
	v := row.Result.Verdict
	fmt.Fprintf(b, "  %s %-28s %s\n", t.paint(v.Word, signs[v.Word]), row.ID, row.Title)
	if v.Text != "" && v.Word != conform.Pass {
		fmt.Fprintf(b, "      %s: %s\n", t.paint(v.Word, string(v.Word)), visible(v.Text))
	}
	switch {
	case row.Result.Surprise:
		fmt.Fprintf(b, "      it passes, but a failure is expected: %s\n", visible(row.Result.Expected))
	case row.Result.Expected != "":
		fmt.Fprintf(b, "      expected: %s\n", visible(row.Result.Expected))
	}
	if v.Word == conform.Fail || v.Word == conform.Warn {
		fmt.Fprintf(b, "      %s %s\n", row.Level, citesOf(row.Scenario))
	}
}

// summary is what most people read first.
func (t Terminal) summary(b *strings.Builder, r *conform.Report) {
	name := peer(r.Client)
	if r.Version != "" {
		name += " " + peer(r.Version)
	}
	fmt.Fprintf(b, "\n%s", t.bold(name))
	if !r.Profile.Works {
		fmt.Fprintf(b, " does not deliver an ordinary message, so nothing can be said of it.\n  %s\n", visible(r.Profile.Why))
		return
	}
	count := r.Count()
	var parts []string
	for _, word := range words {
		if n := count[word]; n > 0 {
			parts = append(parts, t.paint(word, fmt.Sprintf("%d %s", n, word)))
		}
	}
	fmt.Fprintf(b, ": %s\n", strings.Join(parts, ", "))
	fmt.Fprintf(b, "  %s to lose mail silently, %s to duplicate it.\n", ways(r.Loses()), ways(r.Duplicates()))
	for _, claim := range r.Profile.Claims {
		fmt.Fprintf(b, "  its manifest %s\n", visible(claim))
	}
	fmt.Fprintf(b, "  %v; the harness was %v late at most.\n", r.Took.Round(100*time.Millisecond), r.Late.Round(time.Millisecond))
}

func ways(n int) string {
	if n == 1 {
		return "1 way"
	}
	return fmt.Sprintf("%d ways", n)
}

var colors = map[conform.Word]string{conform.Pass: "32", conform.Warn: "33", conform.Fail: "31", conform.Error: "31", conform.Inconclusive: "35", conform.Info: "36", conform.NotApplicable: "90"}

func (t Terminal) paint(word conform.Word, s string) string {
	if !t.Color {
		return s
	}
	return "\x1b[" + colors[word] + "m" + s + "\x1b[0m"
}

func (t Terminal) bold(s string) string {
	if !t.Color {
		return s
	}
	return "\x1b[1m" + s + "\x1b[0m"
}
