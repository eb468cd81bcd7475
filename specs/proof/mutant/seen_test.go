package mutant

import (
	"bytes"
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/record"
)

func named(t *testing.T, name string) Mutant {
	t.Helper()
	for _, m := range All() {
		if m.Name == name {
			return m
		}
	}
	t.Fatalf("no mutant %s", name)
	return Mutant{}
}

// TestSeen looks at what some mutants do to a server that offers everything.
func TestSeen(t *testing.T) {
	commands := func(s []*harness.Session) string {
		var b strings.Builder
		for _, c := range s[0].Commands {
			b.WriteString(c.Line + "\n")
		}
		return b.String()
	}
	type seen struct {
		messages []*harness.Message
		sessions []*harness.Session
		err      error
	}
	has := func(part string) func(seen) bool {
		return func(s seen) bool { return len(s.messages) == 3 && bytes.Contains(s.messages[2].Raw(), []byte(part)) }
	}
	expired := []harness.Option{harness.WithSTARTTLS(harness.WithBadCertificate(harness.Expired))}
	refusing := []harness.Option{harness.WithRules(harness.RejectRecipient("*", 550, "5.1.1 no"))}
	tests := []struct {
		name string
		opts []harness.Option
		ok   func(seen) bool
	}{
		{"no-dot-stuffing", nil, func(s seen) bool { return s.err != nil || !bytes.Equal(s.messages[0].Raw(), []byte(text)) }},
		{"lf-line-ends", nil, func(s seen) bool { return len(s.sessions[0].Anomalies) > 0 }},
		{"no-quit", nil, func(s seen) bool { return s.err == nil && !strings.Contains(commands(s.sessions), "QUIT") }},
		{"leaks-bcc", nil, has("Bcc: d@example.org")},
		{"two-subjects", nil, has("Subject: another\r\n")},
		{"blank-after-colon", nil, func(s seen) bool { return strings.Contains(commands(s.sessions), "FROM: <a@") }},
		{"always-success", refusing, func(s seen) bool { return s.err == nil && len(s.messages) == 0 }},
		{"swaps-temporary-and-permanent", refusing, func(s seen) bool { return Temporary(s.err) }},
		{"retries-refused", refusing, func(s seen) bool { return len(s.sessions) == 2 }},
		{"accepts-expired", expired, func(s seen) bool { return s.err == nil }},
		{"accepts-wrong-host", expired, func(s seen) bool { return s.err != nil && len(s.messages) == 0 }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			security := record.SecurityNone
			if test.opts != nil {
				security = record.SecurityOptional
			}
			var s seen
			s.messages, s.sessions, s.err = baseline(t, named(t, test.name), security, nil, append(test.opts, harness.Withhold("CHUNKING"))...)
			if !test.ok(s) {
				t.Errorf("%d messages, %d sessions, %v\n%s", len(s.messages), len(s.sessions), s.err, commands(s.sessions))
			}
		})
	}
}

// TestRequireTLS: sender asks for it although its own TLS ends in the layer.
func TestRequireTLS(t *testing.T) {
	for client, send := range clients {
		s := listen(t, harness.InMemory(), harness.WithSTARTTLS(), harness.Advertise("REQUIRETLS"))
		j := job(s, record.SecurityStartTLS)
		j.RequireTLS = true
		if err := send(t.Context(), j); err != nil || !strings.Contains(s.Sessions()[0].Commands[3].Line, " REQUIRETLS") {
			t.Errorf("%s: %v, %v", client, err, s.Sessions()[0].Commands)
		}
	}
}
