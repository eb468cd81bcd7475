package report

import (
	"fmt"
	"io"

	"github.com/smtpspec/smtpspec/harness/conform"
)

// Change is a scenario whose verdict differs between two reports.
type Change struct {
	Scenario      string
	Before, After conform.Verdict // without a Word where there was no result
	Worse         bool            // it fails or warns now, and did so less before
}

// Diff returns the scenarios whose verdicts differ, in the order of the later
// report and then of the earlier one.
func Diff(before, after *conform.Report) []Change {
	var changes []Change
	add := func(id string) {
		c := Change{Scenario: id}
		if r := before.Result(id); r != nil {
			c.Before = r.Verdict
		}
		if r := after.Result(id); r != nil {
			c.After = r.Verdict
		}
		if c.Before.Word != c.After.Word {
			c.Worse = weight(c.After.Word) > weight(c.Before.Word)
			changes = append(changes, c)
		}
	}
	for _, r := range after.Results {
		add(r.Scenario)
	}
	for _, r := range before.Results {
		if after.Result(r.Scenario) == nil {
			add(r.Scenario)
		}
	}
	return changes
}

func weight(w conform.Word) int {
	switch w {
	case conform.Fail:
		return 2
	case conform.Warn:
		return 1
	}
	return 0
}

// WriteDiff writes changes a line each, and whether any is for the worse.
func WriteDiff(w io.Writer, changes []Change) (worse bool, err error) {
	for _, c := range changes {
		sign := " "
		if c.Worse {
			sign, worse = "-", true
		} else if weight(c.After.Word) < weight(c.Before.Word) {
			sign = "+"
		}
		text := c.After.Text
		if text == "" {
			text = c.Before.Text
		}
		if _, err := fmt.Fprintf(w, "%s %-28s %s → %s  %s\n", sign, visible(c.Scenario), orNone(c.Before.Word), orNone(c.After.Word), visible(text)); err != nil {
			return worse, err
		}
	}
	return worse, nil
}

func orNone(w conform.Word) conform.Word {
	if w == "" {
		return "none"
	}
	return w
}
