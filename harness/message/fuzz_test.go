package message

import (
	"bytes"
	"testing"

	"github.com/smtpspec/smtpspec/fixtures"
)

// Whatever the octets are: no panic, all text is UTF-8, all JSON is valid (look
// asks for these), the limits hold, and no octet comes from elsewhere.
func FuzzParse(f *testing.F) {
	for _, raw := range fixtures.Messages() {
		f.Add(raw)
	}
	for _, h := range flood {
		f.Add(h.make(5))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := bytes.Clone(raw)
		p := look(t, raw)
		if !bytes.Equal(raw, before) {
			t.Fatal("the message was changed")
		}
		for part := range p.Parts() {
			if len(part.Encoded) > len(raw) || len(part.Octets) > len(raw)+2 || len(part.Body) > 3*len(raw)+3 {
				t.Fatalf("part %s has %d octets sent, %d decoded, %d as UTF-8 in a message of %d",
					part.Path, len(part.Encoded), len(part.Octets), len(part.Body), len(raw))
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for _, c := range []struct {
		name string
		raw  []byte
	}{
		{"text of 1 KiB", fixtures.Text(1024)},
		{"attachment of 1 MiB", fixtures.Attachment(1 << 20)},
		{"1,000 parts", fixtures.Parts(1000)},
		{"mixed, related, alternative", fixtures.Message("nested-related-alternative")},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.raw)))
			b.ReportAllocs()
			for b.Loop() {
				p := Parse(c.raw)
				_ = p.Subject()
				_ = p.Text()
				_ = p.Attachments()
			}
		})
	}
}

func BenchmarkSubject(b *testing.B) {
	raw := fixtures.Attachment(1 << 20)
	b.ReportAllocs()
	for b.Loop() {
		_ = Parse(raw).Subject()
	}
}
