package wire

import (
	"bytes"
	"errors"
	"testing"
)

// pieces is a reader that gives so many octets at a time.
type pieces struct {
	rest []byte
	n    int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, errors.New("end")
	}
	n := copy(b, p.rest[:min(p.n, len(p.rest))])
	p.rest = p.rest[n:]
	return n, nil
}

// readAll reads lines as a session does. A long line is one of its octets'
// number; what is not ended stands last.
func readAll(octets []byte, piece, limit int) (lines []string, long []int, most int) {
	var in input
	in.open()
	defer in.release()
	from := &pieces{octets, piece}
	for {
		line, err := in.line(limit)
		switch {
		case err != nil:
			n, done := in.discardLine()
			for !done && in.fill(from, limit) == nil {
				more, end := in.discardLine()
				n, done = n+more, end
			}
			long = append(long, n)
			if !done {
				return lines, long, most
			}
		case line != nil:
			lines = append(lines, string(line))
		case in.fill(from, limit) != nil:
			return append(lines, string(in.unread())), long, most
		}
		most = max(most, len(in.buf))
	}
}

func FuzzLines(f *testing.F) {
	for _, seed := range []string{"", "a\r\nb\n", "\n\n\r\n", "abcdefghijklmnopqrstuvwxyz\r\nNOOP\r\n", "0123456\n01234567\n012345678\n"} {
		f.Add([]byte(seed), 1, 8)
		f.Add([]byte(seed), 3, 9)
		f.Add(bytes.Repeat([]byte(seed), 300), 5000, 5000)
	}
	f.Fuzz(func(t *testing.T, octets []byte, piece, limit int) {
		if piece < 1 || piece > 1<<16 || limit < 2 || limit > 1<<16 || len(octets)/piece > 1<<14 {
			return
		}
		var want []string
		var wantLong []int
		rest := octets
		for {
			line, behind, ended := bytes.Cut(rest, []byte("\n"))
			if !ended {
				break
			}
			if n := len(line) + 1; n > limit {
				wantLong = append(wantLong, n)
			} else {
				want = append(want, string(line)+"\n")
			}
			rest = behind
		}
		if len(rest) >= limit {
			wantLong = append(wantLong, len(rest))
		} else {
			want = append(want, string(rest))
		}
		lines, long, most := readAll(octets, piece, limit)
		if len(lines) != len(want) || len(long) != len(wantLong) {
			t.Fatalf("%d lines and %d long ones, want %d and %d", len(lines), len(long), len(want), len(wantLong))
		}
		for i := range want {
			if lines[i] != want[i] {
				t.Fatalf("line %d is %q, want %q", i, lines[i], want[i])
			}
		}
		for i := range wantLong {
			if long[i] != wantLong[i] {
				t.Fatalf("long line %d has %d octets, want %d", i, long[i], wantLong[i])
			}
		}
		if most > max(inputSize, 2*limit) {
			t.Fatalf("the buffer has %d octets at a limit of %d", most, limit)
		}
	})
}
