package record

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Escape makes captured text safe for a terminal, a log or a report: control
// octets, octets that are not UTF-8 and the characters that change the
// direction of text become escapes such as \r, \x1b and \u202e, and a
// backslash is doubled. Text that a build service would take for a command (a
// leading "::", or "##[" and "##vso[" anywhere) is broken up. Other text,
// Cyrillic included, stays as it is. Unescape takes it all back.
func Escape(s string) string {
	if !needsEscape(s) {
		return s
	}
	b := make([]byte, 0, len(s)+16)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case i == 0 && strings.HasPrefix(s, "::"), strings.HasPrefix(s[i:], "##"):
			b = appendHex(b, s[i])
			n = 1
		case r == '\\':
			b = append(b, `\\`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r == utf8.RuneError && n == 1, r < ' ', r == 0x7f:
			b = appendHex(b, s[i])
		case hidden(r):
			b = append(b, `\u`...)
			b = append(b, strconv.FormatInt(0x10000+int64(r), 16)[1:]...)
		default:
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return string(b)
}

func needsEscape(s string) bool {
	if strings.HasPrefix(s, "::") || strings.Contains(s, "##") {
		return true
	}
	for i, r := range s {
		if r < ' ' || r == '\\' || r == 0x7f || hidden(r) {
			return true
		}
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return true
			}
		}
	}
	return false
}

// hidden says that a character shows nothing or moves others: C1 controls,
// line separators, zero-width and bidirectional marks, the byte order mark.
func hidden(r rune) bool {
	return r >= 0x80 && r < 0xa0 || r == 0xad || r == 0x61c || r == 0x180e ||
		r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e ||
		r >= 0x2060 && r <= 0x206f || r == 0xfeff
}

func appendHex(b []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	return append(b, '\\', 'x', hex[c>>4], hex[c&15])
}

// Unescape is the inverse of Escape. What is no escape stays as it is.
func Unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	b := make([]byte, 0, len(s))
	for s != "" {
		if s[0] != '\\' || len(s) < 2 {
			b, s = append(b, s[0]), s[1:]
			continue
		}
		var n int
		b, n = appendUnescaped(b, s)
		s = s[n:]
	}
	return string(b)
}

// appendUnescaped appends what the escape that s begins with stands for, and
// returns how long the escape is.
func appendUnescaped(b []byte, s string) ([]byte, int) {
	switch s[1] {
	case '\\':
		return append(b, '\\'), 2
	case 'r':
		return append(b, '\r'), 2
	case 'n':
		return append(b, '\n'), 2
	case 't':
		return append(b, '\t'), 2
	case 'x':
		if v, ok := hexValue(s[2:], 2); ok {
			return append(b, byte(v)), 4
		}
	case 'u':
		if v, ok := hexValue(s[2:], 4); ok {
			return utf8.AppendRune(b, v), 6
		}
	}
	return append(b, '\\'), 1
}

func hexValue(s string, digits int) (rune, bool) {
	if len(s) < digits {
		return 0, false
	}
	v, err := strconv.ParseUint(s[:digits], 16, 32)
	return rune(v), err == nil
}

// Clip shortens s to about limit octets, at a character's edge, and says how
// many octets it left out.
func Clip(s string, limit int) string {
	kept, left := Cut(s, limit)
	if left == 0 {
		return s
	}
	return kept + "… (" + strconv.Itoa(left) + " octets more)"
}

// Cut returns what Clip keeps of s, and how many octets it leaves out.
func Cut(s string, limit int) (kept string, left int) {
	if len(s) <= limit {
		return s, 0
	}
	cut := limit
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut], len(s) - cut
}
