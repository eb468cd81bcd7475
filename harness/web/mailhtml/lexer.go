package mailhtml

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// tokenKind is what CSS Syntax §4 calls a token, as far as it matters here.
type tokenKind int

const (
	atEnd    tokenKind = iota
	space              // white space and comments
	word               // an identifier, a hash or a number with its unit
	function           // its name with the parenthesis behind it
	atWord             // a name with "@" before it
	text               // a string
	address            // url() without quotes
	broken             // a string or url() that does not end as it should, "<!--" and "-->"
	sign               // one character
)

type token struct {
	kind  tokenKind
	raw   string // as it stands there
	value string // a name decoded and in lower case, the content of a string or an address decoded
}

// lexer takes CSS apart as a browser does, CSS Syntax §4.3.
type lexer struct {
	css string
	pos int
}

// newLexer prepares CSS, CSS Syntax §3.3.
func newLexer(css string) lexer {
	return lexer{css: strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "\n", "\x00", "\ufffd").Replace(css)}
}

// peek returns the octet so many behind the next one, 0 behind the end.
func (l *lexer) peek(n int) byte {
	if l.pos+n >= len(l.css) {
		return 0
	}
	return l.css[l.pos+n]
}

func (l *lexer) next() token {
	start := l.pos
	t := l.read()
	t.raw = l.css[start:l.pos]
	return t
}

func (l *lexer) read() token {
	c := l.peek(0)
	switch {
	case l.pos >= len(l.css):
		return token{kind: atEnd}
	case l.skipSpace():
		return token{kind: space}
	case c == '"' || c == '\'':
		return l.quoted(c)
	case l.skip("<!--"), l.skip("-->"):
		return token{kind: broken}
	case l.numberAt(0):
		l.number()
		return token{kind: word}
	case l.nameAt(0):
		return l.named()
	case c == '#' && (nameOctet(l.peek(1)) || l.escapeAt(1)):
		l.pos++
		l.name()
		return token{kind: word}
	case c == '@' && l.nameAt(1):
		l.pos++
		return token{kind: atWord, value: strings.ToLower(l.name())}
	}
	l.pos++
	return token{kind: sign}
}

func (l *lexer) skip(what string) bool {
	is := strings.HasPrefix(l.css[l.pos:], what)
	if is {
		l.pos += len(what)
	}
	return is
}

// skipSpace goes behind white space and comments, and says whether there were
// any.
func (l *lexer) skipSpace() bool {
	start := l.pos
	for {
		switch {
		case blank(l.peek(0)):
			l.pos++
		case l.skip("/*"):
			if end := strings.Index(l.css[l.pos:], "*/"); end >= 0 {
				l.pos += end + 2
			} else {
				l.pos = len(l.css)
			}
		default:
			return l.pos > start
		}
	}
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' }

func digit(c byte) bool { return '0' <= c && c <= '9' }

// nameStart says that an identifier may begin with c.
func nameStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c >= utf8.RuneSelf
}

func nameOctet(c byte) bool { return nameStart(c) || digit(c) || c == '-' }

// escapeAt says that there is an escape so many octets on. At the end a
// backslash is one too, of U+FFFD.
func (l *lexer) escapeAt(n int) bool {
	return l.peek(n) == '\\' && l.peek(n+1) != '\n'
}

func (l *lexer) nameAt(n int) bool {
	if l.peek(n) == '-' {
		return nameStart(l.peek(n+1)) || l.peek(n+1) == '-' || l.escapeAt(n+1)
	}
	return nameStart(l.peek(n)) || l.escapeAt(n)
}

func (l *lexer) numberAt(n int) bool {
	if c := l.peek(n); c == '+' || c == '-' {
		n++
	}
	return digit(l.peek(n)) || l.peek(n) == '.' && digit(l.peek(n+1))
}

