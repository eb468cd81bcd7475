package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/smtpspec/smtpspec/fixtures"
	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/record"
)

func digest(raw []byte) *Digest {
	return Digester{}.Of(&Mail{Size: len(raw)}, Octets(raw))
}

func TestDigest(t *testing.T) {
	raw := []byte(strings.ReplaceAll(`From: =?utf-8?b?0JHQsNGC?= <bat@example.mn>
To: a@example.mn, "B b" <b@example.mn>
Cc: c@example.mn
Bcc: d@example.mn
Reply-To: e@example.mn
Subject: =?utf-8?b?0KHQsNC50L0=?= baina uu
Message-ID: <1@example.mn>
Date: Sun, 1 Mar 2026 20:00:00 +0800
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain; charset=utf-8

one
 two	three

--x
Content-Type: application/pdf
Content-Disposition: attachment; filename="a b.pdf"

x
--x--
`, "\n", "\r\n"))
	rules := func(m *message.Message) []string {
		return []string{fmt.Sprint("size-", m.Size()), m.Envelope.From, fmt.Sprint(m.Reply.Code)}
	}
	m := &Mail{Envelope: record.Envelope{From: "f@example.mn"}, Reply: record.NewReply(250, "Ok")}
	d := Digester{Lint: rules}.Of(m, Octets(raw))
	for what, is := range map[string]bool{
		"from":     len(d.From) == 1 && d.From[0].Name == "Бат" && d.From[0].Address == "bat@example.mn",
		"to":       len(d.To) == 2 && d.To[1].Name == "B b",
		"others":   len(d.Cc) == 1 && len(d.Bcc) == 1 && len(d.ReplyTo) == 1,
		"subject":  d.Subject == "Сайн baina uu",
		"id":       d.MessageID == "1@example.mn",
		"date":     d.Date.Equal(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)),
		"text":     strings.HasPrefix(d.Text, "one\n two\tthree"),
		"snippet":  d.Snippet == "one two three",
		"files":    slices.Equal(d.Files, []string{"a b.pdf"}) && len(d.Embedded) == 0,
		"fields":   len(d.Fields) == 10 && d.Fields[5] == Field{"Subject", "Сайн baina uu"},
		"lint":     slices.Equal(d.Lint, []string{fmt.Sprint("size-", len(raw)), "f@example.mn", "250"}),
		"warnings": d.Warnings == 0,
	} {
		if !is {
			t.Errorf("%s: %+v", what, d)
		}
	}
	if s := d.Short(); s.Text != "" || s.Fields != nil || s.Subject != d.Subject || d.Text == "" {
		t.Errorf("short %+v", s)
	}
}

func TestDigestOfFixtures(t *testing.T) {
	for name, raw := range fixtures.Messages() {
		before := bytes.Clone(raw)
		d := digest(raw)
		sound(t, name, d)
		if again := digest(raw); !reflect.DeepEqual(again, d) {
			t.Errorf("%s: two digests are not the same", name)
		}
		if !bytes.Equal(before, raw) {
			t.Errorf("%s was changed", name)
		}
	}
}

// sound checks that a digest can be shown, stored and searched.
func sound(t *testing.T, name string, d *Digest) {
	t.Helper()
	whole := fmt.Sprintf("%+v", d)
	if !utf8.ValidString(whole) {
		t.Errorf("%s: not UTF-8", name)
	}
	if _, err := json.Marshal(d); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if len(d.Text) > maxDigestText || len(d.Snippet) > maxSnippet || len(d.Fields) > maxDigestField || strings.ContainsAny(d.Snippet, "\r\n\t") {
		t.Errorf("%s: beyond its bounds: text %d, snippet %q, %d fields", name, len(d.Text), d.Snippet, len(d.Fields))
	}
	octets := 0
	for _, f := range d.Fields {
		octets += len(f.Name) + len(f.Value)
	}
	if octets > maxDigestHead {
		t.Errorf("%s: %d octets of fields", name, octets)
	}
}

