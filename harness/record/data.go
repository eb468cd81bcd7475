package record

import (
	"bytes"
	"io"
	"sync"
)

// Data is message data, kept once, as it was sent. It is safe for concurrent
// use; the zero value is empty.
//
// On the wire a line that begins with a dot carries one dot more, RFC 5321
// §4.5.2. Sent is the form with these dots, Raw the form without.
type Data struct {
	mu    sync.Mutex
	first []byte   // guarded by mu, like rest and raw; most messages are one piece
	rest  [][]byte // the other pieces of a long one
	raw   []byte   // without the dots, once it was asked for and differs
	size  int      // octets of the sent form
	dots  int      // lines of it that begin with a dot
}

// SetSent gives d its content: the octets between the reply to DATA and the
// final dot, in pieces that d keeps, and how many of their lines begin with a
// dot. It is for whoever makes the message, before anybody else sees it.
func (d *Data) SetSent(dots int, first []byte, rest ...[]byte) {
	d.first, d.rest, d.raw, d.dots = first, rest, nil, dots
	d.size = len(first)
	for _, piece := range rest {
		d.size += len(piece)
	}
}

// SetRaw gives d the message raw, which d keeps.
func (d *Data) SetRaw(raw []byte) {
	d.SetSent(0, raw)
	if dots := leadingDots(raw); dots > 0 {
		d.SetSent(dots, stuff(raw, dots))
	}
}

// Size returns the length of the message in octets, as RFC 1870 counts it:
// without the dots that are there for the wire only.
func (d *Data) Size() int { return d.size - d.dots }

// Sent returns the data as it came over the wire, without the final dot line.
// It must not be changed.
func (d *Data) Sent() []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.joined()
}

// Raw returns the message, byte for byte as its sender meant it: with the dots
// of the wire taken off, nothing added, nothing repaired. It must not be
// changed.
func (d *Data) Raw() []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dots == 0 {
		return d.joined()
	}
	if d.raw == nil {
		d.raw = unstuff(d.joined(), d.dots)
	}
	return d.raw
}

// Pieces returns Sent in the pieces that there are of it, which must not be
// changed. Nothing is copied.
func (d *Data) Pieces() [][]byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([][]byte{d.first}, d.rest...)
}

func (d *Data) joined() []byte {
	if len(d.rest) > 0 {
		whole := make([]byte, 0, d.size)
		whole = append(whole, d.first...)
		for _, piece := range d.rest {
			whole = append(whole, piece...)
		}
		d.first, d.rest = whole, nil
	}
	return d.first
}

// Reader returns a reader over Raw.
func (d *Data) Reader() *bytes.Reader { return bytes.NewReader(d.Raw()) }

// WriteTo writes Raw to w, a long message piece by piece.
func (d *Data) WriteTo(w io.Writer) (int64, error) { return io.Copy(w, d.Stream()) }

var lineStartDot = []byte("\r\n.")

// leadingDots counts the lines of b that begin with a dot.
func leadingDots(b []byte) int {
	n := bytes.Count(b, lineStartDot)
	if len(b) > 0 && b[0] == '.' {
		n++
	}
	return n
}

// unstuff takes the first dot off each line that begins with one. A line ends
// at CRLF only, as on the wire.
func unstuff(sent []byte, dots int) []byte {
	raw := make([]byte, 0, len(sent)-dots)
	if len(sent) > 0 && sent[0] == '.' {
		sent = sent[1:]
	}
	for {
		at := bytes.Index(sent, lineStartDot)
		if at < 0 {
			return append(raw, sent...)
		}
		raw = append(raw, sent[:at+2]...)
		sent = sent[at+3:]
	}
}

// stuff is the inverse of unstuff for data that a correct client sends.
func stuff(raw []byte, dots int) []byte {
	sent := make([]byte, 0, len(raw)+dots)
	if len(raw) > 0 && raw[0] == '.' {
		sent = append(sent, '.')
	}
	for {
		at := bytes.Index(raw, lineStartDot)
		if at < 0 {
			return append(sent, raw...)
		}
		sent = append(append(sent, raw[:at+3]...), '.')
		raw = raw[at+3:]
	}
}
