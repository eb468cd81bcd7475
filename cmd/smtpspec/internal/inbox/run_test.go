package inbox

import (
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

func TestRunOf(t *testing.T) {
	user := func(name string, ok bool) []record.AuthAttempt {
		return []record.AuthAttempt{{Mechanism: "PLAIN", Username: name, OK: ok}}
	}
	for _, c := range []struct {
		name string
		auth []record.AuthAttempt
		raw  string
		to   []string
		want string
	}{
		{"nothing", nil, "Subject: x\r\n\r\nX-Run: body\r\n", []string{"a+news@b.mn"}, ""},
		{"user", user("run-ci42", true), "X-Run: other\r\n\r\n", nil, "ci42"},
		{"user that was refused", user("run-ci42", false), "", nil, ""},
		{"ordinary user", user("bat", true), "", nil, ""},
		{"field", nil, "Subject: x\r\nx-RUN:  CI.42 \r\n\r\n", []string{"a+run-other@b.mn"}, "ci.42"},
		{"field behind a long one", nil, "Subject: x\r\n " + strings.Repeat("y", 5000) + "\r\nX-Run: ci42\n\n", nil, "ci42"},
		{"field with no name", nil, "X-Run: Туршилт\r\n\r\n", []string{"a+run-tag@b.mn"}, "tag"},
		{"tag", nil, "\r\n", []string{"a@b.mn", "Бат+Run-CI_1@b.mn"}, "ci_1"},
		{"tag that is too long", nil, "\r\n", []string{"a+run-" + strings.Repeat("x", 65) + "@b.mn"}, ""},
		{"message of one line", nil, "X-Run: ci42", nil, "ci42"},
	} {
		m := &record.Message{}
		m.SetRaw([]byte(c.raw))
		for _, to := range c.to {
			m.Envelope.Recipients = append(m.Envelope.Recipients, record.Recipient{Address: to})
		}
		if got := runOf(&harness.Session{Auth: c.auth}, m); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzRunOf(f *testing.F) {
	f.Add("X-Run: ci42\r\n\r\n", "a+run-x@b.mn")
	f.Fuzz(func(t *testing.T, raw, to string) {
		m := &record.Message{Envelope: record.Envelope{Recipients: []record.Recipient{{Address: to}}}}
		m.SetRaw([]byte(raw))
		if run := runOf(&harness.Session{}, m); run != store.RunName(run) {
			t.Errorf("%q is no name", run)
		}
	})
}

func TestSessionIDs(t *testing.T) {
	a, b := New(nil, 0, nil), New(nil, 0, nil)
	one, two := &harness.Session{ID: 1}, &harness.Session{ID: 2}
	id := a.SessionID(one)
	if id != a.SessionID(one) || id == a.SessionID(two) || id == b.SessionID(one) {
		t.Error("the ID of a session is its own and stays")
	}
}
