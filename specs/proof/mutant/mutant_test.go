package mutant

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/record"
)

// identical has every hook, and none changes anything.
func identical() Mutant {
	same := func(_ *Dialogue, p []byte) []byte { return p }
	line := func(_ *Dialogue, s string) string { return s }
	return Mutant{Start: func(*Dialogue) {}, Out: line, In: line, Data: same, Chunk: same, Raw: same,
		Report: func(_ *Dialogue, err error) error { return err }}
}

// watching has a hook that takes the layer in, and lets replies stream.
func watching() Mutant {
	return Mutant{Out: func(_ *Dialogue, s string) string { return s }}
}

var clients = map[string]func(context.Context, Job) error{
	"reference": Send, "no hooks": Mutant{}.Send, "identical": identical().Send, "watching": watching().Send,
}

func listen(t *testing.T, opts ...harness.Option) *harness.Server {
	t.Helper()
	s, err := harness.Listen(t.Context(), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

const text = "Subject: x\r\n\r\n.one\r\n..\r\n.\r\nlast\r\n"

func job(s *harness.Server, security record.Security) Job {
	return Job{Addr: s.Addr(), TLS: s.ClientTLSConfig(), Dial: s.DialContext, Job: record.Job{
		Host: s.Host(), Security: security, Helo: "client.test", From: "a@example.org", Timeout: 20,
		Rcpts: []string{"b@example.org", "c@example.org"}, Messages: []record.Draft{{Raw: []byte(text)}, {Raw: []byte("\r\nsecond\r\n")}}}}
}

func still(t *testing.T) {
	t.Helper()
	before := gleak.Goroutines()
	t.Cleanup(func() {
		NewWithT(t).Eventually(gleak.Goroutines).WithTimeout(time.Minute).ShouldNot(gleak.HaveLeaked(before))
	})
}

func TestDeliver(t *testing.T) {
	modes := []struct {
		name     string
		security record.Security
		opts     []harness.Option
		user     bool
	}{
		{"none", record.SecurityNone, nil, false},
		{"lock step", record.SecurityNone, []harness.Option{harness.Withhold("PIPELINING", "CHUNKING")}, false},
		{"pipelined DATA", record.SecurityNone, []harness.Option{harness.Withhold("CHUNKING")}, false},
		{"starttls", record.SecurityStartTLS, []harness.Option{harness.WithSTARTTLS()}, false},
		{"starttls 1.2", record.SecurityStartTLS, []harness.Option{harness.WithSTARTTLS(harness.WithTLSVersions(0x303, 0x303))}, false},
		{"optional", record.SecurityOptional, []harness.Option{harness.WithSTARTTLS(), harness.Withhold("CHUNKING")}, false},
		{"optional, not offered", record.SecurityOptional, nil, false},
		{"tls", record.SecurityTLS, []harness.Option{harness.WithImplicitTLS()}, false},
		{"starttls over TCP", record.SecurityStartTLS, []harness.Option{harness.WithSTARTTLS()}, false},
		{"tls over TCP", record.SecurityTLS, []harness.Option{harness.WithImplicitTLS()}, false},
		{"none over TCP", record.SecurityNone, nil, false},
		{"auth", record.SecurityStartTLS, []harness.Option{harness.WithSTARTTLS(), harness.WithUser("bat", "secret"), harness.RequireAuth()}, true},
		{"auth login", record.SecurityTLS, []harness.Option{harness.WithImplicitTLS(), harness.WithUser("bat", "secret"), harness.RequireAuth(), harness.WithMechanisms("LOGIN")}, true},
		{"lmtp", record.SecurityNone, []harness.Option{harness.LMTP()}, false},
		{"lmtp DATA", record.SecurityNone, []harness.Option{harness.LMTP(), harness.Withhold("CHUNKING")}, false},
	}
	for _, m := range modes {
		for name, send := range clients {
			t.Run(m.name+"/"+name, func(t *testing.T) {
				still(t)
				opts := m.opts
				if !strings.HasSuffix(m.name, "over TCP") {
					opts = append(slices.Clip(opts), harness.InMemory())
				}
				s := listen(t, opts...)
				j := job(s, m.security)
				j.LMTP = strings.HasPrefix(m.name, "lmtp")
				if m.user {
					j.User, j.Pass = "bat", "secret"
				}
				if err := send(t.Context(), j); err != nil {
					t.Fatal(err)
				}
				got := s.Messages()
				if len(got) != 2 || !bytes.Equal(got[0].Raw(), []byte(text)) || len(s.Sessions()) != 1 {
					t.Fatalf("messages %q in %d sessions", got, len(s.Sessions()))
				}
				_ = s.Close()
			})
		}
	}
}

func TestTruth(t *testing.T) {
	for name, send := range clients {
		t.Run(name, func(t *testing.T) {
			still(t)
			s := listen(t, harness.InMemory(), harness.WithSTARTTLS(), harness.WithRules(harness.RejectRecipient("c@*", 550, "5.1.1 who")))
			err := send(t.Context(), job(s, record.SecurityStartTLS))
			var e interface {
				SMTP() (int, string, map[string]error)
				Temporary() bool
			}
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
			if code, _, rcpts := e.SMTP(); code != 550 || len(rcpts) != 1 || e.Temporary() || len(s.Messages()) != 2 {
				t.Errorf("%v: %d %v, %d messages", err, code, rcpts, len(s.Messages()))
			}
			j := job(s, record.SecurityStartTLS)
			j.TLS.RootCAs = nil
			want := Send(t.Context(), j)
			if err := send(t.Context(), j); err == nil || err.Error() != want.Error() {
				t.Errorf("%v, the reference says %v", err, want)
			}
			_ = s.Close()
		})
	}
}
