package lint

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// The rules of the MIME structure.
var mimeRules = []Rule{
	Rule{
		ID: "lint-mime-version", Level: rfc.MUST, Cites: rfc.Cites("2045 §4"),
		Text:   "A message with MIME fields has MIME-Version: 1.0.",
		Effect: "Readers may show the source of the message instead of its content.",
		Fix:    "Add MIME-Version: 1.0.",
	}.ofMessage(judgeVersion),
	Rule{
		ID: "lint-content-type", Level: rfc.MUST, Cites: rfc.Cites("2045 §5.1"),
		Text:   "Content-Type is type/subtype with parameters, each once and behind a semicolon.",
		Effect: "Readers guess, each in its own way, and filters are passed by.",
		Fix:    "Write text/plain; charset=utf-8, and quote values with specials.",
	}.ofMessage(judgeContentType),
	Rule{
		ID: "lint-charset", Level: rfc.MUST, Cites: rfc.Cites("2046 §4.1.2; 2045 §5.2"),
		Text:   "A text names the charset that its octets are in.",
		Effect: "Cyrillic arrives as garbage.",
		Fix:    "Write Content-Type: text/plain; charset=utf-8, and encode as that.",
	}.ofMessage(judgeCharset),
	Rule{
		ID: "lint-multipart", Level: rfc.MUST, Cites: rfc.Cites("2046 §5.1.1"),
		Text:   "A multipart has a boundary of 1 to 70 characters, a part at least, and a closing delimiter.",
		Effect: "Parts are lost, or one is taken for the text of another.",
		Fix:    "Make the boundary from random letters, and end with --boundary--.",
	}.ofMessage(judgeMultipart),
	Rule{
		ID: "lint-multipart-cte", Level: rfc.MUST, Cites: rfc.Cites("2045 §6.4"),
		Text:   "A multipart or a message within the message is not encoded: only 7bit, 8bit and binary are for it.",
		Effect: "Readers do not find the parts.",
		Fix:    "Encode the parts, not what holds them.",
	}.ofMessage(judgeComposite),
	Rule{
		ID: "lint-cte-truth", Level: rfc.MUST, Cites: rfc.Cites("2045 §6.2 §6.4 §6.1"),
		Text:   "Content-Transfer-Encoding says what octets there are.",
		Effect: "Servers that believe it send octets beyond ASCII where they are cut to seven bits.",
		Fix:    "Write 8bit only with 8BITMIME, else encode as quoted-printable or base64.",
	}.ofMessage(judgeEncodingTruth),
	Rule{
		ID: "lint-filename", Level: rfc.SHOULD, Cites: rfc.Cites("2231 §4; 2183 §2.3; 2047 §5"),
		Text:   "A file name beyond ASCII is in the form of RFC 2231.",
		Effect: "The file has a garbled name, or none.",
		Fix:    "Write filename*=utf-8''%D1%82….",
	}.ofMessage(judgeFilename),
}

func judgeVersion(m *mail, found *sightings) {
	if f, ok := m.first("MIME-Version"); ok {
		if text, closed := withoutComments(clipped(f.body)); !closed || strings.ReplaceAll(text, " ", "") != "1.0" {
			found.at(f.start, m.octets(f), "MIME-Version is not 1.0")
		}
		return
	}
	for f := range m.named("Content-Type", "Content-Transfer-Encoding") {
		if !m.partial {
			found.at(f.start, m.octets(f), "%s without MIME-Version", f.name)
		}
		return
	}
}

func clipped(s string) string { return s[:min(len(s), maxStructured)] }

// warnings calls see for what package message had to repair in a part.
func (m *mail) warnings(p *message.Part, see func(w message.Warning), ids ...string) {
	for _, w := range m.repairs[p.Path] {
		if slices.Contains(ids, w.ID) {
			see(w)
		}
	}
}

