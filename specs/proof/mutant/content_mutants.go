package mutant

import (
	"bytes"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// contentMutants are at fault in DATA and the message.
var contentMutants = []Mutant{
	{Name: "go-ahead-by-class", Breaks: []string{"data-250-not-354", "data-355"}, Text: "It sends the message upon any 2yz and 3yz to DATA.",
		In: replies(record.DATA, func(reply string) string {
			if c := Class(reply); c == 2 || c == 3 {
				return Recode(reply, "354")
			}
			return reply
		})},
	{Name: "no-end-without-body", Breaks: []string{"data-empty-body"}, Text: "It sends no final dot where a message has no body.",
		Data: onWire(func(p []byte) []byte {
			if bytes.HasSuffix(p, []byte("\r\n\r\n.\r\n")) {
				return p[:len(p)-3]
			}
			return p
		})},
	{Name: "sends-nul", Breaks: []string{"data-nul"}, Text: "It sends NUL as it is.",
		Message: hiding("\x00", "-nul-here-"), Data: Rewrite(strings.NewReplacer("-nul-here-", "\x00").Replace)},
	{Name: "cut-at-nul", Breaks: []string{"data-nul"}, Text: "It takes NUL for the end of the message.",
		Message: func(_ *Job, msg []byte) []byte {
			msg, _, _ = bytes.Cut(msg, []byte("\x00"))
			return msg
		}},
	{Name: "sends-long-lines", Breaks: []string{"data-long-line"}, Text: "It sends lines of any length.",
		Message: broken("\x02\r\n"), Data: Rewrite(strings.NewReplacer("\x02\r\n", "").Replace)},
	{Name: "breaks-long-lines", Breaks: []string{"data-long-line"}, Text: "It breaks lines that are too long.", Message: broken("\r\n")},
	{Name: "waits-for-the-end-of-data", Breaks: []string{"data-early-552"}, Text: "It blames the connection where a server has refused a message before its end.",
		Report: claim(func(_ *Dialogue, c *Claim) {
			if c.Code == 552 {
				*c = Claim{Text: "connection reset by peer", Transient: true}
			}
		})},
}

// hiding makes a Message that hides from sender what it refuses.
func hiding(octets, standIn string) func(*Job, []byte) []byte {
	return func(_ *Job, msg []byte) []byte { return bytes.ReplaceAll(msg, []byte(octets), []byte(standIn)) }
}

// broken makes a Message that breaks long lines with octets.
func broken(with string) func(*Job, []byte) []byte {
	return func(_ *Job, msg []byte) []byte {
		var out []byte
		for line := range bytes.Lines(msg) {
			for len(line) > 998 {
				out = append(append(out, line[:900]...), with...)
				line = line[900:]
			}
			out = append(out, line...)
		}
		return out
	}
}
