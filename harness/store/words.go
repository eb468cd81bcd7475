package store

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Words takes a text apart as searches see it: the runs of letters, marks and
// digits, in NFKC and without regard to case, so that "Бат", "бат" and "БАТ"
// are one word. Every store indexes these words and no others.
func Words(s string) []string {
	return strings.FieldsFunc(cases.Fold().String(norm.NFKC.String(s)), notInWord)
}

func notInWord(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r)
}
