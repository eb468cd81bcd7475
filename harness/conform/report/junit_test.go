package report_test

import (
	"encoding/xml"
	"strings"
	"testing"
)

func TestJUnitSaysOfEachVerdictWhatABuildServiceKnows(t *testing.T) {
	type fault struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	var doc struct {
		Suites []struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Errors   int `xml:"errors,attr"`
			Skipped  int `xml:"skipped,attr"`
			Cases    []struct {
				Name    string `xml:"name,attr"`
				Class   string `xml:"classname,attr"`
				Failure *fault `xml:"failure"`
				Error   *fault `xml:"error"`
				Skipped *fault `xml:"skipped"`
				Out     string `xml:"system-out"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(write(t, byName(t, "junit"), testReport("a", "odd"))), &doc); err != nil {
		t.Fatal(err)
	}
	s := doc.Suites[0]
	if s.Tests != 9 || s.Failures != 2 || s.Errors != 1 || s.Skipped != 3 {
		t.Errorf("%d tests, %d failures, %d errors, %d skipped", s.Tests, s.Failures, s.Errors, s.Skipped)
	}
	for _, c := range s.Cases {
		kind := "pass"
		switch {
		case c.Failure != nil:
			kind = "failure"
		case c.Error != nil:
			kind = "error"
		case c.Skipped != nil:
			kind = "skipped"
		case c.Out != "":
			kind = "pass with output"
		}
		want := map[string]string{"size-zero": "failure", "x-warn": "pass with output", "x-pass": "pass", "x-info": "pass with output", "x-not": "skipped",
			"x-flaky": "skipped", "x-error": "error", "x-expected": "skipped", "x-surprise": "failure"}[c.Name]
		if kind != want || c.Class != "size" {
			t.Errorf("%s is a %s of %s, not a %s", c.Name, kind, c.Class, want)
		}
	}
	text := s.Cases[0].Failure.Text
	for _, part := range []string{"expected: passes: delivered", "observed: fail: it said odd", "RFC 1870 §3: A parameter value of 0 (zero) indicates", "C: EHLO clientodd"} {
		if !strings.Contains(text, part) {
			t.Errorf("the failure lacks %q:\n%s", part, text)
		}
	}
}
