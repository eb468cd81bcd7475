package sender

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Reply is what the server answered to one command (RFC 5321 §4.2).
type Reply struct {
	// Code is the three-digit code, 200 to 599; 0 when there was no reply.
	Code int
	// Enhanced is the enhanced status code that begins the text, "5.1.1", or
	// empty (RFC 2034). It informs; Code decides.
	Enhanced string
	// Lines are the texts of the lines, as they came, without code and line end.
	Lines []string
}

// Text returns the lines as they came, joined by line feeds. They are a peer's
// words: escape them before they are shown.
func (r Reply) Text() string { return strings.Join(r.Lines, "\n") }

// String returns code and text on one line, control octets escaped.
func (r Reply) String() string {
	if r.Code == 0 {
		return "no reply"
	}
	lines := make([]string, 0, len(r.Lines))
	for _, l := range r.Lines {
		if l != "" {
			lines = append(lines, escape(l))
		}
	}
	text := shorten(strings.Join(lines, " / "), 1024)
	return strings.TrimSuffix(strconv.Itoa(r.Code)+" "+text, " ")
}

// OK says that the reply is a positive completion, 2yz.
func (r Reply) OK() bool { return r.Code/100 == 2 }

// line returns line i with code and separator, for a transcript.
func (r Reply) line(i int) string {
	sep := "-"
	if i == len(r.Lines)-1 {
		sep = " "
	}
	return strings.TrimSuffix(strconv.Itoa(r.Code)+sep+r.Lines[i], " ")
}

// ProtocolError says that the peer did not speak SMTP.
type ProtocolError struct {
	Problem string // what is wrong
	Line    string // the line at fault, as it came; may be empty
}

func (e *ProtocolError) Error() string {
	if e.Line == "" {
		return e.Problem
	}
	return e.Problem + `: "` + shorten(escape(e.Line), 200) + `"`
}

// The bounds of a reply. RFC 4954 §4 lets a challenge have 12288 octets, well
// above the 512 of RFC 5321 §4.5.3.1.5.
const (
	maxReplyLine   = 16 << 10
	maxReplyLines  = 2000
	maxReplyOctets = 128 << 10
)

// replyReader reads replies off the wire.
type replyReader struct {
	br *bufio.Reader
}

func newReplyReader(r io.Reader) replyReader {
	return replyReader{br: bufio.NewReader(r)}
}

// read reads one reply. A reply that is cut off is io.ErrUnexpectedEOF, one
// that is none a *ProtocolError.
func (rr replyReader) read() (Reply, error) {
	var r Reply
	octets := 0
	for {
		line, err := rr.line()
		if err == io.EOF && len(r.Lines) > 0 {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return r, err
		}
		code, text, more, err := parseReplyLine(line)
		if err != nil {
			return r, err
		}
		if r.Code != 0 && code != r.Code {
			return r, &ProtocolError{"a reply with two codes, " + strconv.Itoa(r.Code) + " and", line}
		}
		r.Code = code
		r.Lines = append(r.Lines, text)
		if octets += len(line); octets > maxReplyOctets || len(r.Lines) > maxReplyLines {
			return r, &ProtocolError{fmt.Sprintf("a reply of more than %d lines or %d octets", maxReplyLines, maxReplyOctets), ""}
		}
		if !more {
			r.Enhanced = enhanced(r.Lines[0])
			return r, nil
		}
	}
}

// line reads up to LF and takes the CRLF off. LF alone ends a line too: some
// servers write nothing else, and nothing is won by waiting.
func (rr replyReader) line() (string, error) {
	var long []byte
	for {
		part, err := rr.br.ReadSlice('\n')
		if len(long)+len(part) > maxReplyLine {
			return "", &ProtocolError{fmt.Sprintf("a reply line of more than %d octets", maxReplyLine), ""}
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			long = append(long, part...)
			continue
		}
		if err != nil {
			if err == io.EOF && len(long)+len(part) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return "", err
		}
		s := string(append(long, part...))
		return strings.TrimSuffix(s[:len(s)-1], "\r"), nil
	}
}

// parseReplyLine takes a line apart. Code and separator are strict, for a peer
// that errs there is no SMTP server; the text may be anything, also nothing.
func parseReplyLine(line string) (code int, text string, more bool, err error) {
	if len(line) < 3 || !digits(line[:3]) || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0, "", false, &ProtocolError{"not an SMTP reply", line}
	}
	code = int(line[0]-'0')*100 + int(line[1]-'0')*10 + int(line[2]-'0')
	if code < 200 || code > 599 {
		return 0, "", false, &ProtocolError{"a reply code out of range", line}
	}
	if len(line) == 3 {
		return code, "", false, nil
	}
	return code, line[4:], line[3] == '-', nil
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// enhanced returns the status code that begins a text (RFC 3463 §2): class "."
// subject "." detail.
func enhanced(text string) string {
	word, _, _ := strings.Cut(text, " ")
	parts := strings.Split(word, ".")
	if len(parts) != 3 || len(word) > 9 {
		return ""
	}
	for i, p := range parts {
		if !digits(p) || len(p) > 3 || i == 0 && p != "2" && p != "4" && p != "5" {
			return ""
		}
	}
	return word
}
