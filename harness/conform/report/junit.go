package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// The elements of a JUnit report. Strings in them are visible text, so every
// character is one of XML 1.0.
type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Name    string       `xml:"name,attr"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Timestamp  string          `xml:"timestamp,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name    string      `xml:"name,attr"`
		Class   string      `xml:"classname,attr"`
		Time    string      `xml:"time,attr"`
		Failure *junitFault `xml:"failure"`
		Error   *junitFault `xml:"error"`
		Skipped *junitFault `xml:"skipped"`
		Out     string      `xml:"system-out,omitempty"`
	}
	junitFault struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit writes a test suite for each client and a test case for each
// scenario.
func writeJUnit(w io.Writer, scenarios []*conform.Scenario, reports ...*conform.Report) error {
	suites := junitSuites{Name: "smtpspec"}
	for _, r := range reports {
		suites.Suites = append(suites.Suites, junitSuiteOf(scenarios, r))
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(suites); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func junitSuiteOf(scenarios []*conform.Scenario, r *conform.Report) junitSuite {
	s := junitSuite{Name: peer(r.Client), Time: seconds(r.Took), Timestamp: r.Started.UTC().Format("2006-01-02T15:04:05"), Properties: []junitProperty{
		{"version", peer(r.Version)}, {"smtpspec", peer(r.Tool)}, {"unit", r.Unit.String()}, {"late", r.Late.String()},
		{"loses", fmt.Sprint(r.Loses())}, {"duplicates", fmt.Sprint(r.Duplicates())},
	}}
	for _, row := range rows(scenarios, r) {
		c := junitCaseOf(r, row)
		s.Tests++
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
		s.Cases = append(s.Cases, c)
	}
	return s
}

func junitCaseOf(r *conform.Report, row row) junitCase {
	c := junitCase{Name: row.ID, Class: groupOf(row.Scenario).Name, Time: seconds(timeOf(r, row.Result))}
	v, text := row.Result.Verdict, visible(row.Result.Verdict.Text)
	switch {
	case row.Result.Surprise:
		c.Failure = &junitFault{"it passes, but a failure is expected: " + visible(row.Result.Expected), "surprise", junitText(r, row)}
	case v.Word == conform.Error:
		c.Error = &junitFault{text, string(row.Level), junitText(r, row)}
	case v.Word == conform.NotApplicable, v.Word == conform.Inconclusive:
		c.Skipped = &junitFault{Message: string(v.Word) + ": " + text}
	case row.Result.Expected != "":
		c.Skipped = &junitFault{Message: "expected: " + visible(row.Result.Expected)}
		c.Out = junitText(r, row)
	case row.Result.Bad(r.Strict):
		c.Failure = &junitFault{text, string(row.Level), junitText(r, row)}
	case v.Word == conform.Warn:
		c.Out = junitText(r, row)
	case v.Word == conform.Info:
		c.Out = "info: " + text
	}
	return c
}

// junitText is what stands below a fault: what was expected, what was seen, the
// words of the RFC, what to do, and the transcript.
func junitText(r *conform.Report, row row) string {
	var b strings.Builder
	part := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, visible(text))
		}
	}
	b.WriteString("\n")
	part("scenario", row.Title)
	part("expected", row.Expect)
	part("observed", string(row.Result.Verdict.Word)+": "+row.Result.Verdict.Text)
	part("session end", string(row.Result.End))
	part("truth", string(row.Result.Truth))
	part("level", strings.TrimSpace(string(row.Level)+" "+citesOf(row.Scenario)))
	for _, s := range rfc.Binding(row.ID) {
		part(s.Cite.String(), s.Text)
	}
	part("effect", row.EffectText())
	part("fix", row.FixText())
	if text := transcriptsOf(r, row.Result); text != "" {
		b.WriteString("\n" + text)
	}
	return b.String()
}

// timeOf returns how long the runs took that a result rests on.
func timeOf(r *conform.Report, result *conform.Result) (took time.Duration) {
	for _, script := range result.Scripts {
		if runs := r.Trials[script]; len(runs) > 0 && runs[0] != nil {
			took += runs[0].Outcome.Took
		}
	}
	return took
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
