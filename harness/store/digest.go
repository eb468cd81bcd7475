package store

import (
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/record"
)

// Digest is what a message says, as far as lists show it and searches look at
// it. It is made once, behind the commit, and kept with the message.
type Digest struct {
	From, To, Cc, Bcc, ReplyTo []mail.Address // Bcc is the field of that name, not the envelope
	Subject                    string
	MessageID                  string
	Date                       time.Time // that the message gives; zero without one
	Snippet                    string    // the beginning of the text, on one line
	Files                      []string  // names of the attachments, "" for one without
	Embedded                   []string  // names of the parts that the HTML shows
	Warnings                   int       // what had to be repaired to read it
	Lint                       []string  // IDs of the rules that the message breaks

	Fields []Field // all of the header, decoded, in order
	Text   string  // what a reader sees of it, and what the source of its HTML adds
}

// Field is one field of a header.
type Field struct{ Name, Value string }

// Bounds of a digest, in octets and fields. What lies beyond is in the message
// but not found by a search.
const (
	maxDigestText  = 1 << 20
	maxDigestValue = 16 << 10
	maxDigestField = 1000
	maxDigestHead  = 1 << 20 // of all fields
	maxSnippet     = 250
)

// Of a large message the content of attachments is not decoded, and what is
// wrong with it not found.
const (
	maxDecoded = 1 << 20 // octets of a message of which all is decoded
	maxWhole   = 8 << 20 // of one that is held against the rules of lint; of a larger one only the gist is looked at
)

// Digester makes the digest of a message. Lint may be nil.
type Digester struct {
	// Lint returns the IDs of the rules that a message breaks. It is not asked
	// about messages of more than 8 MiB. What it takes apart of the message
	// need not be taken apart again for the digest.
	Lint func(*message.Message) []string
}

// Of never fails: what cannot be read is left out.
func (d Digester) Of(m *Mail, raw Raw) *Digest {
	if raw.Size() > maxWhole {
		return digestOf(message.Outline(gist(raw.Stream())))
	}
	r := &record.Message{At: m.At, Envelope: m.Envelope, Reply: m.Reply}
	r.SetRaw(raw.Raw())
	whole := message.Of(r)
	parsed := whole.Parsed
	if raw.Size() > maxDecoded {
		parsed = message.Outline(raw.Raw())
	}
	digest := digestOf(parsed)
	if d.Lint != nil {
		digest.Lint = d.Lint(whole)
	}
	return digest
}

func digestOf(parsed *message.Parsed) *Digest {
	digest := &Digest{
		From: parsed.From(), To: parsed.To(), Cc: parsed.Cc(), ReplyTo: parsed.ReplyTo(), Bcc: parsed.BccField(),
		Subject: parsed.Subject(), MessageID: parsed.MessageID(), Date: parsed.Date(), Warnings: len(parsed.Warnings()),
		Text: clip(searchedText(parsed), maxDigestText), Snippet: snippet(parsed.VisibleText()),
		Fields: digestFields(parsed.Header()),
	}
	for _, part := range parsed.Attachments() {
		digest.Files = append(digest.Files, part.Filename)
	}
	for _, part := range parsed.Embedded() {
		digest.Embedded = append(digest.Embedded, part.Filename)
	}
	return digest
}

// digestFields decodes a header up to the bounds.
func digestFields(header message.Header) []Field {
	var fields []Field
	octets := 0
	for _, f := range header {
		field := Field{clip(f.Name, maxDigestValue), clip(f.Value(), maxDigestValue)}
		if octets += len(field.Name) + len(field.Value); octets > maxDigestHead || len(fields) == maxDigestField {
			break
		}
		fields = append(fields, field)
	}
	return fields
}

// searchedText is what a reader sees, and the plain text beside the HTML where
// that says something else.
func searchedText(p *message.Parsed) string {
	visible, plain := p.VisibleText(), p.Text()
	if plain == "" || plain == visible {
		return visible
	}
	return visible + "\n\n" + plain
}

// snippet is the beginning of a text without its line ends.
func snippet(text string) string {
	var b strings.Builder
	for word := range strings.FieldsSeq(clip(text, 8*maxSnippet)) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		if b.WriteString(word); b.Len() >= maxSnippet {
			break
		}
	}
	return clip(b.String(), maxSnippet)
}

// clip cuts s to so many octets at most, between characters.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// Short returns the digest as lists have it: without Text and Fields.
func (d *Digest) Short() *Digest {
	c := *d
	c.Text, c.Fields = "", nil
	return &c
}
