package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/smtpspec/smtpspec/harness/record"
)

// peer makes captured text safe to show: escaped as everywhere in smtpspec, and
// then visible.
func peer(s string) string { return visible(record.Escape(s)) }

// visible writes what cannot be seen, or moves other text, as an escape: \x1b,
// \u202e, \U000e0001. Unlike record.Escape it leaves a backslash alone, so it
// does nothing to text that was escaped before. A verdict's text is, but nobody
// who writes one need be trusted with that.
func visible(s string) string {
	if seen(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1, r < 0x80 && !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unicode.IsPrint(r):
			b.WriteString(s[i : i+n])
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		i += n
	}
	return b.String()
}

// seen says that visible has nothing to do.
func seen(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// visibleLines is visible for text of several lines.
func visibleLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = visible(lines[i])
	}
	return strings.Join(lines, "\n")
}
