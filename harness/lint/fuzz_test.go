package lint_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/fixtures"
	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/record"
)

// checkFindings asks for what holds of all findings, whatever was sent.
func checkFindings(t *testing.T, found []lint.Finding, raw []byte) {
	t.Helper()
	count := map[string]int{}
	for _, f := range found {
		if _, ok := lint.ByID(f.Rule); !ok {
			t.Errorf("no rule %q", f.Rule)
		}
		if count[f.Rule]++; count[f.Rule] > 2*lint.MaxSightings {
			t.Errorf("%s is listed too often", f.Rule)
		}
		if len(f.Octets) > lint.MaxOctets || f.Offset < 0 || f.More < 0 || f.Text == "" {
			t.Errorf("%+v", f)
		}
		if raw != nil && f.Command == 0 && f.Offset > len(raw) {
			t.Errorf("%s at %d of %d", f.Rule, f.Offset, len(raw))
		}
		if s := f.String(); record.Escape(record.Unescape(s)) != s && strings.ContainsAny(s, "\x00\x1b\r\n") {
			t.Errorf("%q is not escaped", s)
		}
	}
}

func FuzzMessage(f *testing.F) {
	for _, raw := range fixtures.Messages() {
		f.Add(raw, "", "")
	}
	files, _ := filepath.Glob("testdata/lint-*/*.txtar")
	for _, file := range files {
		if c, _ := readCase(f, file); c.message != nil {
			f.Add(c.message.Raw(), "SMTPUTF8", "BODY")
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte, key, other string) {
		m := &record.Message{ID: 1, Session: 1}
		m.Envelope = record.Envelope{From: key, Params: map[string]string{key: "10", other: "BINARYMIME"},
			Recipients: []record.Recipient{{Address: other, Reply: record.NewReply(250)}}}
		m.SetRaw(raw)
		checkFindings(t, lint.Message(m), raw)
		for _, r := range lint.Rules() {
			if r.Message != nil {
				r.Message(m)
			}
		}
	})
}

func FuzzTranscript(f *testing.F) {
	files, _ := filepath.Glob("testdata/*/*.txtar")
	for _, file := range files {
		if c, _ := readCase(f, file); c.session != nil {
			f.Add(c.session.Transcript())
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := record.ParseTranscript(text)
		if err != nil {
			return
		}
		checkFindings(t, lint.Session(s), nil)
	})
}
