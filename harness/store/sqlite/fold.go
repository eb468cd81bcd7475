package sqlite

import (
	"strings"
	"unicode"
)

// fold returns what two strings have in common exactly if strings.EqualFold
// says that they are equal.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && r != 'k' && r != 'K' && r != 's' && r != 'S' {
			return unicode.ToLower(r)
		}
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return least
	}, s)
}
