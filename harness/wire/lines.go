package wire

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

// input is the buffer between the socket and the line reader. Octets that a
// client sent ahead stay in it, whoever reads next.
type input struct {
	buf  []byte
	r, w int // what is unread is buf[r:w]
}

// inputSize holds one command line of the default limit; idle sessions are
// many, so it is no larger. A longer limit makes a session's buffer grow.
const inputSize = 4096 + 512

var inputPool = sync.Pool{New: func() any { return new([inputSize]byte) }}

func (in *input) open() { in.buf = inputPool.Get().(*[inputSize]byte)[:] }

func (in *input) release() {
	if len(in.buf) == inputSize {
		inputPool.Put((*[inputSize]byte)(in.buf))
	}
	in.buf, in.r, in.w = nil, 0, 0
}

func (in *input) unread() []byte { return in.buf[in.r:in.w] }
func (in *input) empty() bool    { return in.r == in.w }

// take returns everything that is unread and empties the buffer. The octets
// are good until the next read.
func (in *input) take() []byte {
	b := in.unread()
	in.r, in.w = 0, 0
	return b
}

// put makes b, which does not alias the buffer, what is read next.
func (in *input) put(b []byte) {
	if len(b) > len(in.buf) {
		in.buf = make([]byte, len(b))
	}
	in.r, in.w = 0, copy(in.buf, b)
}

// fill reads once, keeping at most limit octets in the buffer.
func (in *input) fill(from io.Reader, limit int) error {
	if in.r > 0 {
		in.w = copy(in.buf, in.unread())
		in.r = 0
	}
	if in.w == len(in.buf) && in.w < limit {
		in.buf = append(in.buf, make([]byte, limit-in.w)...)
	}
	n, err := from.Read(in.buf[in.w:])
	in.w += n
	if n > 0 {
		return nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return err
}

var errLineTooLong = errors.New("line too long")

// line returns the next line with its ending if it is in the buffer, and nil
// if more has to be read first. A line of more than limit octets is
// errLineTooLong; it stays in the buffer. The octets are good until the next
// read.
func (in *input) line(limit int) ([]byte, error) {
	end := bytes.IndexByte(in.unread(), '\n') + 1
	switch {
	case end > limit || end == 0 && in.w-in.r >= limit:
		return nil, errLineTooLong
	case end == 0:
		return nil, nil
	}
	line := in.buf[in.r : in.r+end]
	in.r += end
	return line, nil
}

// discardLine drops octets up to the end of the line, and says how many and
// whether the end was among them.
func (in *input) discardLine() (n int, done bool) {
	if end := bytes.IndexByte(in.unread(), '\n') + 1; end > 0 {
		in.r += end
		return end, true
	}
	return len(in.take()), false
}
