package sender

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// folder writes the value of a header field and folds it at blanks (RFC 5322
// §2.2.3).
type folder struct {
	b      *bytes.Buffer
	column int
}

// word writes a blank and s, on a new line if it does not fit.
func (f *folder) word(s string) {
	if f.column+1+len(s) > lineLimit && f.column > 1 {
		f.b.WriteString("\r\n")
		f.column = 0
	}
	f.b.WriteString(" ")
	f.b.WriteString(s)
	f.column += 1 + len(s)
}

func (f *folder) words(s string) {
	for _, word := range strings.Fields(s) {
		f.word(word)
	}
}

// Encoded-words are "=?utf-8?B?" text "?=", 75 octets at most (RFC 2047 §2).
const (
	wordStart = "=?utf-8?B?"
	wordEnd   = "?="
	wordLimit = 75
)

// encoded writes s as encoded-words, each of whole characters, each on a line
// that stays within the limit. Blanks between encoded-words are not part of the
// text, so that folding changes nothing.
func (f *folder) encoded(s string) {
	for len(s) > 0 {
		room := min(wordLimit, lineLimit-1-f.column)
		n := fits(s, room)
		if n == 0 {
			f.b.WriteString("\r\n")
			f.column = 0
			n = fits(s, wordLimit)
		}
		f.word(wordStart + base64.StdEncoding.EncodeToString([]byte(s[:n])) + wordEnd)
		s = s[n:]
	}
}

// fits returns how many octets of s, in whole characters, an encoded-word of at
// most room octets holds.
func fits(s string, room int) int {
	most := (room - len(wordStart) - len(wordEnd)) / 4 * 3
	if most >= len(s) {
		return len(s)
	}
	n := max(most, 0)
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return n
}

// phrase writes a display name: as atoms, in quotes, or as encoded-words, which
// must not stand in quotes (RFC 2047 §5).
func (f *folder) phrase(name string, utf8Allowed bool) {
	simple := strings.TrimSpace(name) == name && !strings.Contains(name, "  ") && !strings.Contains(name, "\t")
	quotes := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
	switch {
	case !ascii(name) && !utf8Allowed, strings.Contains(name, "=?"), len(quotes) > lineLimit-2, !simple:
		f.encoded(name)
	case isAtoms(name):
		f.words(name)
	default:
		f.word(quotes)
	}
}

func isAtoms(s string) bool {
	for _, word := range strings.Split(s, " ") {
		if !isDotString(word) || strings.Contains(word, ".") {
			return false
		}
	}
	return true
}
