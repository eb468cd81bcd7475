package catalog

import (
	"bytes"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
)

// parameter returns a parameter of MAIL or RCPT: SIZE of "FROM:<a@b> SIZE=10" is
// "10". Keywords differ in case at most (RFC 5321 §2.4).
func parameter(said conform.Said, keyword string) (value string, ok bool) {
	path, _ := said.Path()
	for _, word := range path.Parameter {
		name, value, _ := strings.Cut(word, "=")
		if strings.EqualFold(name, keyword) {
			return value, true
		}
	}
	return "", false
}

// with returns the first MAIL or RCPT that has one of these parameters.
func with(c *conform.Case, keywords ...string) (conform.Said, string, bool) {
	for _, said := range c.Said("MAIL", "RCPT") {
		for _, keyword := range keywords {
			if _, ok := parameter(said, keyword); ok {
				return said, keyword, true
			}
		}
	}
	return conform.Said{}, "", false
}

// without fails where MAIL or RCPT has one of these parameters.
func without(keywords ...string) judge {
	return func(c *conform.Case) conform.Verdict {
		if said, keyword, ok := with(c, keywords...); ok {
			return c.Breach("%s was sent with %s, which was not offered", said.Verb, keyword).At(c.Mark(said))
		}
		if c.Count("MAIL") == 0 {
			return c.Inconclusive("no MAIL was sent: %s", c.Told())
		}
		return c.Pass("no %s was sent", keywords[0])
	}
}

// capable makes the reply to EHLO these lines, whatever the server offers.
func capable(lines ...string) harness.Rule {
	return harness.On(harness.EHLO).Reply(250, append([]string{"mx.test"}, lines...)...)
}

// eightBit returns the first line of octets that holds one beyond ASCII.
func eightBit(octets []byte) (line []byte, ok bool) {
	for line := range bytes.Lines(octets) {
		for _, b := range line {
			if b >= 0x80 {
				return bytes.TrimRight(line, "\r\n"), true
			}
		}
	}
	return nil, false
}

// headerOf returns the header of a message, its last line end included.
func headerOf(m *record.Message) []byte {
	header, _, _ := bytes.Cut(m.Raw(), []byte("\r\n\r\n"))
	return append(bytes.Clone(header), "\r\n"...)
}

// shown makes octets of a peer fit for a line of evidence.
func shown(octets string) string { return record.Escape(record.Clip(octets, 160)) }

// rcpts makes the Ask for these recipients.
func rcpts(list ...string) func(conform.Env, *record.Job) {
	return func(_ conform.Env, j *record.Job) { j.Rcpts = slices.Clone(list) }
}

var needsEHLO = []conform.Need{conform.NeedEHLO}
