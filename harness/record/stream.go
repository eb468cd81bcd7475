package record

import (
	"bytes"
	"io"
	"math"
)

// Stream returns a reader over Raw that does not need it in one piece: of a
// long message, Raw would be a copy.
func (d *Data) Stream() io.Reader {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.raw != nil {
		return bytes.NewReader(d.raw)
	}
	return &stream{piece: d.first, rest: d.rest, stuffed: d.dots > 0, at: lineStart}
}

// Prefix returns the first n octets of Raw, or all if there are fewer. It must
// not be changed.
func (d *Data) Prefix(n int) []byte {
	if d.Size() <= n {
		return d.Raw()
	}
	if first := d.unstuffed(); n <= len(first) {
		return first[:n:n]
	}
	prefix := make([]byte, n)
	n, _ = io.ReadFull(d.Stream(), prefix) // fails at the end only
	return prefix[:n]
}

// unstuffed returns the first piece, if it is the same in Raw.
func (d *Data) unstuffed() []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dots > 0 {
		return nil
	}
	return d.first
}

// stream reads the sent form and leaves out the dots that are there for the
// wire only.
type stream struct {
	piece   []byte // what is left of the one being read
	rest    [][]byte
	stuffed bool // there are such dots
	at      place
}

// place is where in a line the next octet stands.
type place int

const (
	inLine place = iota
	lineStart
	behindCR
)

func (s *stream) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b := s.next(len(p))
	if b == nil {
		return 0, io.EOF
	}
	return copy(p, b), nil
}

// WriteTo is for io.Copy: nothing is copied in between.
func (s *stream) WriteTo(w io.Writer) (written int64, err error) {
	for b := s.next(math.MaxInt32); b != nil && err == nil; b = s.next(math.MaxInt32) {
		var n int
		n, err = w.Write(b)
		written += int64(n)
	}
	return written, err
}

// next returns the next octets, most at most, or nil at the end.
func (s *stream) next(most int) []byte {
	for {
		switch {
		case len(s.piece) == 0 && len(s.rest) == 0:
			return nil
		case len(s.piece) == 0:
			s.piece, s.rest = s.rest[0], s.rest[1:]
		case s.stuffed && s.at == lineStart && s.piece[0] == '.':
			s.piece, s.at = s.piece[1:], inLine
		default:
			b := s.piece[:s.plain(most)]
			s.at, s.piece = s.behind(b), s.piece[len(b):]
			return b
		}
	}
}

// plain returns how many octets, most at most, come before the next dot that is
// left out.
func (s *stream) plain(most int) int {
	b := s.piece[:min(len(s.piece), most+1)] // a line may begin right behind most
	n := min(len(b), most)
	if !s.stuffed {
		return n
	}
	if s.at == behindCR && b[0] == '\n' {
		return 1
	}
	if at := bytes.Index(b, lineStartDot); at >= 0 {
		return at + 2
	}
	return n
}

// behind returns the place behind octets that were read.
func (s *stream) behind(b []byte) place {
	last := b[len(b)-1]
	switch {
	case last == '\r':
		return behindCR
	case last != '\n':
		return inLine
	case len(b) > 1 && b[len(b)-2] == '\r', len(b) == 1 && s.at == behindCR:
		return lineStart
	}
	return inLine
}