// field returns the first field of that name in a part, and where it stands.
func (m *mail) field(p *message.Part, name string) (octets string, at int, ok bool) {
	for _, f := range p.Header {
		if !strings.EqualFold(f.Name, name) {
			continue
		}
		if p.Path != "" {
			return f.Name + ":" + f.Raw, m.inHeader(p, f), true
		}
		own, _ := m.first(name)
		return f.Name + ":" + f.Raw, own.start, true
	}
	return "", m.place(p.Encoded), false
}

func judgeContentType(m *mail, found *sightings) {
	for _, p := range m.own {
		octets, at, ok := m.field(p, "Content-Type")
		if !ok {
			continue
		}
		if value, _, _ := strings.Cut(octets[len("Content-Type:"):], ";"); !mediaType(value) {
			found.in(p.Path, at, []byte(octets), "Content-Type is no media type")
		}
		m.warnings(p, func(w message.Warning) {
			found.in(p.Path, at, []byte(octets), "%s", w.Text)
		}, message.ParameterRepeated)
	}
}

// mediaType judges type "/" subtype, comments allowed.
func mediaType(s string) bool {
	text, ok := withoutComments(clipped(s))
	kind, sub, slash := strings.Cut(text, "/")
	return ok && slash && mimeToken(strings.TrimSpace(kind)) && mimeToken(strings.TrimSpace(sub))
}

// mimeToken is token of RFC 2045 §5.1.
func mimeToken(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f || strings.IndexByte(`()<>@,;:\"/[]?=`, s[i]) >= 0 {
			return false
		}
	}
	return s != ""
}

// judgeCharset trusts every label that it cannot prove wrong.
func judgeCharset(m *mail, found *sightings) {
	for _, p := range m.own {
		if !strings.HasPrefix(p.ContentType, "text/") {
			continue
		}
		high := beyondASCII(p.Octets)
		if high < 0 || m.undecodable(p) {
			continue
		}
		at, octets := m.place(p.Encoded), excerpt(p.Octets, high)
		switch {
		case p.Charset == "" && p.ContentType == "text/plain":
			found.in(p.Path, at, octets, "a text with octets beyond ASCII and no charset")
		case p.Charset == "us-ascii", p.Charset == "ascii", p.Charset == "iso-2022-jp":
			found.in(p.Path, at, octets, "a text with octets that %s does not have", p.Charset)
		case (p.Charset == "utf-8" || p.Charset == "utf8") && !utf8.Valid(p.Octets):
			found.in(p.Path, at, excerpt(p.Octets, notUTF8(p.Octets)), "a text with octets that are not utf-8")
		}
	}
}

// undecodable says that the transfer encoding is broken, so that nobody knows
// the octets that it stands for.
func (m *mail) undecodable(p *message.Part) (bad bool) {
	m.warnings(p, func(message.Warning) { bad = true },
		message.EncodingUnknown, message.Base64Broken, message.Base64Truncated, message.QuotedBroken)
	return bad
}

func notUTF8(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(b)
}

func judgeMultipart(m *mail, found *sightings) {
	for _, p := range m.own {
		if !multipart(p) || m.notTakenApart(p) {
			continue
		}
		octets, at, _ := m.field(p, "Content-Type")
		if boundary := p.Params["boundary"]; boundary != "" && !boundaryChars(boundary) {
			found.in(p.Path, at, []byte(octets), "a boundary that is not 1 to 70 of the characters for one")
		}
		m.warnings(p, func(w message.Warning) {
			found.in(p.Path, at, []byte(octets), "%s", w.Text)
		}, message.BoundaryMissing, message.BoundaryRepeated, message.MultipartEmpty, message.MultipartUnclosed)
	}
}

// notTakenApart says that a limit of package message hides what a multipart has.
func (m *mail) notTakenApart(p *message.Part) (hidden bool) {
	m.warnings(p, func(message.Warning) { hidden = true }, message.ParameterLimit, message.DepthLimit)
	return hidden || m.cutShort
}

// boundaryChars is boundary of RFC 2046 §5.1.1.
func boundaryChars(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && strings.IndexByte("'()+_,-./:=? ", c) < 0 {
			return false
		}
	}
	return len(s) <= 70 && !strings.HasSuffix(s, " ")
}

