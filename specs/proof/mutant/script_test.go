package mutant

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// script answers commands from a map of verbs, over unbuffered pipes.
type script struct {
	replies map[string]string
	octets  bool // each in a write of its own
	got     strings.Builder
}

func (s *script) dial(_ context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	go s.serve(server)
	return client, nil
}

func (s *script) serve(c net.Conn) {
	defer c.Close()
	r := bufio.NewReader(c)
	s.say(c, "greeting", "220 hi\r\n")
	data := false
	for {
		line, err := r.ReadString('\n')
		s.got.WriteString(line)
		if err != nil {
			return
		}
		verb := Verb(line)
		switch {
		case data && line != ".\r\n":
			continue
		case data:
			verb, data = "final", false
		}
		fallback := map[string]string{"DATA": "354 go\r\n", "QUIT": "221 bye\r\n"}[verb]
		if fallback == "" {
			fallback = "250 ok\r\n"
		}
		s.say(c, verb, fallback)
		if verb == "STARTTLS" {
			c = tls.Server(c, serving())
			r = bufio.NewReader(c)
		}
		data = verb == "DATA" && strings.HasPrefix(s.reply(verb, fallback), "354")
	}
}

func (s *script) reply(verb, fallback string) string {
	if r, ok := s.replies[verb]; ok {
		return r
	}
	return fallback
}

func (s *script) say(c net.Conn, verb, fallback string) {
	text := s.reply(verb, fallback)
	n := max(len(text), 1)
	if s.octets {
		n = 1
	}
	for ; len(text) > 0; text = text[min(n, len(text)):] {
		if _, err := c.Write([]byte(text[:min(n, len(text))])); err != nil {
			return
		}
	}
}

func (s *script) job() Job {
	return Job{Addr: "mx.test:25", Dial: s.dial, Job: record.Job{Host: "mx.test", Security: record.SecurityNone, Helo: "client.test",
		From: "a@example.org", Rcpts: []string{"b@example.org"}, Messages: []record.Draft{{Raw: []byte(text)}}}}
}

// TestExact compares what the layer makes of odd replies with what sender alone
// does.
func TestExact(t *testing.T) {
	scripts := map[string]script{
		"octets":      {octets: true},
		"endless":     {replies: map[string]string{"MAIL": "250 " + strings.Repeat("x", 1<<20)}},
		"many lines":  {replies: map[string]string{"MAIL": strings.Repeat("250-x\r\n", 1<<18)}},
		"silence":     {replies: map[string]string{"RCPT": ""}},
		"cut off":     {replies: map[string]string{"RCPT": "250-a\r\n25"}},
		"two replies": {replies: map[string]string{"MAIL": "250 a\r\n250 b\r\n"}},
		"garbage":     {replies: map[string]string{"MAIL": "what\r\n"}},
		"354 too":     {replies: map[string]string{"EHLO": "250-x\r\n250 PIPELINING\r\n", "RCPT": "550 no\r\n"}},
		"refused":     {replies: map[string]string{"greeting": "554 no\r\n"}},
		"pipelined":   {replies: map[string]string{"EHLO": "250-x\r\n250 PIPELINING\r\n"}, octets: true},
	}
	for name, s := range scripts {
		t.Run(name, func(t *testing.T) {
			run := func(send func(context.Context, Job) error) (told, got string, took time.Duration) {
				synctest.Test(t, func(t *testing.T) {
					s := script{replies: s.replies, octets: s.octets}
					start := time.Now()
					if err := send(t.Context(), s.job()); err != nil {
						told = err.Error()
					}
					took = time.Since(start)
					synctest.Wait()
					got = s.got.String()
				})
				return told, got, took
			}
			told, got, took := run(Send)
			for client, send := range clients {
				if t2, g2, d2 := run(send); t2 != told || g2 != got || d2 != took {
					t.Errorf("%s: %q after %v, got %q; the reference: %q after %v, got %q", client, t2, d2, g2, told, took, got)
				}
			}
		})
	}
}

// TestAnswer: sender reads already when a line of its is kept back.
func TestAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{}
		start := time.Now()
		m := Mutant{Out: swallow(record.RCPT, "250 fine\r\n")}
		if err := m.Send(t.Context(), s.job()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if strings.Contains(s.got.String(), "RCPT") || time.Since(start) != 0 {
			t.Errorf("after %v: %q", time.Since(start), s.got.String())
		}
	})
}

func TestSeveralLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{replies: map[string]string{"NOOP": "500 no\r\n"}}
		m := Mutant{Out: lines(record.MAIL, func(line string) string { return "NOOP\r\n" + line })}
		if err := m.Send(t.Context(), s.job()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got := s.got.String(); !strings.Contains(got, "NOOP\r\nMAIL") {
			t.Errorf("got %q", got)
		}
	})
}

// TestBelieve: octets in the clear behind the 220 end the honest client's
// session; a mutant drops them, another takes them for the reply to EHLO.
func TestBelieve(t *testing.T) {
	run := func(m Mutant) (got string, err error) {
		synctest.Test(t, func(t *testing.T) {
			s := &script{replies: map[string]string{
				"EHLO": "250-x\r\n250 STARTTLS\r\n", "STARTTLS": "220 go\r\n250-evil\r\n250 SIZE 1000000\r\n"}}
			j := s.job()
			j.Security, j.TLS = record.SecurityStartTLS, trusting(nil, false)
			err = m.Send(t.Context(), j)
			synctest.Wait()
			got = s.got.String()
		})
		return got, err
	}
	for _, m := range []Mutant{{}, identical(), watching()} {
		if got, err := run(m); err == nil || strings.Contains(got, "MAIL") {
			t.Errorf("%v, got %q", err, got)
		}
	}
	if got, err := run(named(t, "drops-clear-text")); err != nil || !strings.Contains(got, "MAIL FROM:<a@example.org>\r\n") {
		t.Errorf("drops: %v, got %q", err, got)
	}
	if got, _ := run(named(t, "believes-clear-text")); !strings.Contains(got, "MAIL FROM:<a@example.org> SIZE=") {
		t.Errorf("believes: got %q", got)
	}
}
