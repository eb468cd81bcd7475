package mutant

import (
	"bytes"
	"strings"
)

// Code returns the code of a reply, three digits of which the first is no 0, or
// 0 where it has none.
func Code(reply string) int {
	code := 0
	for i := range 3 {
		if i >= len(reply) || reply[i] < '0' || reply[i] > '9' {
			return 0
		}
		code = code*10 + int(reply[i]-'0')
	}
	if code < 100 {
		return 0
	}
	return code
}

// Class returns the first digit of the code of a reply, or 0.
func Class(reply string) int { return Code(reply) / 100 }

// Recode returns the reply with another code: Recode("550 5.1.1 no\r\n", "250").
func Recode(reply, code string) string {
	var b strings.Builder
	for line := range strings.Lines(reply) {
		b.WriteString(code + line[min(3, len(line)):])
	}
	return b.String()
}

// Verb returns the verb of a line, in upper case.
func Verb(line string) string {
	verb, _, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
	return strings.ToUpper(verb)
}

// Offer returns a reply to EHLO with keywords added to it: Offer(reply, "SIZE",
// "AUTH PLAIN"). Other replies stay as they are.
func Offer(reply string, keywords ...string) string {
	if Code(reply) != 250 {
		return reply
	}
	lines := replyLines(reply)
	return ehlo(append(lines, keywords...))
}

// Withdraw returns a reply to EHLO without the lines of a keyword.
func Withdraw(reply, keyword string) string {
	if Code(reply) != 250 {
		return reply
	}
	var kept []string
	for i, line := range replyLines(reply) {
		word, _, _ := strings.Cut(line, " ")
		if i == 0 || !strings.EqualFold(word, keyword) {
			kept = append(kept, line)
		}
	}
	return ehlo(kept)
}

// Offers says whether a reply to EHLO has the keyword.
func Offers(reply, keyword string) bool { return Withdraw(reply, keyword) != Withdraw(reply, "") }

func replyLines(reply string) []string {
	var lines []string
	for line := range strings.Lines(reply) {
		line = strings.TrimRight(line, "\r\n")
		lines = append(lines, line[min(4, len(line)):])
	}
	return lines
}

func ehlo(lines []string) string {
	var b strings.Builder
	for i, line := range lines {
		sep := "-"
		if i == len(lines)-1 {
			sep = " "
		}
		b.WriteString("250" + sep + line + "\r\n")
	}
	return b.String()
}

// Unstuffed returns the message of octets as Data gets them: without the
// terminator and the added dots.
func Unstuffed(octets []byte) []byte {
	octets = bytes.TrimSuffix(octets, []byte(".\r\n"))
	octets = bytes.ReplaceAll(octets, []byte("\r\n."), []byte("\r\n"))
	return bytes.TrimPrefix(octets, []byte("."))
}

// Stuffed is the way back from Unstuffed.
func Stuffed(msg []byte) []byte {
	if bytes.HasPrefix(msg, []byte(".")) {
		msg = append([]byte("."), msg...)
	}
	msg = bytes.ReplaceAll(msg, []byte("\r\n."), []byte("\r\n.."))
	return append(bytes.Clone(msg), ".\r\n"...)
}

// Rewrite makes a func for Data of one that changes the message itself: past
// sender, which would refuse or mend it.
func Rewrite(f func(msg string) string) func(*Dialogue, []byte) []byte {
	return func(_ *Dialogue, octets []byte) []byte {
		return Stuffed([]byte(f(string(Unstuffed(octets)))))
	}
}
