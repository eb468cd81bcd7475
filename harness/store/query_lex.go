package store

import (
	"strings"
	"unicode"
)

// token is a piece of a query.
type token struct {
	kind tokenKind
	at   int    // where it begins, in characters
	text []rune // of a term: as it was written
}

type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenOpen
	tokenClose
	tokenNegate // a leading - or !
	tokenOr
	tokenAnd
	tokenNot
	tokenTerm
)

var keywords = map[string]tokenKind{"OR": tokenOr, "AND": tokenAnd, "NOT": tokenNot}

// lexer takes a query apart, each character once.
type lexer struct {
	text    []rune
	at      int
	negated bool // the token before was a -, so another one belongs to the term
}

func (l *lexer) next() (token, error) {
	for l.at < len(l.text) && unicode.IsSpace(l.text[l.at]) {
		l.at++
		l.negated = false
	}
	negated := l.negated
	l.negated = false
	switch c := l.peek(); {
	case l.at == len(l.text):
		return token{kind: tokenEnd, at: l.at}, nil
	case c == '(':
		return l.single(tokenOpen), nil
	case c == ')':
		return l.single(tokenClose), nil
	case (c == '-' || c == '!') && !negated && l.negates():
		l.negated = true
		return l.single(tokenNegate), nil
	}
	return l.term(negated)
}

// peek returns the next character, 0 at the end.
func (l *lexer) peek() rune {
	if l.at < len(l.text) {
		return l.text[l.at]
	}
	return 0
}

// negates says that something stands right behind a -.
func (l *lexer) negates() bool {
	return l.at+1 < len(l.text) && !unicode.IsSpace(l.text[l.at+1]) && l.text[l.at+1] != ')'
}

func (l *lexer) single(kind tokenKind) token {
	l.at++
	return token{kind: kind, at: l.at - 1}
}

// term reads up to a blank, the end of a quoted phrase or the beginning of
// another, or a parenthesis that the term did not open itself.
func (l *lexer) term(negated bool) (token, error) {
	start, open := l.at, 0
	for l.at < len(l.text) && !unicode.IsSpace(l.text[l.at]) {
		switch l.text[l.at] {
		case '(':
			open++
		case ')':
			if open--; open < 0 {
				return l.made(start, negated), nil
			}
		case '"':
			if l.at > start && l.text[l.at-1] != ':' && l.text[l.at-1] != '=' {
				return l.made(start, negated), nil
			}
			if err := l.quoted(); err != nil {
				return token{}, err
			}
			if l.peek() != '=' {
				return l.made(start, negated), nil
			}
			continue
		}
		l.at++
	}
	return l.made(start, negated), nil
}

func (l *lexer) made(start int, negated bool) token {
	t := token{tokenTerm, start, l.text[start:l.at]}
	if kind := keywords[string(t.text)]; kind != tokenEnd && !negated {
		t.kind = kind
	}
	return t
}

// quoted passes over a phrase in quotes.
func (l *lexer) quoted() error {
	start := l.at
	for l.at++; l.at < len(l.text); l.at++ {
		switch {
		case l.text[l.at] == '"':
			l.at++
			return nil
		case l.text[l.at] == '\\' && l.at+1 < len(l.text) && escapes(l.text[l.at+1]):
			l.at++
		}
	}
	return queryError(start, errQuoteNotClosed)
}

// escapes says that a backslash before c stands for c itself.
func escapes(c rune) bool { return c == '"' || c == '\\' }

// unquoted returns a value without its quotes.
func unquoted(value []rune) string {
	var b strings.Builder
	inside := false
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '"':
			inside = !inside
			continue
		case inside && c == '\\' && i+1 < len(value) && escapes(value[i+1]):
			i++
		}
		b.WriteRune(value[i])
	}
	return b.String()
}

// Quote returns a text as a phrase of the query language, in quotes.
func Quote(s string) string {
	return `"` + escaped(s) + `"`
}

// escaped returns a text as it stands between quotes.
func escaped(s string) string { return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) }

// cutOutside cuts a term at the first mark that does not stand in quotes; at
// is -1 without one.
func cutOutside(text []rune, mark rune) (before, after []rune, at int) {
	inside := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inside && c == '\\' && i+1 < len(text) && escapes(text[i+1]):
			i++
		case c == '"':
			inside = !inside
		case c == mark && !inside:
			return text[:i], text[i+1:], i
		}
	}
	return text, nil, -1
}
