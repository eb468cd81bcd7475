package wire

import (
	"strings"
	"unicode/utf8"

	"github.com/smtpspec/smtpspec/harness/record"
)

// param is one ESMTP parameter of MAIL or RCPT, RFC 5321 §4.1.2.
type param struct {
	key   string // upper case
	value string
	has   bool // there was a "="
}

// pathArg is the argument of MAIL or RCPT, taken apart.
type pathArg struct {
	address string // without brackets and source route; "" for <>
	utf8    bool   // it has octets beyond ASCII
	params  []param
	blank   bool // there was a blank behind the colon
}

// parsePathArg reads "FROM:<reverse-path> params" or "TO:<forward-path> params"
// by the grammar of RFC 5321 §4.1.2, with one blank behind the colon allowed,
// because many clients send it. The string is what is wrong, "" if nothing is.
func parsePathArg(arg, keyword string, lenient bool) (p pathArg, problem string) {
	if len(arg) < len(keyword) || !strings.EqualFold(arg[:len(keyword)], keyword) {
		return p, "expected " + keyword + "<address>"
	}
	rest := arg[len(keyword):]
	if strings.HasPrefix(rest, " ") {
		rest, p.blank = rest[1:], true
	}
	path, rest, problem := cutPath(rest, lenient)
	if problem != "" {
		return p, problem
	}
	p.address = withoutRoute(path)
	p.utf8 = !ascii(p.address)
	if rest != "" && rest[0] != ' ' {
		return p, "something is glued to the closing bracket"
	}
	p.params, problem = parseParams(rest)
	return p, problem
}

// cutPath takes the path off the front of s, without its brackets.
func cutPath(s string, lenient bool) (path, rest, problem string) {
	if inner, ok := strings.CutPrefix(s, "<"); ok {
		if path, rest, closed := record.CutUnquoted(inner, '>'); closed {
			return path, rest, ""
		}
		return "", "", "the angle bracket is not closed"
	}
	if !lenient {
		return "", "", "the address is not in angle brackets"
	}
	s = strings.TrimLeft(s, " ")
	path, _, _ = record.CutUnquoted(s, ' ')
	return path, s[len(path):], ""
}

// withoutRoute drops a source route, which servers must accept and should
// ignore, RFC 5321 §4.1.1.3 and appendix C.
func withoutRoute(path string) string {
	if strings.HasPrefix(path, "@") {
		if _, mailbox, ok := strings.Cut(path, ":"); ok {
			return mailbox
		}
	}
	return path
}

func parseParams(s string) (params []param, problem string) {
	for word := range strings.FieldsSeq(s) {
		key, value, has := strings.Cut(word, "=")
		if !keyword(key) || has && !paramValue(value) {
			return nil, "a parameter is malformed"
		}
		key = strings.ToUpper(key)
		for _, earlier := range params {
			if earlier.key == key {
				return nil, "a parameter stands there twice"
			}
		}
		params = append(params, param{key, value, has})
	}
	return params, ""
}

// keyword says that s is an esmtp-keyword.
func keyword(s string) bool {
	for i := range len(s) {
		if !alnum(s[i]) && (s[i] != '-' || i == 0) {
			return false
		}
	}
	return s != ""
}

// paramValue says that s is an esmtp-value, or one of RFC 6531 §3.3.
func paramValue(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == '=' || s[i] == 0x7f {
			return false
		}
	}
	return s != "" && utf8.ValidString(s)
}

// validMailbox says that s is a Mailbox of RFC 5321 §4.1.2 within the lengths
// of §4.5.3.1, or one of RFC 6531 §3.3.
func validMailbox(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || !utf8.ValidString(s) {
		return false
	}
	local, domain := s[:at], s[at+1:]
	if len(local) > 64 || len(domain) > 255 {
		return false
	}
	return (dotString(local) || quotedString(local)) && validDomain(domain)
}

func dotString(s string) bool {
	for atom := range strings.SplitSeq(s, ".") {
		if atom == "" {
			return false
		}
		for i := range len(atom) {
			if !record.AText(atom[i]) {
				return false
			}
		}
	}
	return true
}

func quotedString(s string) bool {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return false
	}
	for i := 1; i < len(s)-1; i++ {
		switch c := s[i]; {
		case c == '\\':
			if i++; i == len(s)-1 || s[i] < ' ' || s[i] == 0x7f {
				return false
			}
		case c == '"', c < ' ', c == 0x7f:
			return false
		}
	}
	return true
}

// validDomain says that s is a Domain or an address literal.
func validDomain(s string) bool {
	if strings.HasPrefix(s, "[") {
		return record.AddressLiteral(s)
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i]; !alnum(c) && c != '-' && c < 0x80 {
				return false
			}
		}
	}
	return true
}

func alnum(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

func ascii[T string | []byte](s T) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
