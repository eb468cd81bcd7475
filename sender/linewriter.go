package sender

import (
	"bytes"
	"fmt"
)

// lineWriter makes content fit for the wire, in blocks: every line end, CRLF,
// LF or CR, becomes CRLF (RFC 5321 §2.3.8), and a dot that begins a line is
// doubled when stuff is set (§4.5.2). What it may not carry is refused.
type lineWriter struct {
	flush    func(p []byte, last bool) error
	stuff    bool // for DATA; chunks of BDAT have their length
	checked  bool // the content was judged before
	eightBit bool // octets above 127 may pass
	binary   bool // BODY=BINARYMIME: nothing is changed

	buf     []byte
	column  int  // octets in the current line
	afterCR bool // the last octet was CR; its CRLF is written
	err     error
}

// blockSize is what goes to the connection in one write, more or less.
const blockSize = 32 << 10

// maxLine is the longest line without CRLF (RFC 5321 §4.5.3.1.6).
const maxLine = 998

func (w *lineWriter) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	if cap(w.buf) == 0 {
		w.buf = make([]byte, 0, blockSize+2*maxLine)
	}
	n := len(p)
	for len(p) > 0 {
		var err error
		if p, err = w.take(p); err == nil && len(w.buf) >= blockSize {
			err = w.empty(false)
		}
		if err != nil {
			w.err = err
			return n - len(p), err
		}
	}
	return n, nil
}

// take moves the next piece of a line, or the line end, into the buffer.
func (w *lineWriter) take(p []byte) (rest []byte, err error) {
	if w.binary {
		n := min(len(p), blockSize-len(w.buf))
		w.buf = append(w.buf, p[:n]...)
		return p[n:], nil
	}
	if p[0] == '\n' || p[0] == '\r' {
		if p[0] == '\r' || !w.afterCR {
			w.buf = append(w.buf, "\r\n"...)
			w.column = 0
		}
		w.afterCR = p[0] == '\r'
		return p[1:], nil
	}
	n := lineEnd(p[:min(len(p), maxLine+1)])
	if err := w.check(p[:n]); err != nil {
		return p, err
	}
	if w.stuff && w.column == 0 && p[0] == '.' {
		w.buf = append(w.buf, '.')
	}
	w.buf = append(w.buf, p[:n]...)
	w.column += n
	w.afterCR = false
	return p[n:], nil
}

// lineEnd returns how many octets stand before the first CR or LF.
func lineEnd(p []byte) int {
	if i := bytes.IndexByte(p, '\n'); i >= 0 {
		p = p[:i]
	}
	if i := bytes.IndexByte(p, '\r'); i >= 0 {
		return i
	}
	return len(p)
}

func (w *lineWriter) check(piece []byte) error {
	if w.checked {
		return nil
	}
	if w.column+len(piece) > maxLine {
		return problem(ErrContent, fmt.Sprintf("a line of more than %d octets", maxLine))
	}
	for _, c := range piece {
		if c == 0 {
			return problem(ErrContent, "a NUL octet")
		}
		if c >= 0x80 && !w.eightBit {
			return problem(ErrContent, "an 8-bit octet without BODY=8BITMIME")
		}
	}
	return nil
}

// end completes the last line and, for DATA, adds the end of data.
func (w *lineWriter) end() error {
	if w.err != nil {
		return w.err
	}
	if w.column > 0 {
		w.buf = append(w.buf, "\r\n"...)
		w.column = 0
	}
	if w.stuff {
		w.buf = append(w.buf, ".\r\n"...)
	}
	return w.empty(true)
}

func (w *lineWriter) empty(last bool) error {
	err := w.flush(w.buf, last)
	w.buf = w.buf[:0]
	return err
}
