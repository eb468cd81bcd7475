package store

import (
	"time"
	"unicode/utf8"
)

// Bounds of a query.
const (
	MaxQuery        = 8 << 10 // octets
	MaxQueryTerms   = 200
	MaxQueryNesting = 50 // of parentheses and negations
)

// ParseQuery reads a query; docs/search.md has the language. now and its
// location are what dates in it are relative to. A text of blanks is
// everything. The error is a *QueryError.
func ParseQuery(text string, now time.Time) (*Query, error) {
	if len(text) > MaxQuery {
		return nil, queryError(utf8.RuneCountInString(text[:MaxQuery]), errQueryTooLong, MaxQuery)
	}
	p := &parser{lexer: lexer{text: []rune(text)}, now: now}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.token.kind == tokenEnd {
		return &Query{Text: text}, nil
	}
	x, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.token.kind == tokenClose {
		return nil, queryError(p.token.at, errGroupNotOpen)
	}
	return &Query{text, x}, nil
}

// parser reads expressions; token is the next one.
type parser struct {
	lexer
	token token
	terms int
	depth int
	now   time.Time
}

func (p *parser) advance() (err error) {
	p.token, err = p.next()
	return err
}

// or reads expressions with OR between them.
func (p *parser) or() (Expr, error) {
	var all Or
	for {
		x, err := p.and()
		if err != nil {
			return nil, err
		}
		all = append(all, x)
		if p.token.kind != tokenOr {
			break
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return all, nil
}

// and reads expressions with blanks or AND between them.
func (p *parser) and() (Expr, error) {
	var all And
	for {
		x, err := p.unary()
		if err != nil {
			return nil, err
		}
		all = append(all, x)
		if p.token.kind == tokenAnd {
			if err := p.advance(); err != nil {
				return nil, err
			}
			continue
		}
		if p.token.kind == tokenOr || p.token.kind == tokenClose || p.token.kind == tokenEnd {
			break
		}
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return all, nil
}

// unary reads a term, a group, or the negation of one.
func (p *parser) unary() (Expr, error) {
	first := p.token
	switch first.kind {
	case tokenTerm:
		return p.oneTerm()
	case tokenNegate, tokenNot, tokenOpen:
	case tokenEnd:
		return nil, queryError(first.at, errNothingAtEnd)
	case tokenClose:
		return nil, queryError(first.at, errNothingInGroup)
	default:
		return nil, queryError(first.at, errNothingBefore, string(p.text[first.at:p.at]))
	}
	if p.depth++; p.depth > MaxQueryNesting {
		return nil, queryError(first.at, errTooDeep, MaxQueryNesting)
	}
	defer func() { p.depth-- }()
	if err := p.advance(); err != nil {
		return nil, err
	}
	if first.kind == tokenOpen {
		return p.group(first)
	}
	x, err := p.unary()
	if err != nil {
		return nil, err
	}
	return Not{x}, nil
}

// group reads what follows a parenthesis, and the one that closes it.
func (p *parser) group(open token) (Expr, error) {
	x, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.token.kind != tokenClose {
		return nil, queryError(open.at, errGroupNotClosed)
	}
	return x, p.advance()
}

func (p *parser) oneTerm() (Expr, error) {
	if p.terms++; p.terms > MaxQueryTerms {
		return nil, queryError(p.token.at, errTooManyTerms, MaxQueryTerms)
	}
	x, err := p.termOf(p.token)
	if err != nil {
		return nil, err
	}
	return x, p.advance()
}
