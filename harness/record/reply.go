package record

import (
	"strconv"
	"strings"
	"time"
)

// Reply is what a server answered, RFC 5321 §4.2.
type Reply struct {
	Code     int      // three digits; 0 if there was no reply, or none that parses
	Enhanced string   // "5.1.1", RFC 3463; "" if the reply had none
	Lines    []string // the text of each line as sent, the enhanced code included; not to be changed
	At       time.Duration
	Rule     string // the rule that made it; "" for the server's own answer
	Raw      string // the octets, if they are not just Code and Lines
}

// NewReply returns a reply of one line or more. Lines may begin with an
// enhanced status code.
func NewReply(code int, lines ...string) Reply {
	r := Reply{Code: code, Lines: lines}
	if len(lines) > 0 {
		r.Enhanced = enhancedCode(lines[0], code)
	}
	return r
}

// ParseReply reads one reply, possibly of several lines. What is not the
// canonical form of a reply is kept in Raw; Code and Lines then hold what
// could be understood.
func ParseReply(octets string) Reply {
	r := Reply{Lines: make([]string, 0, 1+strings.Count(octets, "\n")/2)}
	for line := range strings.Lines(octets) {
		line = strings.TrimRight(line, "\r\n")
		if code, text, ok := splitReplyLine(line); ok {
			r.Code, line = code, text
		}
		r.Lines = append(r.Lines, line)
	}
	if len(r.Lines) > 0 {
		r.Enhanced = enhancedCode(r.Lines[0], r.Code)
	}
	if canonical := r.AppendTo(make([]byte, 0, len(octets))); string(canonical) != octets {
		r.Raw = octets
	}
	return r
}

// splitReplyLine takes "250-text" or "250 text" apart.
func splitReplyLine(line string) (code int, text string, ok bool) {
	if len(line) < 3 {
		return 0, "", false
	}
	code, err := strconv.Atoi(line[:3])
	if err != nil || code < 200 || code > 599 {
		return 0, "", false
	}
	if len(line) == 3 {
		return code, "", true
	}
	if line[3] != ' ' && line[3] != '-' {
		return 0, "", false
	}
	return code, line[4:], true
}

// enhancedCode returns the status code of RFC 3463 that text begins with, if
// its class is that of the reply code.
func enhancedCode(text string, code int) string {
	word, _, _ := strings.Cut(text, " ")
	if len(word) < 5 || len(word) > 9 || code < 200 || word[0] != byte('0'+code/100) || word[1] != '.' {
		return ""
	}
	subject, detail, ok := strings.Cut(word[2:], ".")
	if !ok || !digits(subject) || !digits(detail) {
		return ""
	}
	return word
}

func digits(s string) bool {
	return s != "" && len(s) <= 3 && strings.Trim(s, "0123456789") == ""
}

// Positive says that the reply is of the 2yz class.
func (r Reply) Positive() bool { return r.Code/100 == 2 }

// Text returns the lines joined by line feeds, without the reply code.
func (r Reply) Text() string { return strings.Join(r.Lines, "\n") }

// String returns the reply on one line: "250 2.1.0 Ok". Peer text in it is
// escaped.
func (r Reply) String() string {
	if r.Code == 0 && len(r.Lines) == 0 && r.Raw == "" {
		return "no reply"
	}
	if r.Code == 0 {
		return Escape(r.Raw)
	}
	return strconv.Itoa(r.Code) + " " + Escape(strings.Join(r.Lines, " / "))
}

// Octets returns the reply as it goes over the wire.
func (r Reply) Octets() string {
	if r.Raw != "" {
		return r.Raw
	}
	return string(r.AppendTo(nil))
}

// AppendTo appends the reply, as it goes over the wire, to b.
func (r Reply) AppendTo(b []byte) []byte {
	if r.Raw != "" {
		return append(b, r.Raw...)
	}
	if len(r.Lines) == 0 && r.Code != 0 {
		return append(strconv.AppendInt(b, int64(r.Code), 10), ' ', '\r', '\n')
	}
	for i, line := range r.Lines {
		b = strconv.AppendInt(b, int64(r.Code), 10)
		if i < len(r.Lines)-1 {
			b = append(b, '-')
		} else {
			b = append(b, ' ')
		}
		b = append(append(b, line...), '\r', '\n')
	}
	return b
}

// Error makes a Reply an error, so that a handler can answer with one.
func (r Reply) Error() string { return r.String() }
