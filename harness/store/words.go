package store

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Words takes a text apart as searches see it: the runs of letters, marks and
// digits, in NFKC and without regard to case, so that "Бат", "бат" and "БАТ"
// are one word. Every store indexes these words and no others.
func Words(s string) []string { return strings.FieldsFunc(fold(s), notInWord) }

// fold makes what Words compares, in the order that gives a text and its fold
// the same result: case folding may leave NFKC, and not the other way round.
func fold(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func notInWord(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r)
}
