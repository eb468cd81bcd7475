package lint

import (
	"iter"
	"strings"
)

// parameters yields what stands between the semicolons of a field, RFC 2045
// §5.1; a semicolon within quotes separates nothing.
func parameters(field string) iter.Seq[string] {
	return func(yield func(string) bool) {
		_, rest, _ := strings.Cut(clipped(field), ";")
		for rest != "" {
			n := parameterLength(rest)
			if !yield(rest[:n]) {
				return
			}
			rest = strings.TrimPrefix(rest[n:], ";")
		}
	}
}

func parameterLength(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ';':
			return i
		case '"':
			n := quotedLength(s[i:], '"')
			if n == 0 {
				return len(s)
			}
			i += n - 1
		}
	}
	return len(s)
}
