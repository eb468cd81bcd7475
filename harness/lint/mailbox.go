package lint

import (
	"regexp"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// token is a word or a special of a structured field, RFC 5322 §3.2.
type token struct {
	kind   byte // 'a' for an atom, '"' for a quoted-string, '[' for a domain-literal, '!' for what cannot be read, else the special itself
	text   string
	at     int  // offset in the body of the field
	spaced bool // white space or a comment stands before it
}

// maxStructured bounds the field bodies that are taken apart.
const maxStructured = 256 << 10

// tokens takes the body of a structured field apart. Comments and white space
// are left out. An octet beyond ASCII is part of a word, RFC 6532 §3.2.
func tokens(s string) []token {
	var all []token
	spaced := false
	for i := 0; i < len(s); {
		kind, n := tokenAt(s[i:])
		if kind == ' ' {
			spaced = true
		} else {
			all = append(all, token{kind, s[i : i+n], i, spaced})
			spaced = false
		}
		i += n
	}
	return all
}

// tokenAt returns the kind and the length of what s begins with, ' ' for white
// space and comments.
func tokenAt(s string) (kind byte, n int) {
	switch c := s[0]; {
	case strings.IndexByte(" \t\r\n", c) >= 0:
		return ' ', 1
	case c == '(':
		return closed(' ', commentLength(s), s)
	case c == '"':
		return closed('"', quotedLength(s, '"'), s)
	case c == '[':
		return closed('[', quotedLength(s, ']'), s)
	case record.AText(c):
		for n = 1; n < len(s) && record.AText(s[n]); n++ {
		}
		return 'a', n
	case strings.IndexByte(".,:;<>@", c) >= 0:
		return c, 1
	}
	return '!', 1
}

// closed is '!' for what does not end: then everything behind it is lost.
func closed(kind byte, n int, s string) (byte, int) {
	if n == 0 {
		return '!', len(s)
	}
	return kind, n
}

// quotedLength returns the length of what s begins with up to its end, 0 if it
// has none.
func quotedLength(s string, end byte) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case end:
			return i + 1
		}
	}
	return 0
}

