package record

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// dialogue makes a session of what a fuzzer gives: each field is a line of the
// client, or a reply, by the first octet.
func dialogue(script string) *Session {
	s := &Session{ID: 3, Remote: "127.0.0.1:25", Greeting: NewReply(220, "mx ESMTP"), End: EndClientClosed}
	for i, field := range strings.Split(script, "|") {
		kind, text := byte('l'), field
		if field != "" {
			kind, text = field[0], field[1:]
		}
		c := NewCommand(text)
		c.At = time.Duration(i) * time.Millisecond
		c.Reply = NewReply(250, "2.0.0 Ok")
		switch kind {
		case 'n':
			c.Ending = "\n"
		case 'c':
			c.Ending = ""
		case 'o':
			c.Omitted = len(text) + 1
		case 'b':
			c = Command{Verb: "BODY", Size: len(text), Reply: c.Reply}
		case 'r':
			c.Reply = ParseReply(text)
		case 'm':
			c.Reply = NewReply(250, strings.Split(text, "/")...)
		case 'u':
			c.Reply = Reply{Rule: text}
		case 'x':
			c.Reply = Reply{}
		case 'f':
			s.Farewell = NewReply(421, text)
		}
		s.Commands = append(s.Commands, c)
	}
	return s
}

// writable says that a field can be what the wire records.
func writable(s *Session) bool {
	for _, c := range s.Commands {
		if strings.Contains(c.Line, "\n") || c.Ending == "\n" && strings.HasSuffix(c.Line, "\r") || len(c.Reply.Raw) > 2000 || c.Reply.Code == 334 ||
			c.Line == "" && c.Ending != "\r\n" && !c.isBody() || c.Reply.Raw != "" && strings.TrimSpace(c.Reply.Raw) == "" {
			return false
		}
		for _, line := range append(c.Reply.Lines, s.Farewell.Lines...) {
			if strings.ContainsAny(line, "\r\n") && c.Reply.Raw == "" {
				return false
			}
		}
	}
	return true
}

func FuzzTranscript(f *testing.F) {
	for _, seed := range []string{
		"lNOOP|lQUIT", "lEHLO шуудан|bxyz|lRSET", "nNOOP|cNOO", "l  |l|lNOOP ", "l(5 octets of message data)", "lBODY",
		"lx (5 octets not kept)", "oxxxx", "l\x1b[31m\\x41", "l   <- rule: y", "r250-a\n250 b\r\n", "r", "rhello", "ma/b/c   <- rule: z",
		"m ", "m  <- rule: 0", "m\t/ ", "uLoseReply()|lNOOP", "x|x|lNOOP", "x|fbye", "u a |fbye", "l::error|l##[x]", "lend: QUIT", "lS: 250 x", "l+5ms C: y", "cx\r", "cx|fbye",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, script string) {
		want := dialogue(script)
		if !writable(want) {
			return
		}
		text := want.Transcript()
		got, err := ParseTranscript(text)
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		compare(t, want, got, text)
	})
}

func compare(t *testing.T, want, got *Session, text string) {
	t.Helper()
	if got.ID != want.ID || got.Remote != want.Remote || got.End != want.End || got.Greeting.Octets() != want.Greeting.Octets() {
		t.Fatalf("the frame is %d %s %s %q in\n%s", got.ID, got.Remote, got.End, got.Greeting.Octets(), text)
	}
	if got.Farewell.Octets() != want.Farewell.Octets() {
		t.Fatalf("the farewell is %q, want %q in\n%s", got.Farewell.Octets(), want.Farewell.Octets(), text)
	}
	if len(got.Commands) != len(want.Commands) {
		t.Fatalf("%d commands, want %d in\n%s", len(got.Commands), len(want.Commands), text)
	}
	for i, w := range want.Commands {
		g := got.Commands[i]
		if g.Verb != w.Verb || g.Arg != w.Arg || g.Line != w.Line || g.Ending != w.Ending || g.Omitted != w.Omitted || g.Size != w.Size {
			t.Fatalf("command %d is %q %q %d %d, want %q %q %d %d in\n%s", i+1, g.Line, g.Ending, g.Omitted, g.Size, w.Line, w.Ending, w.Omitted, w.Size, text)
		}
		if g.Reply.Octets() != w.Reply.Octets() || g.Reply.Code != w.Reply.Code {
			t.Fatalf("reply %d is %q, want %q in\n%s", i+1, g.Reply.Octets(), w.Reply.Octets(), text)
		}
	}
}

