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
func Words(s string) []string {
	text := WordText(s)
	if text == "" {
		return nil
	}
	return strings.Split(text, " ")
}

// WordText returns the words of a text with a blank between them, for stores
// that index a text rather than a list.
func WordText(s string) string { return strings.TrimPrefix(begun(s), " ") }

// begun returns the words of a text with a blank before each.
func begun(s string) string {
	if isASCII(s) {
		return begunASCII(s)
	}
	folded := fold(s)
	text := make([]byte, 0, len(folded)+1)
	between := true
	for _, r := range folded {
		if !inWord(r) {
			between = true
			continue
		}
		if between {
			text = append(text, ' ')
		}
		between = false
		text = utf8.AppendRune(text, r)
	}
	return string(text)
}

// begunASCII is begun for what most texts are.
func begunASCII(s string) string {
	text := make([]byte, 0, len(s)+1)
	between := true
	for i := range len(s) {
		c := asciiWord[s[i]]
		if c == 0 {
			between = true
			continue
		}
		if between {
			text = append(text, ' ')
		}
		between = false
		text = append(text, c)
	}
	return string(text)
}

// asciiWord is what stands for a character in a word, 0 for one that separates
// words.
var asciiWord = func() (to [utf8.RuneSelf]byte) {
	for c := range to {
		if lower := unicode.ToLower(rune(c)); inWord(lower) {
			to[c] = byte(lower)
		}
	}
	return to
}()

// fold makes what Words compares. Folding may leave NFKC, so that comes again
// behind it: the fold of a fold is itself.
func fold(s string) string {
	return norm.NFKC.String(strings.Map(cherokee, cases.Fold().String(norm.NFKC.String(s))))
}

// cherokee folds the one script whose small letters are folded to its capitals
// (CaseFolding.txt), which cases.Fold exchanges instead.
func cherokee(r rune) rune {
	switch {
	case r >= 0xab70 && r <= 0xabbf:
		return r - 0xab70 + 0x13a0
	case r >= 0x13f8 && r <= 0x13fd:
		return r - 8
	}
	return r
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r)
}
