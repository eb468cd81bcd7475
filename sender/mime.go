package sender

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"
	"unicode/utf8"
)

// part is a node of the MIME tree: a leaf with content, or a multipart.
type part struct {
	header   []string // further lines, with CRLF inside where they are folded
	subtype  string   // of a multipart
	children []*part
	media    string // of a leaf
	content  []byte
	text     bool
}

// tree arranges the message (RFC 2046 §5.1, RFC 2387): mixed(alternative(text,
// related(HTML, its files)), attachments), without the levels it can spare.
func (w *composer) tree() (*part, error) {
	m := w.m
	var attached, related []*part
	for _, a := range m.Attachments {
		p, err := w.file(a)
		if err != nil {
			return nil, err
		}
		if a.ContentID != "" && m.HTML != "" {
			related = append(related, p)
		} else {
			attached = append(attached, p)
		}
	}
	body, err := w.body(related)
	if err != nil {
		return nil, err
	}
	if len(attached) == 0 {
		return body, nil
	}
	return group("mixed", append([]*part{body}, attached...)), nil
}

func (w *composer) body(related []*part) (*part, error) {
	m := w.m
	for _, s := range []string{m.Text, m.HTML} {
		if !utf8.ValidString(s) {
			return nil, problem(ErrMessage, "a body that is not UTF-8")
		}
	}
	text := &part{media: "text/plain; charset=utf-8", content: crlf(m.Text), text: true}
	if m.HTML == "" {
		return text, nil
	}
	html := &part{media: "text/html; charset=utf-8", content: crlf(m.HTML), text: true}
	if len(related) > 0 {
		html = group("related", append([]*part{html}, related...))
	}
	if m.Text == "" {
		return html, nil
	}
	return group("alternative", []*part{text, html}), nil
}

func group(subtype string, children []*part) *part {
	return &part{subtype: subtype, children: children}
}

// crlf normalises line ends and completes the last line.
func crlf(s string) []byte {
	var b bytes.Buffer
	w := lineWriter{checked: true, flush: func(p []byte, _ bool) error {
		b.Write(p)
		return nil
	}}
	_, _ = w.Write([]byte(s))
	_ = w.end()
	return b.Bytes()
}

func (w *composer) file(a Attachment) (*part, error) {
	media := a.ContentType
	if media == "" {
		media = "application/octet-stream"
	}
	kind, params, err := mime.ParseMediaType(media)
	composite := strings.HasPrefix(kind, "multipart/") || strings.HasPrefix(kind, "message/")
	if err != nil || composite || !strings.Contains(kind, "/") || !ascii(media) {
		return nil, problem(ErrMessage, "media type "+quoted(media)+" of an attachment")
	}
	if err := checkText("file name", strings.ReplaceAll(a.Name, "\t", "\x00")); err != nil {
		return nil, err
	}
	p := &part{media: mime.FormatMediaType(kind, params), content: a.Content}
	if p.media == "" {
		return nil, problem(ErrMessage, "media type "+quoted(media)+" of an attachment")
	}
	disposition := "attachment"
	if a.ContentID != "" {
		if !isMessageID("<" + a.ContentID + ">") {
			return nil, problem(ErrMessage, "Content-ID "+quoted(a.ContentID))
		}
		disposition = "inline"
		p.header = append(p.header, "Content-ID: <"+a.ContentID+">")
	}
	p.header = append(p.header, "Content-Disposition: "+disposition+fileName(a.Name))
	return p, nil
}

// fileName writes the parameter filename: quoted, or for other scripts and long
// names in the extended form, in sections that each fit a line (RFC 2231 §3 §4).
func fileName(name string) string {
	if name == "" {
		return ""
	}
	if ascii(name) && len(name) <= 50 {
		return ";\r\n filename=\"" + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
	}
	sections := percentEncode(name, 50)
	if len(sections) == 1 {
		return ";\r\n filename*=utf-8''" + sections[0]
	}
	var b strings.Builder
	for i, s := range sections {
		charset := ""
		if i == 0 {
			charset = "utf-8''"
		}
		fmt.Fprintf(&b, ";\r\n filename*%d*=%s%s", i, charset, s)
	}
	return b.String()
}

