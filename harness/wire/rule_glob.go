package wire

import (
	"unicode"
	"unicode/utf8"
)

// glob is a pattern for addresses and arguments, taken apart once so that a
// match costs no memory. The zero glob matches the empty text.
type glob struct {
	text   string
	tokens []rune // folded characters, globRun and globOne
}

const (
	globRun rune = -1 // *
	globOne rune = -2 // ?
)

// newGlob reads a pattern: * is any run of characters, ? is one, \ takes the
// next character literally. A lone \ at the end stands for itself.
func newGlob(text string) glob {
	g := glob{text: text}
	for i := 0; i < len(text); {
		c, n := foldedChar(text[i:])
		i += n
		switch {
		case c == '*' && len(g.tokens) > 0 && g.tokens[len(g.tokens)-1] == globRun:
			continue
		case c == '*':
			c = globRun
		case c == '?':
			c = globOne
		case c == '\\' && i < len(text):
			c, n = foldedChar(text[i:])
			i += n
		}
		g.tokens = append(g.tokens, c)
	}
	return g
}

// match compares whole texts without regard to case. A * that has taken too
// little takes one character more, and earlier ones are never tried again: no
// character of the text is looked at more often than the pattern is long.
func (g glob) match(text string) bool {
	at, pos := 0, 0
	retry, retryPos := -1, 0
	for pos < len(text) {
		if at < len(g.tokens) && g.tokens[at] == globRun {
			at++
			retry, retryPos = at, pos
			continue
		}
		c, n := foldedChar(text[pos:])
		if at < len(g.tokens) && (g.tokens[at] == c || g.tokens[at] == globOne) {
			at, pos = at+1, pos+n
			continue
		}
		if retry < 0 {
			return false
		}
		if retry == len(g.tokens) {
			return true
		}
		_, n = foldedChar(text[retryPos:])
		retryPos += n
		at, pos = retry, retryPos
	}
	return at == len(g.tokens) || at == len(g.tokens)-1 && g.tokens[at] == globRun
}

// dangling says that the pattern ends with a \ that escapes nothing.
func (g glob) dangling() bool {
	n := 0
	for n < len(g.text) && g.text[len(g.text)-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

// foldedChar returns the first character of text in one case for all cases of
// it, and its length. An octet that is not UTF-8 is a character of its own, so
// that two different ones stay different.
func foldedChar(text string) (rune, int) {
	if c := text[0]; c < utf8.RuneSelf {
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		return rune(c), 1
	}
	c, n := utf8.DecodeRuneInString(text)
	if c == utf8.RuneError && n == 1 {
		return unicode.MaxRune + 1 + rune(text[0]), 1
	}
	return foldRune(c), n
}

// foldRune returns the least of the characters that differ from c by case only.
func foldRune(c rune) rune {
	least := c
	for next := unicode.SimpleFold(c); next != c; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return least
}
