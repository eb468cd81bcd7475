package wire

import (
	"bytes"
	"testing"
)

// endOfData is the definition, octet by octet, that terminator has to meet.
func endOfData(b []byte) (end, dots int) {
	start := true
	for i := range b {
		if start && b[i] == '.' {
			if bytes.HasPrefix(b[i:], []byte(".\r\n")) {
				return i + 3, dots
			}
			dots++
		}
		start = b[i] == '\n' && i > 0 && b[i-1] == '\r'
	}
	return -1, dots
}

func FuzzTerminator(f *testing.F) {
	for _, seed := range []string{
		".\r\n", "\r\n.\r\n", "a\r\n.\r\nb", "a\n.\n", "a\n.\r\n", "a\r\n.\n", "a\r.\r", "a\r\n..\r\n.\r\n",
		"..\r\n.\r\n", "\r\r\n.\r\n", "a\r\n.\r\r\n", "a\x00\r\n.\x00\r\n", "a.b\r\n.c\r\n.\r\n",
	} {
		f.Add([]byte(seed), 1)
		f.Add([]byte(seed), 3)
	}
	f.Fuzz(func(t *testing.T, data []byte, piece int) {
		if piece < 1 || piece > 1<<16 {
			piece = 1
		}
		wantEnd, wantDots := endOfData(data)
		var term terminator
		gotEnd := -1
		for at := 0; at < len(data) && gotEnd < 0; at += piece {
			if end := term.scan(data[at:min(at+piece, len(data))]); end >= 0 {
				gotEnd = at + end
			}
		}
		if gotEnd != wantEnd {
			t.Fatalf("%q in pieces of %d ends at %d, want %d", data, piece, gotEnd, wantEnd)
		}
		if wantEnd >= 0 && term.dots != wantDots {
			t.Fatalf("%q has %d dots, want %d", data, term.dots, wantDots)
		}
	})
}
