package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/sender"
)

func messageFrom(from string) *harness.Message {
	m := &record.Message{ID: 1, Session: 1, Envelope: record.Envelope{From: from}}
	m.SetRaw([]byte("Subject: x\r\n\r\nx\r\n"))
	return message.Of(m)
}

// Every setting has help that fits a line, and no two commands disagree on what
// a letter is.
func TestEverySettingIsExplained(t *testing.T) {
	for _, c := range commands() {
		about := c.about()
		if len(about.examples) == 0 || !strings.HasPrefix(about.examples[0], "smtpspec "+about.name) {
			t.Errorf("%s has no example", about.name)
		}
		for _, one := range settingsOf(c).All() {
			if one.Text == "" || len(one.Text) > 110 || strings.HasSuffix(one.Text, ".") {
				t.Errorf("smtpspec %s --%s: %q", about.name, one.Name, one.Text)
			}
		}
		if help := helpOf(c); !strings.HasPrefix(help, "  "+about.examples[0]+"\n") {
			t.Errorf("the help of %s does not begin with an example:\n%s", about.name, help)
		}
	}
}

// What help gives as an example is understood.
func TestExamplesParse(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("rules.json", []byte(`{"on":"RCPT","drop":true}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range commands() {
		for _, line := range c.about().examples {
			words := shellWords(line)[2:]
			if _, err := settingsOf(commandNamed(c.about().name)).Parse(words, noEnvironment); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
}

// shellWords splits a line at blanks that are not within single quotes.
func shellWords(line string) []string {
	quoted := false
	words := strings.FieldsFunc(line, func(r rune) bool {
		if r == '\'' {
			quoted = !quoted
		}
		return r == ' ' && !quoted
	})
	for i := range words {
		words[i] = strings.Trim(words[i], "'")
	}
	return words
}

func TestExitCodes(t *testing.T) {
	refused := &sender.Error{Step: sender.StepRcpt, Reply: sender.Reply{Code: 550}}
	later := &sender.Error{Step: sender.StepRcpt, Reply: sender.Reply{Code: 451}}
	for name, c := range map[string]struct {
		err  error
		code int
	}{
		"refused":     {refused, 1},
		"later":       {later, 75},
		"no address":  {&sender.Error{Step: sender.StepPrepare, Err: sender.ErrAddress}, 2},
		"not offered": {&sender.Error{Step: sender.StepStartTLS, Err: sender.ErrNotOffered}, 1},
		"too large":   {&sender.Error{Step: sender.StepPrepare, Err: sender.ErrTooLarge}, 1},
		"interrupted": {&sender.Error{Step: sender.StepConnect, Err: context.Canceled}, 75},
	} {
		if got := sendCode(c.err); got != c.code {
			t.Errorf("%s exits %d, want %d", name, got, c.code)
		}
	}
	if exitCode(nil) != 0 || exitCode(errors.New("x")) != 2 || exitCode(&settings.Fault{}) != 2 || exitCode(&exit{code: 75}) != 75 {
		t.Error("an exit code is wrong")
	}
}

func TestComplaintIsOneLine(t *testing.T) {
	var b bytes.Buffer
	(&App{Stderr: &b}).complain("smtpspec x", errors.Join(errors.New("one"), errors.New("two")))
	if b.String() != "smtpspec x: one; two\n" {
		t.Errorf("got %q", b.String())
	}
}

func TestBuild(t *testing.T) {
	info := &debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}, Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "0123456789abcdef0123"}, {Key: "vcs.modified", Value: "true"}, {Key: "vcs.time", Value: "2026-01-02T03:04:05Z"}}}
	got := buildOf(info).String()
	if !strings.HasPrefix(got, "smtpspec v1.2.3 (commit 0123456789ab, modified) go1.") {
		t.Errorf("got %s", got)
	}
	if got := buildOf(nil).String(); !strings.HasPrefix(got, "smtpspec (devel) (no commit known) go1.") {
		t.Errorf("got %s", got)
	}
}

// A pipelined flight has its replies behind its commands; LMTP has more of them
// than commands.
func TestStepsOfAFlight(t *testing.T) {
	var s steps
	var done []string
	for i, e := range []sender.Event{
		{Dir: "S", Step: sender.StepGreeting, Line: "220 hi"},
		{Dir: "C", Step: sender.StepMail, Line: "MAIL"},
		{Dir: "C", Step: sender.StepRcpt, Line: "RCPT"},
		{Dir: "S", Step: sender.StepMail, Line: "250-a"},
		{Dir: "S", Step: sender.StepMail, Line: "250 b"},
		{Dir: "S", Step: sender.StepRcpt, Line: "550"},
		{Dir: "*", Step: sender.StepTLS, Line: "TLS 1.3"},
		{Dir: "C", Step: sender.StepFinal, Line: "(3 octets)"},
		{Dir: "S", Step: sender.StepFinal, Line: "250 one"},
		{Dir: "S", Step: sender.StepFinal, Line: "452 two"},
		{Dir: "C", Step: sender.StepQuit, Line: "QUIT"},
	} {
		if step := s.add(e, time.Duration(i)*time.Millisecond); step != nil {
			b, err := json.Marshal(step)
			if err != nil {
				t.Fatal(err)
			}
			done = append(done, string(b))
		}
	}
	want := `{"event":"step","step":"greeting","sent":"","code":220,"reply":["220 hi"],"at":0,"took":0,"tls":false}
{"event":"step","step":"MAIL FROM","sent":"MAIL","code":250,"reply":["250-a","250 b"],"at":1,"took":3,"tls":false}
{"event":"step","step":"RCPT TO","sent":"RCPT","code":550,"reply":["550"],"at":2,"took":3,"tls":false}
{"event":"step","step":"TLS handshake","sent":"","code":0,"reply":["TLS 1.3"],"at":6,"took":0,"tls":false}
{"event":"step","step":"end of message","sent":"(3 octets)","code":250,"reply":["250 one"],"at":7,"took":1,"tls":false}
{"event":"step","step":"end of message","sent":"","code":452,"reply":["452 two"],"at":9,"took":0,"tls":false}`
	if got := strings.Join(done, "\n"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if len(s.open) != 1 || s.open[0].Sent != "QUIT" {
		t.Errorf("open: %v", s.open)
	}
}

func TestLinesOfJSONAreHarmless(t *testing.T) {
	in := "a\u009b\u202e\u2028\x7f##[x]\U000e0001 Сайн <уу>"
	line := jsonLine(in)
	if want := "\"a\\u009b\\u202e\\u2028\\u007f\\u0023#[x]\\udb40\\udc01 Сайн <уу>\"\n"; string(line) != want {
		t.Errorf("got %s want %s", line, want)
	}
	var out string
	if err := json.Unmarshal(line, &out); err != nil || out != in {
		t.Errorf("got %q, error %v", out, err)
	}
}
