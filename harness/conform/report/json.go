package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
)

// writeJSON writes one report whole. It is what Read reads.
func writeJSON(w io.Writer, _ []*conform.Scenario, reports ...*conform.Report) error {
	if len(reports) != 1 {
		return errors.New("a JSON report is of one client")
	}
	return writeWhole(visibleJSON{w}, reports[0])
}

// Read reads a report that was written as JSON. Its error says what is missing
// in one that was not written by a check.
func Read(r io.Reader) (*conform.Report, error) {
	var report conform.Report
	if err := json.NewDecoder(r).Decode(&report); err != nil {
		return nil, fmt.Errorf("this is no report of a check in JSON: %w", err)
	}
	if report.Profile == nil || report.Client == "" {
		return nil, errors.New("this is no report of a check: it names no client")
	}
	for script, trials := range report.Trials {
		if slices.ContainsFunc(trials, hollow) {
			return nil, fmt.Errorf("this is no report of a check: a trial of %q is empty, or a session or message in it", script)
		}
	}
	return &report, nil
}

// hollow says that JSON's null stands where a verdict looks.
func hollow(trial *conform.Trial) bool {
	return trial == nil || slices.ContainsFunc(trial.Sessions, func(s *record.Session) bool {
		return s == nil || slices.Contains(s.Messages, nil)
	})
}

// The objects of a report in lines.
type (
	lineCheck struct {
		Event   string           `json:"event"` // "check"
		Client  string           `json:"client"`
		Version string           `json:"version,omitempty"`
		Tool    string           `json:"tool,omitempty"`
		Started time.Time        `json:"started"`
		Unit    float64          `json:"unit"` // seconds
		Profile *conform.Profile `json:"profile"`
	}
	lineVerdict struct {
		Event    string         `json:"event"` // "verdict"
		Client   string         `json:"client"`
		Scenario string         `json:"scenario"`
		Title    string         `json:"title"`
		Level    string         `json:"level"`
		RFC      []string       `json:"rfc"`
		Verdict  conform.Word   `json:"verdict"`
		Text     string         `json:"text"`
		End      conform.End    `json:"end,omitempty"`
		Truth    conform.Truth  `json:"truth,omitempty"`
		Expected string         `json:"expected,omitempty"`
		Surprise bool           `json:"surprise,omitempty"`
		Marks    []conform.Mark `json:"marks,omitempty"`
	}
	lineSum struct {
		Event      string               `json:"event"` // "sum"
		Client     string               `json:"client"`
		Verdicts   map[conform.Word]int `json:"verdicts"`
		Loses      int                  `json:"loses"`      // scripts that made it lose mail silently
		Duplicates int                  `json:"duplicates"` // scripts that made it duplicate mail
		Took       float64              `json:"took"`       // seconds
		Late       float64              `json:"late"`       // seconds
	}
)

func writeLines(w io.Writer, scenarios []*conform.Scenario, reports ...*conform.Report) error {
	e := json.NewEncoder(visibleJSON{w})
	e.SetEscapeHTML(false)
	for _, r := range reports {
		if err := encodeAll(e, linesOf(scenarios, r)); err != nil {
			return err
		}
	}
	return nil
}

func encodeAll(e *json.Encoder, objects []any) error {
	for _, object := range objects {
		if err := e.Encode(object); err != nil {
			return err
		}
	}
	return nil
}

func linesOf(scenarios []*conform.Scenario, r *conform.Report) []any {
	objects := []any{lineCheck{"check", r.Client, r.Version, r.Tool, r.Started, r.Unit.Seconds(), r.Profile}}
	for _, row := range rows(scenarios, r) {
		line := lineVerdict{Event: "verdict", Client: r.Client, Scenario: row.ID, Title: row.Title, Level: string(row.Level), RFC: []string{},
			Verdict: row.Result.Verdict.Word, Text: row.Result.Verdict.Text, End: row.Result.End, Truth: row.Result.Truth,
			Expected: row.Result.Expected, Surprise: row.Result.Surprise, Marks: row.Result.Verdict.Marks}
		for _, c := range row.Cites {
			line.RFC = append(line.RFC, c.String())
		}
		objects = append(objects, line)
	}
	return append(objects, lineSum{"sum", r.Client, r.Count(), r.Loses(), r.Duplicates(), r.Took.Seconds(), r.Late.Seconds()})
}
