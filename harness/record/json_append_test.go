package record

import (
	"encoding/json"
	"testing"
	"time"
)

// FuzzAppendedJSON holds what is put together against what encoding/json makes
// of the same.
func FuzzAppendedJSON(f *testing.F) {
	for _, seed := range []string{"", "NOOP", "бат", "\xff\x00", "a\"b\\c\x7f", "<&>\u2028", "\r\n\t"} {
		f.Add(seed, 250, int64(1234567), true)
		f.Add(seed, 0, int64(-1), false)
	}
	f.Fuzz(func(t *testing.T, text string, n int, at int64, set bool) {
		if at %= 1 << 50; !set {
			n = 0
		}
		r := Reply{Code: n, Enhanced: text, At: time.Duration(at), Rule: text}
		c := Command{Verb: text, Line: text, Ending: text, Masked: set, Omitted: n, Size: n, At: time.Duration(at), Pipelined: set}
		if set {
			r.Lines, r.Raw = []string{text, ""}, text
			c.More = []Reply{r, {}}
		}
		c.Reply = r
		same(t, c, commandJSON{octets(c.Verb), octets(c.Line), c.Ending, c.Masked, c.Omitted, c.Size, millis(c.At), c.Pipelined, c.Reply, c.More})
		same(t, r, replyJSON{r.Code, r.Enhanced, octetList(r.Lines), millis(r.At), octets(r.Rule), octets(r.Raw)})
	})
}

func same(t *testing.T, appended, reflected any) {
	t.Helper()
	got, err := json.Marshal(appended)
	if err != nil {
		t.Fatal(err)
	}
	want, err := json.Marshal(reflected)
	if err != nil || string(got) != string(want) {
		t.Errorf("%s\nwant %s, %v", got, want, err)
	}
}