func commentLength(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// trouble is something in an address list that the grammar does not have.
type trouble struct {
	kind troubleKind
	at   int // offset in the body of the field
	text string
}

type troubleKind int

const (
	badAddress   troubleKind = iota // no address, RFC 5322 §3.4
	specialName                     // a special in a display name that is not quoted, RFC 5322 §3.2.5
	obsoleteForm                    // RFC 5322 §4.4
	wordInQuotes                    // RFC 2047 §5
	wordInPath                      // RFC 2047 §5
)

// addressList is what an address field says, RFC 5322 §3.4.
type addressList struct {
	mailboxes int
	groups    int
	addresses []string // those that could be read, without white space
	troubles  []trouble
	unclear   bool // mailboxes cannot be counted

	rest    []token
	inGroup bool
}

// readAddresses takes the body of an address field apart. It does not tell of
// one that is too long to be.
func readAddresses(body string) *addressList {
	l := &addressList{}
	if len(body) > maxStructured {
		l.mailboxes = 1
		return l
	}
	l.rest = tokens(body)
	empty := -1
	for len(l.rest) > 0 {
		at, groups := l.rest[0].at, l.groups
		if element := l.element(); len(element) > 0 {
			l.address(element)
		} else if empty < 0 && l.groups == groups {
			empty = at
		}
	}
	if empty >= 0 && l.mailboxes+l.groups > 0 {
		l.note(obsoleteForm, empty, "an empty place in the list")
	}
	if l.inGroup {
		l.note(badAddress, len(body), "a group does not end")
	}
	return l
}

// maxTroubles bounds what is told of one field.
const maxTroubles = 100

func (l *addressList) note(kind troubleKind, at int, text string) {
	l.unclear = l.unclear || kind == badAddress || kind == specialName
	if len(l.troubles) < maxTroubles {
		l.troubles = append(l.troubles, trouble{kind, at, text})
	}
}

// element takes the tokens off up to the next comma. The beginning and the end
// of a group end one too.
func (l *addressList) element() []token {
	angle, path := false, false
	for i, t := range l.rest {
		switch {
		case t.kind == '<':
			angle = true
		case t.kind == '>':
			angle = false
		case angle:
		case t.kind == '@':
			path = true
		case t.kind == ',':
			return l.take(i, i+1)
		case t.kind == ':' && !l.inGroup && !path:
			l.group(l.take(i, i+1), t)
			return l.orNext()
		case t.kind == ';' && l.inGroup:
			l.inGroup = false
			return l.endGroup(i)
		}
	}
	return l.take(len(l.rest), len(l.rest))
}

func (l *addressList) take(n, next int) []token {
	element := l.rest[:n]
	l.rest = l.rest[next:]
	return element
}

func (l *addressList) group(name []token, colon token) {
	l.inGroup = true
	l.groups++
	if len(name) == 0 {
		l.note(badAddress, colon.at, "a group without a name")
	}
	l.phrase(name)
}

// orNext goes on behind the name of a group, which may be empty.
func (l *addressList) orNext() []token {
	if len(l.rest) == 0 {
		return nil
	}
	return l.element()
}

// endGroup takes the last mailbox of a group, and the comma behind the group.
func (l *addressList) endGroup(i int) []token {
	element := l.take(i, i+1)
	if len(l.rest) > 0 && l.rest[0].kind == ',' {
		l.take(0, 1)
	} else if len(l.rest) > 0 {
		l.note(badAddress, l.rest[0].at, "something stands behind a group without a comma")
	}
	return element
}

// address judges one mailbox.
func (l *addressList) address(element []token) {
	l.mailboxes++
	open := index(element, '<')
	if open < 0 {
		l.bare(element)
		return
	}
	l.phrase(element[:open])
	end := index(element, '>')
	if end < open {
		l.note(badAddress, element[open].at, "a bracket does not close")
		return
	}
	if end+1 < len(element) {
		kind := badAddress
		if index(element[end+1:], '<') >= 0 {
			kind = specialName
		}
		l.note(kind, element[end+1].at, "something stands behind an address")
		return
	}
	l.angle(element[open+1 : end])
}

func (l *addressList) angle(spec []token) {
	if len(spec) > 0 && spec[0].kind == '@' {
		colon := index(spec, ':')
		if colon < 0 {
			l.note(badAddress, spec[0].at, "an address without a local part")
			return
		}
		l.note(obsoleteForm, spec[0].at, "a route before an address")
		spec = spec[colon+1:]
	}
	l.addrSpec(spec)
}

// bare judges an address without brackets.
func (l *addressList) bare(element []token) {
	if wordsOnly(element) && l.nextHasBracket() {
		l.mailboxes--
		l.note(specialName, element[0].at, "a comma in a display name that is not quoted")
		return
	}
	l.addrSpec(element)
}

// nextHasBracket says that there is one before the next comma.
func (l *addressList) nextHasBracket() bool {
	for _, t := range l.rest {
		if t.kind == '<' || t.kind == ',' {
			return t.kind == '<'
		}
	}
	return false
}

func wordsOnly(all []token) bool {
	for _, t := range all {
		if t.kind != 'a' && t.kind != '.' {
			return false
		}
	}
	return true
}

// phrase judges a display name, RFC 5322 §3.2.5.
func (l *addressList) phrase(all []token) {
	for i, t := range all {
		switch {
		case t.kind == '"':
			l.quotedWord(t)
		case t.kind == 'a':
		case t.kind == '.' && i > 0:
			l.note(obsoleteForm, t.at, "a dot in a display name that is not quoted")
		case t.kind == '!':
			l.note(badAddress, t.at, "a display name that cannot be read")
			return
		default:
			l.note(specialName, t.at, "a special in a display name that is not quoted")
			return
		}
	}
}

func (l *addressList) quotedWord(t token) {
	if encodedWord.MatchString(t.text) {
		l.note(wordInQuotes, t.at, "an encoded-word within a quoted-string")
	}
}

// addrSpec judges local-part "@" domain, RFC 5322 §3.4.1.
func (l *addressList) addrSpec(spec []token) {
	at := index(spec, '@')
	switch {
	case len(spec) == 0:
		l.note(badAddress, -1, "brackets without an address")
		return
	case at <= 0 || at+1 == len(spec):
		l.note(badAddress, spec[0].at, "no address")
		return
	}
	local, domain := spec[:at], spec[at+1:]
	if !dotted(local, "a\"") || !dotted(domain, "a") && (len(domain) != 1 || domain[0].kind != '[') {
		l.note(badAddress, spec[0].at, "no address")
		return
	}
	l.addresses = append(l.addresses, joined(spec))
	l.obsoleteSpec(spec, local)
	for _, t := range spec {
		if t.kind != '[' && encodedWord.MatchString(t.text) {
			l.note(wordInPath, t.at, "an encoded-word within an address")
		}
	}
}

// obsoleteSpec looks for white space within an address, and for a local part of
// several words one of which is quoted.
func (l *addressList) obsoleteSpec(spec, local []token) {
	for _, t := range spec[1:] {
		if t.spaced {
			l.note(obsoleteForm, t.at, "white space or a comment within an address")
			return
		}
	}
	if len(local) > 1 && index(local, '"') >= 0 {
		l.note(obsoleteForm, local[0].at, "a local part of which only a part is quoted")
	}
}

// dotted says that all are words of these kinds with a dot between any two.
func dotted(all []token, kinds string) bool {
	for i, t := range all {
		if i%2 == 1 && t.kind != '.' || i%2 == 0 && strings.IndexByte(kinds, t.kind) < 0 {
			return false
		}
	}
	return len(all)%2 == 1
}

func joined(all []token) string {
	var b strings.Builder
	for _, t := range all {
		b.WriteString(t.text)
	}
	return b.String()
}

func index(all []token, kind byte) int {
	for i, t := range all {
		if t.kind == kind {
			return i
		}
	}
	return -1
}

// encodedWord is RFC 2047 §2.
var encodedWord = regexp.MustCompile(`=\?[!->@-~]+\?[BbQq]\?[!->@-~]*\?=`)