func TestParseTranscriptByHand(t *testing.T) {
	s, err := ParseTranscript("S: 220 mx\nC: EHLO бат\nS: 250-mx\nS: 250 SIZE\n\nC: MAIL FROM:<>\nC: RCPT TO:<a@b.mn>\nS: 250 one\nS: 550 two\n")
	if err != nil {
		t.Fatal(err)
	}
	if s.Hello != "бат" || len(s.Commands) != 3 || s.Commands[1].Reply.Code != 250 || s.Commands[2].Reply.Code != 550 || !s.Commands[2].Pipelined {
		t.Errorf("got %+v", s)
	}
	for _, bad := range []string{"hello", "S: hello", "C> NOOP", "S> 250", "+5 C: NOOP", "SMTP session x from y"} {
		if _, err := ParseTranscript("S: 220 mx\n" + bad); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzEscape(f *testing.F) {
	for _, seed := range []string{"", "бат", "\x00\x1b[2J\u009b\u202e\u200b\ufeff", `\x41\`, "::error::", "##[x]###", "\xff\xc3\x28", "\t\r\n", "\ufffd"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		shown := Escape(s)
		if back := Unescape(shown); back != s {
			t.Fatalf("%q becomes %q and then %q", s, shown, back)
		}
		for _, r := range shown {
			if r < ' ' || r == 0x7f || hidden(r) {
				t.Fatalf("%q keeps %q", shown, r)
			}
		}
		if strings.HasPrefix(shown, "::") || strings.Contains(shown, "##") {
			t.Fatalf("%q is a command of a build service", shown)
		}
	})
}

func FuzzData(f *testing.F) {
	for _, seed := range []string{"", ".", "..\r\n.\r\n", "a\r\n.b\n.\r\n", "\r\n.", ".\r\n\r\n..x"} {
		f.Add([]byte(seed), 3)
	}
	f.Fuzz(func(t *testing.T, raw []byte, cut int) {
		var d Data
		d.SetRaw(raw)
		if string(d.Raw()) != string(raw) || d.Size() != len(raw) {
			t.Fatalf("%q becomes %q, size %d", raw, d.Raw(), d.Size())
		}
		sent := append([]byte(nil), d.Sent()...)
		if strings.Contains("\r\n"+string(sent), "\r\n.\r\n") {
			t.Fatalf("%q ends inside", sent)
		}
		at := 0
		if len(sent) > 0 {
			at = int(uint(cut) % uint(len(sent)+1))
		}
		var pieces Data
		pieces.SetSent(len(sent)-len(raw), sent[:at:at], sent[at:])
		streamed, err := io.ReadAll(iotest.OneByteReader(pieces.Stream()))
		if string(streamed) != string(raw) || err != nil {
			t.Fatalf("%q in two pieces is read as %q, %v", sent, streamed, err)
		}
		var written bytes.Buffer
		if n, err := pieces.WriteTo(&written); n != int64(len(raw)) || err != nil || written.String() != string(raw) {
			t.Fatalf("%q in two pieces is written as %q, %v", sent, written.String(), err)
		}
		if head := pieces.Prefix(at); string(head) != string(raw[:min(at, len(raw))]) {
			t.Fatalf("%q begins with %q", raw, head)
		}
		if joined := bytes.Join(pieces.Pieces(), nil); string(joined) != string(sent) {
			t.Fatalf("%q has the pieces %q", sent, joined)
		}
		if string(pieces.Raw()) != string(raw) || string(pieces.Sent()) != string(sent) || pieces.Size() != len(raw) {
			t.Fatalf("%q in two pieces becomes %q", sent, pieces.Raw())
		}
	})
}

func FuzzParseReply(f *testing.F) {
	for _, seed := range []string{"250 ok\r\n", "250-a\r\n250 b\r\n", "250\r\n", "250 \r\n", "25", "250-a\r\n", "250 a\n", "550 5.1.1 x\r\n", "999 x\r\n", "250-a\r\n550 b\r\n", "\r\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, octets string) {
		r := ParseReply(octets)
		if r.Octets() != octets {
			t.Fatalf("%q becomes %q", octets, r.Octets())
		}
		if r.Code != 0 && (r.Code < 200 || r.Code > 599) {
			t.Fatalf("%q has the code %d", octets, r.Code)
		}
		_ = r.String()
	})
}

func TestParseReply(t *testing.T) {
	for _, c := range []struct {
		octets, enhanced, text string
		code                   int
		raw                    bool
	}{
		{"250 2.1.0 Ok\r\n", "2.1.0", "2.1.0 Ok", 250, false},
		{"250-mx\r\n250 SIZE 5\r\n", "", "mx\nSIZE 5", 250, false},
		{"250\r\n", "", "", 250, true},
		{"550 2.1.0 other class\r\n", "", "2.1.0 other class", 550, false},
		{"550 5.1.1000 long\r\n", "", "5.1.1000 long", 550, false},
		{"250 ok\n", "", "ok", 250, true},
		{"хоосон", "", "хоосон", 0, true},
	} {
		r := ParseReply(c.octets)
		if r.Code != c.code || r.Enhanced != c.enhanced || r.Text() != c.text || (r.Raw != "") != c.raw {
			t.Errorf("%q: %+v", c.octets, r)
		}
	}
}
