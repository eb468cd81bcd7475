package sender

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// content is what a message asks of the server.
type content struct {
	size       int64 // octets as transmitted, without stuffing and end of data
	mime       bool  // has MIME-Version
	utf8Header bool  // 8-bit octets in the header section
	eightBody  bool  // 8-bit octets behind it
}

// examine judges a message before anything of it is sent. What no server may be
// given is an error that matches ErrContent. A header beyond ASCII is UTF-8 (RFC
// 6532 §3), so that only a body needs MIME to say what its octets are.
func examine(msg []byte) (content, error) {
	var c content
	header := true
	for number := 1; len(msg) > 0; number++ {
		n := lineEnd(msg[:min(len(msg), maxLine+1)])
		line := msg[:n]
		if header && !isHeaderLine(line) {
			header = false
		}
		if err := c.line(line, header, number); err != nil {
			return c, err
		}
		msg = msg[n:]
		msg = msg[lineEndLen(msg):]
	}
	if c.eightBody && !c.mime {
		return c, problem(ErrContent, "8-bit text without MIME headers, whose charset nobody can tell")
	}
	return c, nil
}

func (c *content) line(line []byte, header bool, number int) error {
	if len(line) > maxLine {
		return problem(ErrContent, fmt.Sprintf("line %d has more than %d octets", number, maxLine))
	}
	if bytes.IndexByte(line, 0) >= 0 {
		return problem(ErrContent, fmt.Sprintf("line %d has a NUL octet", number))
	}
	c.size += int64(len(line)) + 2
	switch {
	case !has8bit(line):
	case !header:
		c.eightBody = true
	case !utf8.Valid(line):
		return problem(ErrContent, fmt.Sprintf("header line %d is not UTF-8", number))
	default:
		c.utf8Header = true
	}
	const version = "mime-version:"
	if header && len(line) > len(version) && bytes.EqualFold(line[:len(version)], []byte(version)) {
		c.mime = true
	}
	return nil
}

func has8bit(p []byte) bool {
	for _, c := range p {
		if c >= 0x80 {
			return true
		}
	}
	return false
}

// isHeaderLine says that a line can be one of a header section: a field, or the
// continuation of one (RFC 5322 §2.2).
func isHeaderLine(line []byte) bool {
	if len(line) == 0 {
		return false
	}
	if line[0] == ' ' || line[0] == '\t' {
		return true
	}
	colon := bytes.IndexByte(line, ':')
	if colon < 1 {
		return false
	}
	for _, c := range bytes.TrimRight(line[:colon], " \t") {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}

func lineEndLen(p []byte) int {
	if len(p) >= 2 && p[0] == '\r' && p[1] == '\n' {
		return 2
	}
	return min(len(p), 1)
}
