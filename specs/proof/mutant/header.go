package mutant

import (
	"regexp"
	"strings"
)

// WithoutField returns a message without the header fields of a name.
func WithoutField(msg, name string) string {
	header, body := parted(msg)
	field := regexp.MustCompile(`(?im)^` + regexp.QuoteMeta(name) + `:[^\n]*\n(?:[ \t][^\n]*\n)*`)
	return field.ReplaceAllString(header, "") + body
}

// WithField returns a message that begins with one more line, "Name: value".
func WithField(msg, line string) string { return line + "\r\n" + msg }

// parted returns a message's header, and its body with the empty line before it.
func parted(msg string) (header, body string) {
	if i := strings.Index(msg, "\r\n\r\n"); i >= 0 {
		return msg[:i+2], msg[i+2:]
	}
	return msg, ""
}