// percentEncode encodes all but letters, digits and a few marks, and cuts
// between characters into sections of limit octets or a little less.
func percentEncode(s string, limit int) []string {
	var sections []string
	var b strings.Builder
	for _, r := range s {
		var enc strings.Builder
		for _, c := range []byte(string(r)) {
			if c < 0x80 && (isLabel(string(c)) || strings.IndexByte("-._~", c) >= 0) {
				enc.WriteByte(c)
			} else {
				fmt.Fprintf(&enc, "%%%02X", c)
			}
		}
		if b.Len()+enc.Len() > limit {
			sections = append(sections, b.String())
			b.Reset()
		}
		b.WriteString(enc.String())
	}
	return append(sections, b.String())
}

// part writes a part: its header, an empty line, its body.
func (w *composer) part(p *part) error {
	if p.subtype != "" {
		return w.multipart(p)
	}
	w.raw("Content-Type: " + strings.ReplaceAll(p.media, "; ", ";\r\n "))
	encoding := w.encoding(p)
	w.raw("Content-Transfer-Encoding: " + encoding)
	for _, line := range p.header {
		w.raw(line)
	}
	w.raw("")
	switch encoding {
	case "base64":
		writeBase64(w.b, p.content)
	case "quoted-printable":
		q := quotedprintable.NewWriter(w.b)
		_, _ = q.Write(p.content)
		_ = q.Close()
	default:
		w.b.Write(p.content)
	}
	return nil
}

// multipart writes the children between boundaries (RFC 2046 §5.1.1). The CRLF
// before a boundary belongs to it, not to the part.
func (w *composer) multipart(p *part) error {
	boundary, err := w.token(20)
	if err != nil {
		return err
	}
	boundary = "b_" + boundary
	w.raw("Content-Type: multipart/" + p.subtype + ";\r\n boundary=\"" + boundary + "\"")
	w.raw("")
	start := w.b.Len()
	for _, child := range p.children {
		w.raw("--" + boundary)
		if err := w.part(child); err != nil {
			return err
		}
		w.raw("")
	}
	w.raw("--" + boundary + "--")
	if n := bytes.Count(w.b.Bytes()[start:], []byte("--"+boundary)); n != len(p.children)+1 {
		return problem(ErrMessage, "a boundary that occurs in a part")
	}
	return nil
}

// encoding chooses the shortest honest encoding (RFC 2045 §6).
func (w *composer) encoding(p *part) string {
	if !p.text {
		return "base64"
	}
	escapes, controls, longest := survey(p.content)
	switch {
	case escapes == 0 && !controls && longest <= 78:
		return "7bit"
	case w.m.Allow8Bit && !controls && longest <= maxLine:
		return "8bit"
	case escapes*2 > len(p.content)/3:
		return "base64"
	}
	return "quoted-printable"
}

// survey counts the octets that are not ASCII, looks for control octets, and
// measures the longest line.
func survey(p []byte) (eightBit int, controls bool, longest int) {
	column := 0
	for _, c := range p {
		switch {
		case c == '\n':
			column = 0
			continue
		case c >= 0x80:
			eightBit++
		case c == 0x7f || c < ' ' && c != '\r' && c != '\t':
			controls = true
		}
		if c != '\r' {
			column++
		}
		longest = max(longest, column)
	}
	return eightBit, controls, longest
}

// writeBase64 writes lines of 76 (RFC 2045 §6.8).
func writeBase64(w io.Writer, p []byte) {
	const octets = 57
	var line [78]byte
	for len(p) > 0 {
		n := min(octets, len(p))
		base64.StdEncoding.Encode(line[:], p[:n])
		end := base64.StdEncoding.EncodedLen(n)
		_, _ = w.Write(append(line[:end], "\r\n"...))
		p = p[n:]
	}
}
