package harness

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Report is what happened on a server: for a person as String, for a Ginkgo
// report as ColorableString, as data in JSON.
type Report struct {
	Addr       string            `json:"addr"`
	Sessions   []*Session        `json:"sessions"`
	Violations []Violation       `json:"violations,omitempty"`
	Messages   []*record.Message `json:"-"` // those of all sessions
}

// Report returns what happened so far.
func (s *Server) Report() *Report { return reportOf(s) }

func reportOf(w witness) *Report {
	r := &Report{Addr: w.Addr(), Sessions: w.Sessions(), Violations: w.Violations()}
	for i, session := range r.Sessions {
		r.Sessions[i] = clipped(session)
	}
	r.collect()
	return r
}

func (r *Report) collect() {
	r.Messages = nil
	for _, session := range r.Sessions {
		r.Messages = append(r.Messages, session.Messages...)
	}
}

// maxReported is how much of a message stands in a report, which has to stay
// readable and is sent from process to process.
const maxReported = 64 << 10

// clipped returns the session with long messages cut.
func clipped(s *Session) *Session {
	for i, m := range s.Messages {
		if m.Size() <= maxReported {
			continue
		}
		s = s.Clone()
		short := &record.Message{ID: m.ID, Session: m.Session, At: m.At, Envelope: m.Envelope, Reply: m.Reply}
		short.SetRaw(m.Raw()[:maxReported])
		s.Messages[i] = short
	}
	return s
}

// String returns the transcripts of all sessions.
func (r *Report) String() string {
	if len(r.Sessions) == 0 {
		return "no SMTP session at " + r.Addr + "\n"
	}
	var b strings.Builder
	for _, s := range r.Sessions {
		b.WriteString(s.Transcript())
	}
	for _, v := range r.Violations {
		fmt.Fprintf(&b, "violation: %s\n", record.Escape(v.Text))
	}
	return b.String()
}

// ColorableString is String in the markup of Ginkgo's reports.
func (r *Report) ColorableString() string {
	var b strings.Builder
	for line := range strings.Lines(r.String()) {
		// Braces that a client sent must not be taken for markup.
		line = strings.ReplaceAll(line, "{{", "{ {")
		b.WriteString(colorOf(line) + strings.TrimRight(line, "\n") + "{{/}}\n")
	}
	return b.String()
}

func colorOf(line string) string {
	switch text := strings.TrimSpace(line); {
	case strings.Contains(line, "<- rule: "):
		return "{{orange}}"
	case strings.Contains(line, "  C: "), strings.Contains(line, "  C> "):
		return "{{blue}}"
	case strings.HasPrefix(text, "!!"), strings.HasPrefix(text, "violation:"):
		return "{{red}}"
	case strings.HasPrefix(text, "SMTP session"):
		return "{{bold}}"
	}
	return "{{gray}}"
}

// UnmarshalJSON reads what the encoding wrote.
func (r *Report) UnmarshalJSON(b []byte) error {
	type plain Report
	err := json.Unmarshal(b, (*plain)(r))
	r.collect()
	return err
}

// GomegaString is how a server shows itself in a failed assertion.
func (s *Server) GomegaString() string { return s.Report().String() }
