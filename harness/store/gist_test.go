package store

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/smtpspec/smtpspec/harness/message"
)

// largeMail is a message of more than maxWhole octets with some text, then
// attachments of which each alone is larger than what is looked at.
func largeMail(attachments int) []byte {
	var b bytes.Buffer
	b.WriteString("Subject: large\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=edge\r\n\r\n" +
		"--edge\r\nContent-Type: text/plain\r\n\r\nthe text\r\n-- \r\nits signature\r\n")
	line := strings.Repeat("QUJD", 19) + "\r\n"
	for i := range attachments {
		fmt.Fprintf(&b, "--edge\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"+
			"Content-Disposition: attachment; filename=%d.bin\r\n\r\n%s", i, strings.Repeat(line, 3<<20/len(line)))
	}
	b.WriteString("--edge\r\nContent-Type: text/plain\r\n\r\nthe end\r\n--edge--\r\n")
	return b.Bytes()
}

func TestDigestOfLargeMail(t *testing.T) {
	raw := largeMail(12)
	d := Digester{Lint: func(*message.Message) []string { t.Error("it was linted"); return nil }}.Of(&Mail{}, Octets(raw))
	want := digestOf(message.Outline(raw))
	if fmt.Sprintf("%+v", d) != fmt.Sprintf("%+v", want) || len(d.Files) != 12 || !strings.Contains(d.Text, "the end") {
		t.Errorf("%+v, want %+v", d, want)
	}
}

// What is looked at is a part of the message, line by line, whatever it is.
func TestGist(t *testing.T) {
	wide := bytes.Repeat([]byte("x"), 3<<20)
	for name, c := range map[string]struct {
		raw  []byte
		most int
	}{
		"attachments":    {largeMail(12), 10 << 20},
		"one line":       {wide, maxStretch},
		"a line, a part": {append(wide[:len(wide):len(wide)], "\r\n--edge\r\nend"...), maxStretch + 20},
		"nothing else":   {bytes.Repeat([]byte("--\r\n"), 8<<20), maxGist + leastStretch},
		"no lines":       {nil, 0},
	} {
		got := gist(bytes.NewReader(c.raw))
		if len(got) > c.most {
			t.Errorf("%s: %d octets of %d", name, len(got), len(c.raw))
		}
		for line := range bytes.Lines(got[:min(len(got), 1<<20)]) {
			if !bytes.Contains(c.raw, bytes.TrimRight(line, "\r\n")) {
				t.Fatalf("%s: %.100q is no part of it", name, line)
			}
		}
		if name == "a line, a part" && !bytes.HasSuffix(got, []byte("x\r\n--edge\r\nend")) {
			t.Errorf("%s: ends with %q", name, got[len(got)-20:])
		}
	}
}

func FuzzGist(f *testing.F) {
	f.Add([]byte("a\r\n--b\r\nc\r\n--b--\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if got := gist(iotest.OneByteReader(bytes.NewReader(raw))); !bytes.Equal(got, raw) {
			t.Fatalf("%q becomes %q", raw, got)
		}
	})
}
