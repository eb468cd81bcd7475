package wire

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

func TestParseScriptNamesTheLineAndWhatToWrite(t *testing.T) {
	for script, want := range map[string]string{
		"":                                "the script has no step; begin with the greeting, S: 220",
		"# nothing\n\n":                   "the script has no step",
		"-- other --\n-- peer --\n":       "the script has no step",
		"S: 220 x\nS 250 x":               `script line 2: "S 250 x" is no step; write S:, S>, C:`,
		"S: 220 x\nS:250 x":               `script line 2: "S:250 x" is no step`,
		"STARTTLS":                        `script line 1: "STARTTLS" is no step`,
		"starttls now":                    `script line 1: "starttls now" is no step`,
		"S> 220 x":                        "script line 1: the octets behind S> need Go's quotes: S> \"250 Ok\\r\\n\"",
		`S> ""`:                           "script line 1: the octets behind S>",
		`S> "\q"`:                         "script line 1: the octets behind S>",
		"# a\n\nwait":                     `script line 3: "" is no time to wait; write wait 700ms`,
		"wait -1s":                        `script line 1: "-1s" is no time to wait`,
		"wait 7":                          `script line 1: "7" is no time to wait`,
		`C: MAIL\`:                        `ends with a \ that escapes nothing; write \\`,
		"C: " + strings.Repeat("x", 2000): "the pattern has 2000 octets; write at most 1024",
		"silence\nC: QUIT":                `script line 2: "C: QUIT" can never be done behind silence`,
		"close\nwait 1s":                  `script line 2: "wait 1s" can never be done behind close`,
		"reset\nclose":                    `script line 2: "close" can never be done behind reset`,
		"half-close\nC: *\nS: 250 x":      `script line 3: "S: 250 x" can never be done behind half-close`,
		"-- peer --\r\nS: 220 x\r\nx\r\n": `script line 3: "x" is no step`,
		"about it\n-- peer --\nS: 220 x\n-- peer.txt --\nno script\n-- peer --\nnor this": `script line 7: "nor this" is no step`,
	} {
		_, err := ParseScript(script)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q:\n got %v\nwant %s", script, err, want)
		}
	}
}

// play runs a script in a bubble, whose client says octets and hears the rest.
func play(t *testing.T, script func(*Peer) error, octets string) (heard string, got *record.Session) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		gone := make(chan struct{})
		cfg := &Config{Hostname: "mx.example", Limits: DefaultLimits(), Rules: &RuleSet{}, Script: script,
			Gone: func(*Session) { close(gone) }}
		if err := cfg.Prepare(); err != nil {
			t.Fatal(err)
		}
		m := NewMemory("mx.example")
		defer m.Close()
		client, server := dialMemory(t, m)
		s := cfg.Serve(server, Start{ID: 1})
		s.Run()
		heard = hear(client, octets)
		<-gone
		got = s.Snapshot()
	})
	return heard, got
}

func hear(client net.Conn, octets string) string {
	go func() {
		io.WriteString(client, octets)
		client.(*MemoryConn).CloseWrite()
	}()
	client.SetReadDeadline(time.Now().Add(time.Hour * 24 * 365))
	all, _ := io.ReadAll(client)
	client.Close()
	return string(all)
}

func mustParse(t *testing.T, text string) func(*Peer) error {
	t.Helper()
	script, err := ParseScript(text)
	if err != nil {
		t.Fatal(err)
	}
	return script
}

func TestScriptInAnArchive(t *testing.T) {
	const archive = "What it is about\nS: 220 not this\n-- other --\nS: nor this\n-- peer --\n  S: 220 yes\n# a comment\n\n  C: QUIT\nS: 221 bye\n-- more --\nx\n"
	for _, text := range []string{archive, strings.ReplaceAll(archive, "\n", "\r\n"), strings.TrimSuffix(archive, "-- more --\nx\n")} {
		if heard, _ := play(t, mustParse(t, text), "quit\r\n"); heard != "220 yes\r\n221 bye\r\n" {
			t.Errorf("heard %q", heard)
		}
	}
}

func TestScriptSendsTextAsItIs(t *testing.T) {
	const script = "S: 220-a\nS: 220-Сайн уу\nS:  leading\nS:\nS> \"no end\"\nS> \"\\x00\\xff\\r\\n\"\nS> `raw\\n`"
	const want = "220-a\r\n220-Сайн уу\r\n leading\r\n\r\nno end\x00\xff\r\nraw\\n"
	heard, got := play(t, mustParse(t, script), "")
	if heard != want || got.Greeting.Octets() != want {
		t.Errorf("heard %q, the record has %q", heard, got.Greeting.Octets())
	}
}

func TestScriptWithoutEndIsBoundedInTheRecord(t *testing.T) {
	line := "250-" + strings.Repeat("x", 56) + "\r\n"
	heard, got := play(t, func(p *Peer) error {
		for range 10_000 {
			if err := p.Send(line); err != nil {
				return err
			}
		}
		return p.Reply(250, "at last")
	}, "")
	if len(heard) < 10_000*len(line) {
		t.Errorf("heard %d octets", len(heard))
	}
	if raw := got.Greeting.Octets(); len(raw) > 70<<10 || !strings.HasSuffix(raw, "(more, which was not kept)\r\n") {
		t.Errorf("the record has %d octets, %q", len(raw), raw[max(0, len(raw)-100):])
	}
}

// FuzzScript reads any text as a script, and runs it against a client that
// says a little and leaves.
func FuzzScript(f *testing.F) {
	for _, seed := range []string{
		"S: 220-a\nS: 220 b\nC: EHLO *\nS> \"250\"\nwait 5s\nS> \" ok\\r\\n\"\nC: *\nclose",
		"-- x --\n-- peer --\nS: 220 x\nC. data\nS: 250 ok\nstarttls\nsilence",
		"half-close\nC: *\nreset", "C: \\*?*\nwait 1h", "S> \"\\x00\"",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		script, err := ParseScript(text)
		if err != nil {
			if msg := err.Error(); !strings.HasPrefix(msg, "script line ") && !strings.HasPrefix(msg, "the script has no step") {
				t.Fatalf("the error %q names no line", msg)
			}
			return
		}
		heard, got := play(t, func(p *Peer) error {
			err := script(p)
			if err != nil && !errors.Is(err, ErrPeerGone) && err.Error() == "" {
				t.Error("an error without a text")
			}
			return err
		}, "EHLO client.example\r\nMAIL FROM:<a@b>\r\ntext\r\n.\r\nQUIT\r\n")
		if got.End == record.StillOpen {
			t.Error("the session never ended")
		}
		if told := toldBy(got); !strings.HasPrefix(told, heard) && len(heard) < 60<<10 {
			t.Errorf("heard %q, the record has %q", heard, told)
		}
	})
}

// toldBy returns what the server sent, as the record has it.
func toldBy(s *record.Session) string {
	told := s.Greeting.Octets()
	for _, c := range s.Commands {
		told += c.Reply.Octets()
		for _, more := range c.More {
			told += more.Octets()
		}
	}
	return told + s.Farewell.Octets()
}