// judgeComposite leaves out message/global, which may be encoded, RFC 6532 §3.7.
func judgeComposite(m *mail, found *sightings) {
	for _, p := range m.own {
		octets, at, ok := m.field(p, "Content-Transfer-Encoding")
		composite := multipart(p) || p.ContentType == "message/rfc822" || p.ContentType == "message/partial" || p.ContentType == "message/external-body"
		if !ok || !composite {
			continue
		}
		if value := encodingOf(octets); value == "base64" || value == "quoted-printable" {
			found.in(p.Path, at, []byte(octets), "%s in %s", shown(p.ContentType), value)
		}
	}
}

// encodingOf returns the value of a Content-Transfer-Encoding field in lower
// case, without comments.
func encodingOf(field string) string {
	_, value, _ := strings.Cut(clipped(field), ":")
	text, _ := withoutComments(value)
	return strings.ToLower(text)
}

func judgeEncodingTruth(m *mail, found *sightings) {
	for _, p := range m.own {
		octets, at, ok := m.field(p, "Content-Transfer-Encoding")
		value := encodingOf(octets)
		switch {
		case ok && !knownEncoding(value):
			found.in(p.Path, at, []byte(octets), "an encoding that there is not")
		case ok && value != "7bit":
			m.judgeWhole(p, value, found)
		case multipart(p) && len(p.Children) > 0:
			m.judgeWhole(p, "7bit", found)
		default:
			m.judgeSevenBit(p, found)
		}
	}
}

func knownEncoding(value string) bool {
	switch value {
	case "7bit", "8bit", "binary", "base64", "quoted-printable":
		return true
	}
	return strings.HasPrefix(value, "x-")
}

func (m *mail) judgeSevenBit(p *message.Part, found *sightings) {
	if high := beyondASCII(p.Encoded); high >= 0 {
		found.in(p.Path, m.place(p.Encoded)+high, excerpt(p.Encoded, high), "7bit, with octets beyond ASCII")
	}
}

// judgeWhole compares what a multipart says of itself with what its parts say,
// where the octets of a part bear it out.
func (m *mail) judgeWhole(p *message.Part, value string, found *sightings) {
	if !multipart(p) {
		return
	}
	for _, child := range p.Children {
		octets, at, ok := m.field(child, "Content-Transfer-Encoding")
		inner := encodingOf(octets)
		if ok && beyondASCII(child.Encoded) >= 0 && (value == "7bit" && (inner == "8bit" || inner == "binary") || value == "8bit" && inner == "binary") {
			found.in(p.Path, at, []byte(octets), "%s, with a part that is %s", value, inner)
		}
	}
}

// judgeFilename leaves out a name that stands in the form of RFC 2231 as well.
func judgeFilename(m *mail, found *sightings) {
	for _, p := range m.own {
		disposition, at, _ := m.field(p, "Content-Disposition")
		kind, typeAt, _ := m.field(p, "Content-Type")
		if extended(disposition, "filename") || extended(kind, "name") {
			continue
		}
		m.judgeName(p, disposition, "filename", at, found)
		m.judgeName(p, kind, "name", typeAt, found)
	}
}

// extended says that a parameter has the form of RFC 2231.
func extended(field, name string) bool {
	return strings.Contains(strings.ToLower(field), name+"*")
}

func (m *mail) judgeName(p *message.Part, field, name string, at int, found *sightings) {
	for parameter := range parameters(field) {
		key, value, ok := strings.Cut(parameter, "=")
		if !ok || !strings.EqualFold(strings.TrimSpace(key), name) {
			continue
		}
		switch {
		case encodedWord.MatchString(value):
			found.in(p.Path, at, []byte(field), "the parameter %s is an encoded-word", name)
		case beyondASCII(value) >= 0:
			found.in(p.Path, at, []byte(field), "the parameter %s has octets beyond ASCII", name)
		}
	}
}
