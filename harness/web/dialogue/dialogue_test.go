package dialogue_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/web/dialogue"
)

const ms = time.Millisecond

// at is a command with its reply, at so many milliseconds each.
func at(line string, sent, answered int, code int, text string) record.Command {
	c := record.NewCommand(line)
	c.At, c.Reply = time.Duration(sent)*ms, record.NewReply(code, text)
	c.Reply.At = time.Duration(answered) * ms
	return c
}

func piped(c record.Command) record.Command {
	c.Pipelined = true
	return c
}

// refused is a session over TLS whose recipient is refused in a pipelined group.
func refused() *record.Session {
	s := &record.Session{
		Greeting: record.NewReply(220, "ready"), End: record.EndQuit, Lasted: 100 * ms, TLS: &record.TLS{At: 30 * ms, Version: "TLS 1.3"},
		Commands: []record.Command{
			at("EHLO a", 10, 11, 250, "a"), at("STARTTLS", 12, 13, 220, "go"), at("EHLO a", 31, 32, 250, "a"),
			at("MAIL FROM:<a@b.example>", 40, 41, 250, "2.1.0 Ok"), piped(at("RCPT TO:<\">\"@d.example>", 41, 61, 550, "5.1.1 No")),
			piped(at("DATA", 61, 62, 503, "5.5.1 Bad sequence")), at("RSET", 70, 71, 250, "Ok"), at("QUIT", 80, 81, 221, "Bye"),
		},
		Anomalies: []record.Anomaly{
			{Kind: "data-without-recipients", Command: 6, Text: "DATA came\x1b without", RFC: "RFC 5321 §4.1.1.4"}, {Kind: "odd", Text: "early", RFC: "a\"b"},
		},
	}
	s.Greeting.At = 5 * ms
	return s
}