func TestDigestFindsFixtures(t *testing.T) {
	for name, words := range map[string]string{
		"mongolian-base64": "from:дэлгүүр", "mongolian-quoted-printable": `subject:"БАЯР ХҮР"`, "charset-koi8-r": "text:здравствуйте", "charset-windows-1251": "text:сайн",
	} {
		raw := fixtures.Message(name)
		m := &Mail{Size: len(raw)}
		e := &Entry{Mail: *m, Digest: digest(raw)}
		q, err := ParseQuery(words, queryNow)
		if err != nil {
			t.Fatal(err)
		}
		if !q.Match(e) || !NewIndexed(e).Matches(q) {
			t.Errorf("%s does not find %s: from %v, subject %q, text %q", words, name, e.Digest.From, e.Digest.Subject, e.Digest.Text)
		}
	}
}

// floods are messages that are made to be slow, whole or a part of each.
var floods = map[string]func(part int) []byte{
	"text":       func(part int) []byte { return fixtures.Text(1 << 20 / part) },
	"one line":   func(part int) []byte { return fixtures.LongLine(1 << 20 / part) },
	"words":      func(part int) []byte { return fixtures.Subject(10_000/part, "=?utf-8?q?=D0=B1?= ") },
	"ligatures":  func(part int) []byte { return fixtures.Subject(5_000/part, "\ufdfa\ufdfa\ufdfa ") },
	"fields":     func(part int) []byte { return fixtures.Headers(50_000 / part) },
	"addresses":  func(part int) []byte { return fixtures.Recipients(20_000 / part) },
	"file name":  func(part int) []byte { return fixtures.FileName(10_000 / part) },
	"html":       func(part int) []byte { return fixtures.HTML(50_000/part, "<b>x ") },
	"comments":   func(part int) []byte { return fixtures.HTML(50_000/part, "<!-- ") },
	"nested":     func(part int) []byte { return fixtures.Nested(10_000/part, false) },
	"messages":   func(part int) []byte { return fixtures.NestedMessages(10_000 / part) },
	"parts":      func(part int) []byte { return fixtures.Parts(20_000 / part) },
	"attachment": func(part int) []byte { return fixtures.Attachment(1 << 20 / part) },
	"octets":     func(part int) []byte { return bytes.Repeat([]byte{0xff, 0, '\n'}, 1<<18/part) },
	"long fields": func(part int) []byte {
		return []byte(strings.Repeat("X-A: "+strings.Repeat("a", 20_000)+"\r\n", 200/part))
	},
	"ligature text": func(part int) []byte {
		return []byte("Content-Type: text/plain; charset=utf-8\r\n\r\n" + strings.Repeat("\ufdfa", 1<<16/part))
	},
}

// TestDigestOfFloods looks for something in each flood that is not there. One
// that takes long has to take it in proportion: a quarter of it a quarter of the
// time, and not a sixteenth.
func TestDigestOfFloods(t *testing.T) {
	for name, flood := range floods {
		took := lookedThrough(t, name, flood(1))
		for tries := 1; took >= time.Second; tries++ {
			quarter := lookedThrough(t, name, flood(4))
			if took <= 12*quarter {
				break
			}
			if tries == 3 { // nobody is held up three times
				t.Errorf("%s took %v, and a quarter of it %v", name, took, quarter)
				break
			}
			took = min(took, lookedThrough(t, name, flood(1)))
		}
	}
}

func lookedThrough(t *testing.T, name string, raw []byte) time.Duration {
	t.Helper()
	start := time.Now()
	e := &Entry{Digest: digest(raw)}
	sound(t, name, e.Digest)
	q, _ := ParseQuery(`nowhere OR header:X-None=nowhere`, queryNow)
	if NewIndexed(e).Matches(q) {
		t.Errorf("%s has what it has not", name)
	}
	return time.Since(start)
}

func FuzzDigest(f *testing.F) {
	for _, raw := range fixtures.Messages() {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		e := &Entry{Digest: digest(raw)}
		sound(t, "this", e.Digest)
		for _, c := range Columns() {
			e.Words(c)
		}
	})
}
