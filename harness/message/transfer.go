package message

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// transferEncoding returns the canonical name of a Content-Transfer-Encoding,
// RFC 2045 §6.1, and whether it was spelt so. An unknown one is returned as it
// is.
func transferEncoding(value string) (name string, canonical bool) {
	value = strings.ToLower(strings.Trim(value, " \t"))
	switch value {
	case "":
		return "7bit", true
	case "7bit", "8bit", "binary", "base64", "quoted-printable":
		return value, true
	}
	bare, _, _ := strings.Cut(value, ";")
	bare, _, _ = strings.Cut(bare, "(")
	switch strings.NewReplacer("-", "", "_", "", " ", "", `"`, "").Replace(bare) {
	case "7bit", "7bits", "7":
		return "7bit", false
	case "8bit", "8bits", "8":
		return "8bit", false
	case "binary":
		return "binary", false
	case "base64", "b64":
		return "base64", false
	case "quotedprintable", "qp":
		return "quoted-printable", false
	}
	return value, false
}

// undo returns the octets that b stands for in a transfer encoding. Without
// one, b itself is returned.
func undo(b []byte, encoding string, at here) []byte {
	switch encoding {
	case "base64":
		out, bad, truncated := decodeBase64(b)
		if bad > 0 {
			at.warn(Base64Broken, "%d octets outside the base64 alphabet were left out", bad)
		}
		if truncated {
			at.warn(Base64Truncated, "the base64 ends without its padding or within an octet")
		}
		return out
	case "quoted-printable":
		out, bad := decodeQuoted(b)
		if bad > 0 {
			at.warn(QuotedBroken, "%d \"=\" without two hexadecimal digits were kept as they are", bad)
		}
		return out
	}
	return b
}

// decodeBase64 undoes base64, RFC 2045 §6.8. It leaves out what is not of the
// alphabet, counted in bad, and goes on behind padding, since some senders
// join encoded pieces. White space is not counted.
func decodeBase64(b []byte) (out []byte, bad int, truncated bool) {
	out = make([]byte, base64.StdEncoding.DecodedLen(len(b)))
	if n, err := base64.StdEncoding.Decode(out, b); err == nil {
		return out[:n], 0, false
	}
	out = out[:0]
	var bits uint32
	have := 0
	for _, c := range b {
		v := sextets[c]
		switch {
		case v < 64:
			bits = bits<<6 | uint32(v)
			if have++; have == 4 {
				out = append(out, byte(bits>>16), byte(bits>>8), byte(bits))
				have = 0
			}
		case v == padding:
			out, truncated = endQuantum(out, bits, have), truncated || have == 1
			have = 0
		case v == foreign:
			bad++
		}
	}
	return endQuantum(out, bits, have), bad, truncated || have > 0
}

// endQuantum appends the octets of a last group of two or three letters.
func endQuantum(out []byte, bits uint32, have int) []byte {
	switch have {
	case 2:
		return append(out, byte(bits>>4))
	case 3:
		return append(out, byte(bits>>10), byte(bits>>2))
	}
	return out
}

// What an octet is in base64 if it is not one of its 64 letters.
const (
	foreign = 64 + iota
	padding
	space
)

var sextets = func() (table [256]byte) {
	for c := range table {
		table[c] = foreign
	}
	for v, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		table[c] = byte(v)
	}
	for _, c := range []byte(" \t\r\n") {
		table[c] = space
	}
	table['='] = padding
	return table
}()

// decodeQuoted undoes quoted-printable, RFC 2045 §6.7. A "=" that begins no
// escape stays, counted in bad.
func decodeQuoted(b []byte) (out []byte, bad int) {
	out = make([]byte, 0, len(b))
	for len(b) > 0 {
		line, next := lineAt(b, 0)
		end := b[len(line):next]
		b = b[next:]
		line = bytes.TrimRight(line, " \t")
		if bytes.HasSuffix(line, []byte("=")) {
			line, end = line[:len(line)-1], nil
		}
		var n int
		out, n = appendQuoted(out, line)
		bad += n
		out = append(out, end...)
	}
	return out, bad
}

func appendQuoted(out, line []byte) ([]byte, int) {
	bad := 0
	for {
		i := bytes.IndexByte(line, '=')
		if i < 0 {
			return append(out, line...), bad
		}
		out = append(out, line[:i]...)
		if c, ok := hexPair(line[i+1:]); ok {
			out, line = append(out, c), line[i+3:]
			continue
		}
		out, line = append(out, '='), line[i+1:]
		bad++
	}
}
