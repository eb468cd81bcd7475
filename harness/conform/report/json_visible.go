package report

import (
	"io"
	"strconv"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// visibleJSON writes JSON with each character that shows nothing, or that a
// terminal would act upon, as \u and its number. Such a character can only
// stand in a string, so nothing is lost. Each Write is whole characters, as
// those of a json.Encoder are.
type visibleJSON struct{ io.Writer }

func (w visibleJSON) Write(p []byte) (int, error) {
	var b []byte // nil while nothing had to change
	for i := 0; i < len(p); {
		r, n := utf8.DecodeRune(p[i:])
		if r != '\n' && !unicode.IsPrint(r) {
			if b == nil {
				b = append(make([]byte, 0, len(p)+64), p[:i]...)
			}
			b = appendEscaped(b, r)
		} else if b != nil {
			b = append(b, p[i:i+n]...)
		}
		i += n
	}
	if b == nil {
		b = p
	}
	if _, err := w.Writer.Write(b); err != nil {
		return 0, err
	}
	return len(p), nil
}

func appendEscaped(b []byte, r rune) []byte {
	units := []rune{r}
	if high, low := utf16.EncodeRune(r); high != unicode.ReplacementChar {
		units = []rune{high, low}
	}
	for _, u := range units {
		b = append(append(b, `\u`...), strconv.FormatInt(0x10000+int64(u), 16)[1:]...)
	}
	return b
}
