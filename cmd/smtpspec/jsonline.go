package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonLine writes v as one line of JSON.
func jsonLine(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return jsonError(err)
	}
	return lineOf(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// jsonError keeps a stream of lines whole when a value has no JSON form.
func jsonError(err error) []byte {
	return jsonLine(struct {
		Event string `json:"event"`
		Error string `json:"error"`
	}{"error", err.Error()})
}

// lineOf ends a JSON value as a line. JSON may hold characters that move the
// cursor or turn text around, and words that a build service takes for
// commands: they stay what they are to a parser, and do nothing to a terminal.
func lineOf(value []byte) []byte {
	line := make([]byte, 0, len(value)+1)
	for i := 0; i < len(value); {
		r, n := utf8.DecodeRune(value[i:])
		switch {
		case ' ' <= r && r <= '~' && r != '#': // most of it, without a look into the tables
			line = append(line, byte(r))
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp):
			line = appendEscaped(line, r)
		case bytes.HasPrefix(value[i:], []byte("##")):
			line = appendEscaped(line, r)
		default:
			line = append(line, value[i:i+n]...)
		}
		i += n
	}
	return append(line, '\n')
}

func appendEscaped(b []byte, r rune) []byte {
	for _, unit := range utf16.AppendRune(nil, r) {
		b = fmt.Appendf(b, `\u%04x`, unit)
	}
	return b
}