func TestLines(t *testing.T) {
	d := dialogue.Of(refused(), nil, [2]int{4, 6})
	var got []string
	for _, l := range d.Lines {
		got = append(got, fmt.Sprintf("%s %d c%d s%d %t %t %t %s", l.Kind, l.N, l.Client.Took/ms, l.Server.Took/ms, l.TLS, l.Own, l.Refused(), l.Group))
	}
	want := []string{
		"greeting 0 c0 s5 false false false ", "command 1 c5 s1 false false false ", "command 2 c1 s1 false false false ",
		"tls 0 c17 s0 true false false ", "command 3 c1 s1 true false false ", "command 4 c8 s1 true true false first",
		"command 5 c0 s20 true true true inner", "command 6 c0 s1 true true true last", "command 7 c8 s1 true false false ",
		"command 8 c9 s1 true false false ", "end 0 c19 s0 true false false ",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if d.Total != 100*ms {
		t.Error(d.Total)
	}
}

func TestTheFirstRefusal(t *testing.T) {
	r := dialogue.FirstRefusal(refused())
	if r == nil || r.Stage != record.RCPT || r.Command != 5 || r.Object != `">"@d.example` || r.Reply.Enhanced != "5.1.1" || r.Temporary() {
		t.Fatalf("%+v", r)
	}
	if r.Next.Verb != "RSET" || r.Next.Same {
		t.Errorf("what was on its way counts as an answer: %+v", r.Next)
	}
	s := refused()
	s.Commands = s.Commands[:5]
	s.End = record.EndClientClosed
	if r := dialogue.FirstRefusal(s); r.Next.Verb != "" || r.Next.End != record.EndClientClosed {
		t.Errorf("%+v", r.Next)
	}
	s.Commands = s.Commands[:4]
	if r := dialogue.FirstRefusal(s); r != nil {
		t.Errorf("%+v", r)
	}
	s.Farewell = record.NewReply(421, "4.4.2 Bye")
	if r := dialogue.FirstRefusal(s); r == nil || r.Stage != record.ANY || !r.Temporary() {
		t.Errorf("%+v", r)
	}
	s.Greeting = record.NewReply(554, "5.3.2 No")
	if r := dialogue.FirstRefusal(s); r.Stage != record.CONNECT || r.Next.Verb != "EHLO" {
		t.Errorf("%+v", r)
	}
}

func TestALineOfAuthIsRefusedAsAuth(t *testing.T) {
	s := &record.Session{Greeting: record.NewReply(220, "ready"), Auth: []record.AuthAttempt{{Mechanism: "LOGIN", Username: "b\x1bt"}}, Commands: []record.Command{
		at("AUTH LOGIN", 1, 2, 334, "VXNlcm5hbWU6"), {Line: "****", Masked: true, Reply: record.NewReply(535, "5.7.8 No")},
	}}
	if r := dialogue.FirstRefusal(s); r == nil || r.Stage != record.AUTH || r.Verb != "AUTH" || r.Object != `b\x1bt` {
		t.Errorf("%+v", r)
	}
}

func TestNotesStandOnTheirLines(t *testing.T) {
	s := refused()
	findings := []lint.Finding{
		{Rule: "quit-sent", Text: "none"}, {Rule: "data-with-recipients", Command: 6, Text: record.Escape(s.Anomalies[0].Text)},
	}
	d := dialogue.Of(s, findings, [2]int{})
	if len(d.Notes) != 1 || d.Notes[0].Rule != "quit-sent" {
		t.Errorf("of no line: %+v", d.Notes)
	}
	for _, l := range d.Lines {
		switch {
		case l.N == 6 && (len(l.Notes) != 1 || l.Notes[0].Kind != "data-without-recipients" || strings.Contains(l.Notes[0].Text, "\x1b")):
			t.Errorf("%+v", l.Notes)
		case l.Kind == dialogue.Greeting && (len(l.Notes) != 1 || l.Notes[0].Kind != "odd" || l.Notes[0].URL != ""):
			t.Errorf("%+v", l.Notes)
		}
	}
	if d := dialogue.Of(s, nil, [2]int{}); d.Lines[7].Notes[0].URL != "https://www.rfc-editor.org/rfc/rfc5321#section-4.1.1.4" {
		t.Errorf("%+v", d.Lines[7].Notes)
	}
}

func TestALongSessionIsCutInTheMiddle(t *testing.T) {
	s := refused()
	s.Commands = nil
	for i := range 10_000 {
		code := 250
		if i%1000 == 500 {
			code = 550
		}
		s.Commands = append(s.Commands, at(fmt.Sprintf("RCPT TO:<%d@d.example>", i), i, i, code, "x"))
	}
	d := dialogue.Of(s, nil, [2]int{})
	left, bad := 0, 0
	for _, l := range d.Lines {
		left += l.Left
		if l.Refused() {
			bad++
		}
	}
	if len(d.Lines) > 700 || bad != 10 || left+len(d.Lines) < 10_000 {
		t.Errorf("%d lines, %d left out, %d refused", len(d.Lines), left, bad)
	}
}

func TestBarsStayInside(t *testing.T) {
	for _, total := range []time.Duration{0, 1, ms, time.Hour} {
		for _, b := range []dialogue.Bar{{}, {0, total}, {total, 1}, {total / 2, total}, {0, 1}, {-5, -5}} {
			if x, w := b.X(total), b.W(total); w < 0 || x+w > 100.01 {
				t.Errorf("%v of %s: %v %v", b, total, x, w)
			}
		}
	}
	for _, total := range []time.Duration{1, 1500 * time.Microsecond, 7 * time.Second, 3 * time.Hour} {
		d := &dialogue.Dialogue{Total: total}
		if n := len(d.Ticks()); n < 1 || n > 7 {
			t.Errorf("%d marks on %s", n, total)
		}
	}
}

func TestPath(t *testing.T) {
	for arg, want := range map[string]string{
		"FROM:<>": "", "TO:<a@b>": "a@b", `TO:<"a>b"@c> NOTIFY=NEVER`: `"a>b"@c`, `TO:<"\">"@c>`: `"\">"@c`, "TO:a@b": "TO:a@b", "TO:<a@b": "a@b",
	} {
		if got := dialogue.Path(arg); got != want {
			t.Errorf("%s: %q", arg, got)
		}
	}
}
