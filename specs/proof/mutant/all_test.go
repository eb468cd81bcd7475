package mutant

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/record"
)

func TestAll(t *testing.T) {
	seen := map[string]bool{}
	name := regexp.MustCompile(`^[a-z0-9.]+(-[a-z0-9.]+)*$`)
	for _, m := range All() {
		if seen[m.Name] || !name.MatchString(m.Name) || !strings.HasSuffix(m.Text, ".") {
			t.Errorf("%q: %q", m.Name, m.Text)
		}
		seen[m.Name] = true
	}
}

// baseline runs a mutant against a server that offers everything, under a
// virtual clock, which a goroutine that is left would stop.
func baseline(t *testing.T, m Mutant, security record.Security, change func(*Job), opts ...harness.Option) (messages []*harness.Message, sessions []*harness.Session, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, e := harness.Listen(t.Context(), append(opts, harness.InMemory())...)
		if e != nil {
			t.Fatal(e)
		}
		j := job(s, security)
		j.Messages = append(j.Messages, record.Draft{Subject: "тест", Text: "сайн уу\n", HTML: "<p>x</p>", Bcc: "d@example.org",
			Attachments: []record.Attachment{{Name: "тайлан.pdf", Data: []byte(strings.Repeat("x", 200))}}})
		if change != nil {
			change(&j)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		time.AfterFunc(2*time.Hour, func() { _ = s.Close() })
		err = m.Send(ctx, j)
		messages = s.Messages()
		_ = s.Close()
		sessions = s.Sessions()
		time.Sleep(3 * time.Hour)
	})
	return messages, sessions, err
}

func TestEachEnds(t *testing.T) {
	for _, m := range All() {
		t.Run(m.Name, func(t *testing.T) {
			got, _, err := baseline(t, m, record.SecurityNone, nil)
			t.Logf("%d messages, %v", len(got), err)
			got, _, err = baseline(t, m, record.SecurityStartTLS, func(j *Job) { j.User, j.Pass = "bat", "secret" },
				harness.WithSTARTTLS(), harness.WithUser("bat", "secret"), harness.Withhold("CHUNKING"))
			t.Logf("%d messages, %v", len(got), err)
		})
	}
}
