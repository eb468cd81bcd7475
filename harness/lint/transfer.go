package lint

import (
	"bytes"
	"regexp"

	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// The rules of the two transfer encodings.
var transferRules = []Rule{
	Rule{
		ID: "lint-qp", Level: rfc.MUST, Cites: rfc.Cites("2045 §6.7"),
		Text:   "Quoted-printable has lines of 76 characters at most, = with two capital hexadecimal digits, no blank at the end of a line.",
		Effect: "Characters and line breaks are lost on the way, and signatures fail.",
		Fix:    "Use an encoder for quoted-printable, not one of your own.",
	}.ofMessage(judgeQuoted),
	Rule{
		ID: "lint-base64", Level: rfc.MUST, Cites: rfc.Cites("2045 §6.8"),
		Text:   "Base64 has lines of 76 characters at most, no other characters, and padding at its end only.",
		Effect: "The file arrives cut or damaged.",
		Fix:    "Encode the whole content at once, then break it into lines.",
	}.ofMessage(judgeBase64),
}

const maxEncodedLine = 76

func judgeQuoted(m *mail, found *sightings) {
	for _, p := range m.own {
		if p.Encoding != "quoted-printable" || multipart(p) {
			continue
		}
		start := m.place(p.Encoded)
		for at, line := range lines(p.Encoded) {
			if text := wrongQuoted(line); text != "" {
				found.in(p.Path, start+at, line, "%s", text)
			}
		}
	}
}

var (
	badEscape   = regexp.MustCompile(`=(?:[^0-9A-Fa-f]|[0-9A-Fa-f][^0-9A-Fa-f]|[0-9A-Fa-f]$)`)
	smallEscape = regexp.MustCompile(`=(?:[a-f][0-9A-Fa-f]|[0-9A-Fa-f][a-f])`)
)

func wrongQuoted(line []byte) string {
	switch {
	case len(line) > maxEncodedLine:
		return "a line of quoted-printable over 76 characters"
	case len(line) > 0 && blank(line[len(line)-1]):
		return "a line of quoted-printable with a blank at its end"
	case badEscape.Match(line):
		return "= without two hexadecimal digits"
	case smallEscape.Match(line):
		return "= with small letters as digits"
	}
	for _, c := range line {
		if c >= 0x7f || c < ' ' && c != '\t' {
			return "an octet that quoted-printable has to encode"
		}
	}
	return ""
}

func judgeBase64(m *mail, found *sightings) {
	for _, p := range m.own {
		if p.Encoding != "base64" || multipart(p) {
			continue
		}
		m.judgeBase64Lines(p, found)
	}
}

func (m *mail) judgeBase64Lines(p *message.Part, found *sightings) {
	start := m.place(p.Encoded)
	letters, padding := 0, 0
	for at, line := range lines(p.Encoded) {
		if len(line) > maxEncodedLine {
			found.in(p.Path, start+at, line, "a line of base64 of %d characters", len(line))
		}
		n, pad, text := readBase64(line)
		if padding > 0 && n > 0 && text == "" {
			text = "base64 goes on behind its padding"
		}
		if text != "" {
			found.in(p.Path, start+at, line, "%s", text)
			return
		}
		letters, padding = letters+n, padding+pad
	}
	if (letters+padding)%4 != 0 || padding > 2 {
		end := bytes.TrimRight(p.Encoded, "\r\n")
		at := max(len(end)-20, 0)
		found.in(p.Path, start+at, end[at:], "base64 without the right padding")
	}
}

// readBase64 counts what a line of base64 has.
func readBase64(line []byte) (letters, padding int, wrong string) {
	for _, c := range bytes.TrimRight(line, " \t") {
		switch {
		case c == '=':
			padding++
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '+', c == '/':
			if padding > 0 {
				return letters, padding, "base64 goes on behind its padding"
			}
			letters++
		default:
			return letters, padding, "a character that base64 does not have"
		}
	}
	return letters, padding, ""
}
