// Package report writes what a check of a client found: for a terminal, for
// people in a browser, for machines. Everything that a peer sent is escaped.
package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/conform"
)

// Format is one form of a report.
type Format struct {
	Name string // as users write it, "junit"
	File string // the ordinary name of its file
	Text string // what it is for
	// Write writes the reports of one client or several.
	Write func(w io.Writer, scenarios []*conform.Scenario, reports ...*conform.Report) error

	with func(w io.Writer, o Options, scenarios []*conform.Scenario, reports ...*conform.Report) error // nil = without options
}

// Formats returns every form.
func Formats() []Format { return slices.Clone(formats) }

// ByName returns a form; the error names those that there are.
func ByName(name string) (Format, error) {
	var names []string
	for _, f := range formats {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return Format{}, fmt.Errorf("there is no report %q; there are %s", name, strings.Join(names, ", "))
}

var formats = []Format{
	{"json", "report.json", "all that was recorded; judge and diff read it", writeJSON, nil},
	{"jsonl", "report.jsonl", "a JSON object a line: the check, each verdict, the sums", writeLines, nil},
	{"html", "report.html", "a page with every verdict, its evidence and its transcript; one client or several", writeHTML, writeHTMLWith},
	{"junit", "junit.xml", "JUnit XML, for build services", writeJUnit, nil},
	{"sarif", "report.sarif", "SARIF 2.1.0, for code scanning", writeSARIF, nil},
	{"markdown", "report.md", "findings and tables for a wiki or an issue; one client or several", writeMarkdown, writeMarkdownWith},
	{"badge", "badge.svg", "a picture with the number of failures", writeBadge, nil},
}

// row is a scenario with its result.
type row struct {
	*conform.Scenario
	Result *conform.Result
}

// rows returns the scenarios that have a result, in the catalogue's order.
func rows(scenarios []*conform.Scenario, r *conform.Report) []row {
	var list []row
	for _, s := range scenarios {
		if result := r.Result(s.ID); result != nil {
			list = append(list, row{s, result})
		}
	}
	return list
}

// citesOf returns the places of a scenario as text.
func citesOf(s *conform.Scenario) string {
	var list []string
	for _, c := range s.Cites {
		list = append(list, c.String())
	}
	return strings.Join(list, ", ")
}

// words are the verdicts in the order of a summary.
var words = []conform.Word{conform.Pass, conform.Warn, conform.Fail, conform.Info, conform.NotApplicable, conform.Inconclusive, conform.Error}
