package wire

import "bytes"

// terminator looks for the end of message data: a line that holds one dot,
// between CRLFs and nothing else that looks like them (RFC 5321 §4.1.1.4). It
// keeps its place from one piece of data to the next.
type terminator struct {
	state termState
	dots  int // lines that begin with a dot, the final one apart
}

type termState byte

const (
	lineStart  termState = iota // the zero value: data begins at the start of a line
	inLine                      // somewhere in a line
	afterCR                     // a CR that may belong to a CRLF
	afterDot                    // a dot at the start of a line
	afterDotCR                  // and a CR behind it
	ended                       // the whole of the final dot line
)

// pending returns how many of the last octets are, or may become, the final
// dot line.
func (t *terminator) pending() int {
	switch t.state {
	case afterDot, afterDotCR, ended:
		return int(t.state-afterDot) + 1
	}
	return 0
}

// scan looks at the next piece of data. It returns the number of octets up to
// the end of the final dot line, or -1 if that is not in the piece.
func (t *terminator) scan(b []byte) int {
	for i := 0; i < len(b); {
		if t.state == inLine {
			i += t.skip(b[i:])
			continue
		}
		c := b[i]
		i++
		if t.step(c) {
			return i
		}
	}
	return -1
}

// step takes one octet and says whether it ends the data.
func (t *terminator) step(c byte) (end bool) {
	switch {
	case t.state == afterDotCR && c == '\n':
		t.state = ended
		return true
	case t.state == afterCR && c == '\n':
		t.state = lineStart
	case t.state == lineStart && c == '.':
		t.state = afterDot
	case t.state == afterDot && c == '\r':
		t.state = afterDotCR
	default:
		t.leave(c)
	}
	return false
}

// leave goes on in a line; a dot that it began with is not the final one.
func (t *terminator) leave(c byte) {
	if t.state == afterDot || t.state == afterDotCR {
		t.dots++
	}
	if t.state = inLine; c == '\r' {
		t.state = afterCR
	}
}

// skip passes over octets inside a line in which nothing can begin, and
// returns how many. It looks for a dot first: base64 has none, so that long
// attachments pass at the speed of one search. In text, a dot that is soon found
// is seldom the last of its line, and the end of the line is looked for next.
func (t *terminator) skip(b []byte) int {
	const soon = 40
	for at := 0; at < len(b); at++ {
		dot := bytes.IndexByte(b[at:], '.')
		if dot < 0 {
			break
		}
		at += dot
		if t.state = tailState(b[:at]); t.state != inLine {
			return at
		}
		if dot > soon {
			continue
		}
		end := bytes.IndexByte(b[at:], '\n')
		if end < 0 {
			break
		}
		at += end
	}
	t.state = tailState(b)
	return len(b)
}

// tailState returns the state behind octets that begin inside a line and have
// no dot at the start of another.
func tailState(b []byte) termState {
	n := len(b)
	switch {
	case n > 0 && b[n-1] == '\r':
		return afterCR
	case n > 1 && b[n-2] == '\r' && b[n-1] == '\n':
		return lineStart
	}
	return inLine
}
