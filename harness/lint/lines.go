package lint

import (
	"bytes"
	"unicode/utf8"

	"github.com/smtpspec/smtpspec/harness/rfc"
)

// The rules of line ends, line lengths and octets.
var lineRules = []Rule{
	Rule{
		ID: "lint-crlf", Level: rfc.MUST, Cites: rfc.Cites("5322 §2.1 §2.3; 5321 §2.3.8"),
		Text:   "Lines end with CRLF, and CR and LF stand nowhere else.",
		Effect: "Servers disagree about where the message ends, which is how mail is smuggled.",
		Fix:    "Write CRLF at every end of a line, and encode other content.",
	}.ofMessage(judgeLineEnds),
	Rule{
		ID: "lint-line-998", Level: rfc.MUST, Cites: rfc.Cites("5322 §2.1.1; 5321 §4.5.3.1.6"),
		Text:   "A line has 998 octets at most, its CRLF not counted.",
		Effect: "Servers break the line or refuse the message; signatures fail.",
		Fix:    "Encode the body as quoted-printable or base64, and fold the header.",
	}.ofMessage(judgeLongLines).ofLostData("long-text-line"),
	Rule{
		ID: "lint-line-78", Level: rfc.SHOULD, Cites: rfc.Cites("5322 §2.1.1; 6532 §3.4"),
		Text:   "A line has 78 characters at most, its CRLF not counted.",
		Effect: "Some readers cut it or show it badly.",
		Fix:    "Fold the header, and break lines or encode the body as quoted-printable.",
	}.ofMessage(judgeWideLines),
	Rule{
		ID: "lint-nul-ctl", Level: rfc.SHOULD, Cites: rfc.Cites("5322 §2.2 §3.5 §4.1"),
		Text:   "There is no NUL in a message, and no control octet in its header.",
		Effect: "Programs end the text there, or refuse the message.",
		Fix:    "Take control octets out of a header, and encode content that has them.",
	}.ofMessage(judgeControls).ofLostData("nul-in-data"),
}

// judgeLineEnds leaves out binary content, which is not made of lines.
func judgeLineEnds(m *mail, found *sightings) {
	text := m.text()
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\n' && (i == 0 || text[i-1] != '\r'):
			found.at(i, excerpt(text, i), "LF without CR before it")
		case text[i] == '\r' && (i+1 == len(text) || text[i+1] != '\n'):
			found.at(i, excerpt(text, i), "CR without LF behind it")
		}
	}
}

// excerpt shows what is around a place, from and to the edge of a character.
func excerpt(b []byte, at int) []byte {
	start, end := max(at-20, 0), min(at+20, len(b))
	for start > 0 && start < at && !utf8.RuneStart(b[start]) {
		start++
	}
	return b[start:edge(b, end)]
}

// edge returns the last edge of a character up to a place.
func edge(b []byte, end int) int {
	for n := 0; n < utf8.UTFMax && end-n > 0 && end < len(b); n++ {
		if utf8.RuneStart(b[end-n]) {
			return end - n
		}
	}
	return end
}

const (
	maxLine  = 998
	maxWidth = 78
)

func judgeLongLines(m *mail, found *sightings) {
	for at, line := range lines(m.text()) {
		if len(line) > maxLine {
			found.at(at, line, "a line of %d octets", len(line))
		}
	}
}

// judgeWideLines leaves out lines that nobody could have broken, for there is no
// white space in them, and lines in a charset that it cannot count.
func judgeWideLines(m *mail, found *sightings) {
	for at, line := range lines(m.text()) {
		if len(line) <= maxWidth || len(line) > maxLine {
			continue
		}
		if !foldable(line) || !utf8.Valid(line) {
			continue
		}
		if n := utf8.RuneCount(line); n > maxWidth {
			found.at(at, line, "a line of %d characters", n)
		}
	}
}

// foldable says that white space stands within a line, behind the name of a
// field, where it could be broken.
func foldable(line []byte) bool {
	if _, colon := nameOf(line); colon >= 0 && !blank(line[0]) {
		line = line[colon+1:]
	}
	return bytes.ContainsAny(bytes.Trim(line, " \t"), " \t")
}

func judgeControls(m *mail, found *sightings) {
	for i, c := range m.raw[:m.body] {
		if c < ' ' && c != '\t' && c != '\r' && c != '\n' || c == 0x7f {
			found.at(i, excerpt(m.raw, i), "the control octet %#02x in the header", c)
		}
	}
	for i, c := range m.text()[min(m.body, len(m.text())):] {
		if c == 0 {
			found.at(m.body+i, excerpt(m.raw, m.body+i), "a NUL")
		}
	}
}
