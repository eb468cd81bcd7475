package web

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

// marks says what makes a name of a sender's hard to trust: "hidden" for
// characters that show nothing or turn others around, "mixed" for a word of
// letters that only look like those of one script. nil for most names.
func marks(name string) (found []string) {
	if hasHidden(name) {
		found = append(found, "hidden")
	}
	if hasMixedWord(name) {
		found = append(found, "mixed")
	}
	return found
}

func hasHidden(s string) bool {
	for _, c := range s {
		if c == utf8.RuneError || !unicode.IsPrint(c) && c != '\t' && c != '\n' {
			return true
		}
	}
	return false
}

// lookalikes are the scripts that share shapes.
var lookalikes = []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee}

// hasMixedWord says that a run of letters is of two of those scripts: "раypal"
// with a Cyrillic beginning. Words of different scripts side by side are usual.
func hasMixedWord(s string) bool {
	script := -1
	for _, c := range s {
		if !unicode.IsLetter(c) && !unicode.IsMark(c) {
			script = -1
			continue
		}
		is := slices.IndexFunc(lookalikes, func(t *unicode.RangeTable) bool { return unicode.Is(t, c) })
		if is < 0 {
			continue
		}
		if script >= 0 && is != script {
			return true
		}
		script = is
	}
	return false
}
