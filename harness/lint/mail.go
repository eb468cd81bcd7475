package lint

import (
	"bytes"
	"iter"
	"strings"

	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/record"
)

// mail is a message with what the rules look at: its octets, its header with
// offsets, and the parsed view for its parts.
type mail struct {
	record *record.Message
	view   *message.Message
	raw    []byte
	body   int // where it begins
	fields []field
	stray  []field // lines of the header that are no field; their name is ""

	// partial says that the header has more fields than are kept, so that
	// nobody can say what is missing.
	partial bool

	cutShort bool            // it has more parts than package message takes apart
	own      []*message.Part // see ownParts
	repairs  map[string][]message.Warning
	lists    map[int]*addressList // by where their field starts
}

// maxFields bounds what is kept of a header.
const maxFields = 10_000

// field is one field of the header, RFC 5322 §2.2.
type field struct {
	name       string
	start, end int    // of its lines, the last line end included
	value      int    // where it begins, behind the colon
	body       string // what is behind the colon, as sent, without the last line end
	spaced     bool   // white space before the colon
}

func newMail(view *message.Message) *mail {
	m := &mail{record: view.Message, view: view, raw: view.Raw()}
	m.body = m.place(m.view.Root().Encoded)
	if len(m.view.Header()) > 0 {
		m.readHeader()
	}
	m.own = ownParts(nil, m.view.Root())
	m.lists = map[int]*addressList{}
	m.repairs = map[string][]message.Warning{}
	for _, w := range m.view.Warnings() {
		m.cutShort = m.cutShort || w.ID == message.PartsLimit
		m.repairs[w.Part] = append(m.repairs[w.Part], w)
	}
	return m
}

// place returns where octets of the message stand in it: they share its memory,
// up to its end.
func (m *mail) place(octets []byte) int { return min(max(cap(m.raw)-cap(octets), 0), len(m.raw)) }

// ownParts adds p and the parts below it, without those of a message within the
// message.
func ownParts(all []*message.Part, p *message.Part) []*message.Part {
	all = append(all, p)
	if !multipart(p) {
		return all
	}
	for _, child := range p.Children {
		all = ownParts(all, child)
	}
	return all
}

func multipart(p *message.Part) bool { return strings.HasPrefix(p.ContentType, "multipart/") }

func (m *mail) readHeader() {
	for pos := 0; pos < m.body; {
		start := pos
		line, next := lineAt(m.raw[:m.body], pos)
		if len(line) == 0 {
			return
		}
		for pos = next; pos < m.body && blank(m.raw[pos]); {
			_, pos = lineAt(m.raw[:m.body], pos)
		}
		if len(m.fields)+len(m.stray) == maxFields {
			m.partial = true
			return
		}
		m.addField(line, start, pos)
	}
}

func (m *mail) addField(line []byte, start, end int) {
	name, colon := nameOf(line)
	f := field{start: start, end: end, value: start}
	if colon < 0 {
		m.stray = append(m.stray, f)
		return
	}
	f.name, f.value, f.spaced = string(line[:name]), start+colon+1, colon > name
	f.body = string(bytes.TrimRight(m.raw[f.value:end], "\r\n"))
	m.fields = append(m.fields, f)
}

// nameOf returns the length of the field name on a line, and where its colon is,
// -1 if the line is no field.
func nameOf(line []byte) (name, colon int) {
	for name < len(line) && line[name] > ' ' && line[name] < 0x7f && line[name] != ':' {
		name++
	}
	for colon = name; colon < len(line) && blank(line[colon]); {
		colon++
	}
	if name == 0 || colon == len(line) || line[colon] != ':' {
		return name, -1
	}
	return name, colon
}

// named yields the fields of that name, in order.
func (m *mail) named(names ...string) iter.Seq[field] {
	return func(yield func(field) bool) {
		for _, f := range m.fields {
			for _, name := range names {
				if strings.EqualFold(f.name, name) && !yield(f) {
					return
				}
			}
		}
	}
}

// first returns the first field of that name.
func (m *mail) first(name string) (field, bool) {
	for f := range m.named(name) {
		return f, true
	}
	return field{}, false
}

// octets returns the lines of a field without the last line end.
func (m *mail) octets(f field) []byte { return bytes.TrimRight(m.raw[f.start:f.end], "\r\n") }

// utf8 says that SMTPUTF8 came with the message, RFC 6531 §3.4.
func (m *mail) utf8() bool {
	_, ok := m.record.Envelope.Params["SMTPUTF8"]
	return ok
}

// binary says that the body need not have lines, RFC 3030 §3 and RFC 2045 §6.2.
func (m *mail) binary() bool {
	if strings.EqualFold(m.record.Envelope.Params["BODY"], "BINARYMIME") {
		return true
	}
	for _, p := range m.own {
		if p.Encoding == "binary" {
			return true
		}
	}
	return false
}

// text returns the octets that consist of lines: all of them, or the header of a
// message whose body is binary.
func (m *mail) text() []byte {
	if m.binary() {
		return m.raw[:m.body]
	}
	return m.raw
}

// lineAt returns the line at pos without its end, CRLF or LF, and where the next
// one begins.
func lineAt(b []byte, pos int) (line []byte, next int) {
	n := bytes.IndexByte(b[pos:], '\n')
	if n < 0 {
		return b[pos:], len(b)
	}
	return bytes.TrimSuffix(b[pos:pos+n], []byte("\r")), pos + n + 1
}

// lines yields each line of b with its offset.
func lines(b []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		for pos := 0; pos < len(b); {
			line, next := lineAt(b, pos)
			if !yield(pos, line) {
				return
			}
			pos = next
		}
	}
}

func blank(c byte) bool { return c == ' ' || c == '\t' }

// beyondASCII returns where the first octet beyond ASCII stands, -1 without one.
func beyondASCII[T string | []byte](s T) int {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return i
		}
	}
	return -1
}