// number reads a number with what belongs to it, "%" or a unit.
func (l *lexer) number() {
	if c := l.peek(0); c == '+' || c == '-' {
		l.pos++
	}
	l.digits()
	if l.peek(0) == '.' && digit(l.peek(1)) {
		l.pos++
		l.digits()
	}
	if c := l.peek(0); c == 'e' || c == 'E' {
		switch sign := l.peek(1); {
		case digit(sign):
			l.pos++
			l.digits()
		case (sign == '+' || sign == '-') && digit(l.peek(2)):
			l.pos += 2
			l.digits()
		}
	}
	if !l.skip("%") && l.nameAt(0) {
		l.name()
	}
}

func (l *lexer) digits() {
	for digit(l.peek(0)) {
		l.pos++
	}
}

// name reads an identifier and returns it decoded.
func (l *lexer) name() string {
	var b strings.Builder
	for l.pos < len(l.css) {
		switch {
		case nameOctet(l.peek(0)):
			b.WriteByte(l.peek(0))
			l.pos++
		case l.escapeAt(0):
			l.pos++
			b.WriteRune(l.escaped())
		default:
			return b.String()
		}
	}
	return b.String()
}

// escaped reads what is behind a backslash.
func (l *lexer) escaped() rune {
	end := l.pos
	for end < len(l.css) && end < l.pos+6 && strings.IndexByte("0123456789abcdefABCDEF", l.css[end]) >= 0 {
		end++
	}
	if end == l.pos {
		r, n := utf8.DecodeRuneInString(l.css[l.pos:])
		l.pos += n
		return r
	}
	code, _ := strconv.ParseUint(l.css[l.pos:end], 16, 32) // six digits of sixteen
	if l.pos = end; blank(l.peek(0)) {
		l.pos++
	}
	if code == 0 || !utf8.ValidRune(rune(code)) {
		return utf8.RuneError
	}
	return rune(code)
}

// named reads what begins with a name: an identifier, a function, or url().
func (l *lexer) named() token {
	name := strings.ToLower(l.name())
	if !l.skip("(") {
		return token{kind: word}
	}
	if name != "url" {
		return token{kind: function, value: name}
	}
	behind := strings.TrimLeft(l.css[l.pos:], " \t\n")
	if strings.HasPrefix(behind, `"`) || strings.HasPrefix(behind, "'") {
		return token{kind: function, value: name}
	}
	l.pos = len(l.css) - len(behind)
	return l.unquoted()
}

// quoted reads a string.
func (l *lexer) quoted(quote byte) token {
	var b strings.Builder
	for l.pos++; l.pos < len(l.css); {
		switch c := l.peek(0); {
		case c == quote:
			l.pos++
			return token{kind: text, value: b.String()}
		case c == '\n':
			return token{kind: broken}
		case c != '\\':
			b.WriteByte(c)
			l.pos++
		case l.skip("\\\n"):
		default:
			if l.pos++; l.pos < len(l.css) {
				b.WriteRune(l.escaped())
			}
		}
	}
	return token{kind: text, value: b.String()}
}

// unquoted reads an address up to its parenthesis.
func (l *lexer) unquoted() token {
	var b strings.Builder
	for l.pos < len(l.css) {
		switch c := l.peek(0); {
		case c == ')':
			l.pos++
			return token{kind: address, value: b.String()}
		case blank(c):
			l.pos++
			if next := strings.TrimLeft(l.css[l.pos:], " \t\n"); next != "" && next[0] != ')' {
				return l.brokenAddress()
			}
		case c == '"', c == '\'', c == '(', c < ' ', c == 0x7f, c == '\\' && !l.escapeAt(0):
			return l.brokenAddress()
		case c == '\\':
			l.pos++
			b.WriteRune(l.escaped())
		default:
			b.WriteByte(c)
			l.pos++
		}
	}
	return token{kind: address, value: b.String()}
}

// brokenAddress goes behind the parenthesis.
func (l *lexer) brokenAddress() token {
	for l.pos < len(l.css) && !l.skip(")") {
		if l.escapeAt(0) {
			l.pos++
			l.escaped()
		} else {
			l.pos++
		}
	}
	return token{kind: broken}
}
