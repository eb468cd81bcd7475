package web

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/smtpspec/smtpspec/harness/web/api"
)

func TestAgo(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for at, want := range map[string][2]string{
		"2026-11-23T11:59:31Z":           {"now", "саяхан"},
		"2026-11-23T12:30:00Z":           {"now", "саяхан"}, // another machine's clock
		"2026-11-23T11:59:00Z":           {"1 min", "1 мин"},
		"2026-11-23T19:01:00.999+08:00":  {"58 min", "58 мин"},
		"2026-11-23T11:00:00Z":           {"1 h", "1 цаг"},
		"2026-11-22T12:00:00.000000001Z": {"23 h", "23 цаг"},
		"2026-11-22T12:00:00Z":           {"1 day", "1 өдөр"},
		"2026-10-24T12:00:01Z":           {"29 days", "29 өдөр"},
		"2026-10-24T12:00:00Z":           {"2026-10-24", "2026-10-24"},
		"1926-10-24T12:00:00Z":           {"1926-10-24", "1926-10-24"},
		"yesterday":                      {"yesterday", "yesterday"},
	} {
		if en, mn := ago(catalogue["en"], at, now), ago(catalogue["mn"], at, now); en != want[0] || mn != want[1] {
			t.Errorf("%s: %q, %q", at, en, mn)
		}
	}
}

func TestClock(t *testing.T) {
	for at, want := range map[string]string{
		"2026-11-23T11:59:31.5Z": "2026-11-23 11:59:31 UTC", "2026-11-23T11:59:31+08:00": "2026-11-23 11:59:31 +0800", "": "", "x": "x",
	} {
		if got := clock(at); got != want {
			t.Errorf("%s: %q, want %q", at, got, want)
		}
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 1549: "1.5 kB", 1_000_000: "1.0 MB", 52_428_800: "52.4 MB"} {
		if got := size(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestWho(t *testing.T) {
	for _, c := range []struct {
		header   []api.Address
		envelope []string
		want     string
	}{
		{nil, nil, ""},
		{nil, []string{"a@b", "c@d"}, "a@b, c@d"},
		{[]api.Address{{Name: "Бат", Address: "bat@b"}, {Address: "c@d"}}, []string{"x@y"}, "Бат, c@d"},
		{[]api.Address{{Name: "\u202eevil", Address: "a@b"}}, nil, "\ufffdevil"},
		{nil, []string{"a\x00\u200b@b"}, "a\ufffd\ufffd@b"},
	} {
		if got := who(c.header, c.envelope...); got != c.want {
			t.Errorf("%v, %v: %q, want %q", c.header, c.envelope, got, c.want)
		}
	}
}

func TestHue(t *testing.T) {
	seen := map[int]bool{}
	for _, tag := range strings.Fields("urgent invoice бат a b c d e f g h i j k l m n o p q r s t u v w x y z 1 2 3 4 5 6 7 8 9") {
		n := hue(tag)
		if n < 0 || n >= hues || n != hue(strings.ToUpper(tag)) {
			t.Errorf("%s: %d, and %d in capitals", tag, n, hue(strings.ToUpper(tag)))
		}
		seen[n] = true
	}
	if len(seen) < hues {
		t.Errorf("only %d colours of %d", len(seen), hues)
	}
}

func TestTextsHaveAFormForOne(t *testing.T) {
	en := catalogue["en"]
	for n, want := range map[int]string{0: "0 messages", 1: "1 message", 2: "2 messages", 100_000: "100000 messages"} {
		if got := en.text("list.total", n); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
	if got := en.text("side.inbox"); got != "Inbox" {
		t.Error(got)
	}
	defer func() {
		if recover() == nil {
			t.Error("a text that is not there is shown as something")
		}
	}()
	en.text("no.such.text")
}

// FuzzPlain: nothing that is shown moves or hides the text around it.
func FuzzPlain(f *testing.F) {
	for _, s := range []string{"", "Бат\n\t", "\u202e\u2066\u200b\ufeff\x1b[2J\r\x00\u0085\xff", "👩\u200d👩", "\u2028\u2029", "\U000e0001"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, c := range plain(s) {
			if c != '\n' && c != '\t' && (unicode.IsControl(c) || unicode.In(c, unicode.Cf, unicode.Bidi_Control, unicode.Zl, unicode.Zp)) {
				t.Errorf("%q: %q is shown", s, c)
			}
		}
	})
}
