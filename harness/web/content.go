package web

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/web/api"
	"github.com/smtpspec/smtpspec/harness/web/mailhtml"
)

// Bounds of what is shown at once, in octets and lines.
const (
	maxSource      = 1 << 20
	maxSourceLines = 20_000
	stretchLines   = 200
	maxPreview     = 64 << 10
	maxPicture     = 10 << 20
)

// body is the text of a message.
type body struct {
	Pieces []piece
	Cut    bool // there is more
}

// Body is the text of the message. Without a text/plain it is what the HTML
// says.
func (m *reading) Body() body {
	text := cmp.Or(m.Parsed.Text(), m.Parsed.VisibleText())
	return body{pieces(strings.ToValidUTF8(text[:min(len(text), maxSource)], "")), len(text) > maxSource}
}

// sourceLine is a line of the message as it came.
type sourceLine struct {
	Text   string // octets that show nothing are escapes
	Header bool
}

// stretch is a number of lines, which a browser can leave alone while nobody
// sees them.
type stretch struct {
	First int // number of the first one, from 1
	Lines []sourceLine
}

// source is the beginning of a message as it came, mostly all of it.
type source struct {
	Stretches []stretch
	Cut       bool // there is more
}

// Source is the message as it came, in lines.
func (m *reading) Source() source {
	raw := m.Record.Raw()
	s := source{Cut: len(raw) > maxSource}
	raw = raw[:min(len(raw), maxSource)]
	header, n := true, 0
	for line := range strings.SplitAfterSeq(string(raw), "\n") {
		if line == "" {
			break
		}
		if n == maxSourceLines {
			s.Cut = true
			break
		}
		if n%stretchLines == 0 {
			s.Stretches = append(s.Stretches, stretch{First: n + 1})
		}
		n++
		text := strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		header = header && text != ""
		last := &s.Stretches[len(s.Stretches)-1]
		last.Lines = append(last.Lines, sourceLine{visible(text, line), header})
	}
	return s
}

// visible shows octets that a browser would not. A line that does not end by
// CRLF says so.
func visible(text, line string) string {
	var b strings.Builder
	for i, c := range text {
		if !hasHidden(string(c)) {
			b.WriteRune(c)
			continue
		}
		_, n := utf8.DecodeRuneInString(text[i:])
		b.WriteString(record.Escape(text[i : i+n]))
	}
	if strings.HasSuffix(line, "\n") && !strings.HasSuffix(line, "\r\n") {
		b.WriteString(`\n`)
	}
	return b.String()
}

// Remote are the pictures elsewhere that the HTML asks for.
func (m *reading) Remote() []mailhtml.Resource {
	var pictures []mailhtml.Resource
	for _, r := range m.Blocked() {
		if r.Kind == mailhtml.Image && (strings.HasPrefix(r.URL, "//") || strings.HasPrefix(strings.ToLower(r.URL), "http")) {
			pictures = append(pictures, r)
		}
	}
	return pictures
}

// field is a header field with what is remarkable about it.
type field struct {
	api.Header
	Sent    string // the value as it came, with line ends that a page shows
	Decoded bool   // the value differs from it
}

// Fields are those of the header.
func (m *reading) Fields() []field {
	list := make([]field, 0, len(m.View.Headers))
	for _, h := range m.View.Headers {
		sent := strings.ReplaceAll(strings.Trim(h.Raw, " \t\r\n"), "\r\n", "\n")
		list = append(list, field{h, sent, sent != h.Value})
	}
	return list
}
