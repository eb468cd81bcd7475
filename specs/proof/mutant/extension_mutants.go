package mutant

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/sender"
)

// parameter makes an Out that adds a parameter to a command of one stage.
func parameter(stage record.Stage, p string) func(*Dialogue, string) string {
	return lines(stage, func(line string) string { return strings.TrimSuffix(line, "\r\n") + p + "\r\n" })
}

var bodyParam = regexp.MustCompile(` BODY=\w+`)

var sizeParam = regexp.MustCompile(` SIZE=\d+`)

var extensionMutants = []Mutant{
	{Name: "pipelines-without-offer", Text: "It sends commands in groups where PIPELINING is not offered.", In: offering("PIPELINING")},
	{Name: "never-pipelines", Breaks: []string{"pipe-offered"}, Text: "It does not use PIPELINING.", Options: func(o *sender.Options) { o.NoPipelining = true }},
	{Name: "size-without-offer", Text: "It sends SIZE= where SIZE is not offered.",
		In: func(d *Dialogue, reply string) string {
			if d.Stage() == record.EHLO && !Offers(reply, "SIZE") {
				return Offer(reply, "SIZE")
			}
			return reply
		}},
	{Name: "size-too-small", Breaks: []string{"size-value", "size-compose"}, Text: "It declares half of the size.",
		Out: lines(record.MAIL, func(line string) string {
			return sizeParam.ReplaceAllStringFunc(line, func(p string) string {
				var n int
				_, _ = fmt.Sscanf(p, " SIZE=%d", &n)
				return fmt.Sprintf(" SIZE=%d", n/2)
			})
		})},
	{Name: "size-limit-ignored", Breaks: []string{"size-limit-exceeded"}, Text: "It neither looks at the limit of SIZE nor declares the size.",
		In: replies(record.EHLO, func(reply string) string { return Withdraw(reply, "SIZE") })},
	{Name: "size-zero-is-a-limit", Breaks: []string{"size-zero"}, Text: "It takes SIZE 0 for a limit.",
		In: replies(record.EHLO, func(reply string) string {
			return strings.NewReplacer("SIZE 0\r\n", "SIZE 1\r\n").Replace(reply)
		})},
	{Name: "body-without-offer", Text: "It sends BODY=8BITMIME where it is not offered.", In: offering("8BITMIME")},
	{Name: "body-always", Text: "It declares BODY=8BITMIME for every message.",
		Out: lines(record.MAIL, func(line string) string {
			return strings.TrimSuffix(bodyParam.ReplaceAllString(line, ""), "\r\n") + " BODY=8BITMIME\r\n"
		})},
	{Name: "8bit-undeclared", Breaks: []string{"8bit-not-offered", "8bit-offered"}, Text: "It sends 8-bit content and does not declare it.",
		In:  offering("8BITMIME"),
		Out: lines(record.MAIL, func(line string) string { return bodyParam.ReplaceAllString(line, "") })},
	{Name: "smtputf8-always", Text: "It sends SMTPUTF8 with every message.",
		Out: lines(record.MAIL, func(line string) string {
			return strings.TrimSuffix(strings.Replace(line, " SMTPUTF8", "", 1), "\r\n") + " SMTPUTF8\r\n"
		})},
	{Name: "smtputf8-without-offer", Text: "It sends SMTPUTF8 where it is not offered.", In: offering("SMTPUTF8")},
	{Name: "smtputf8-undeclared", Breaks: []string{"utf8-addr-offered"}, Text: "It sends addresses in UTF-8 without SMTPUTF8.",
		In:  offering("SMTPUTF8"),
		Out: lines(record.MAIL, func(line string) string { return strings.Replace(line, " SMTPUTF8", "", 1) })},
	{Name: "dsn-without-offer", Breaks: []string{"dsn-not-offered"}, Text: "It sends the parameters of DSN where it is not offered.", In: offering("DSN")},
	{Name: "dsn-always", Text: "It asks for reports that nobody asked for.", Out: parameter(record.RCPT, " NOTIFY=NEVER")},
	{Name: "bdat-without-offer", Text: "It sends BDAT where CHUNKING is not offered.", In: offering("CHUNKING")},
	{Name: "bdat-wrong-size", Breaks: []string{"bdat-lengths"}, Text: "It counts one octet of a chunk too many.",
		Out: func(d *Dialogue, line string) string {
			var n int
			if _, err := fmt.Sscanf(line, "BDAT %d", &n); err == nil {
				return strings.Replace(line, fmt.Sprint(n), fmt.Sprint(n+1), 1)
			}
			return line
		}},
	{Name: "bdat-stuffed", Breaks: []string{"bdat-no-stuffing"}, Text: "It doubles dots in chunks.",
		Chunk: func(_ *Dialogue, p []byte) []byte { return Stuffed(p)[:len(p)] }},
	{Name: "requiretls-without-offer", Breaks: []string{"rtls-not-offered", "rtls-param"}, Text: "It sends REQUIRETLS where it is not offered.", In: offering("REQUIRETLS")},
	{Name: "requiretls-forgotten", Text: "It sends without REQUIRETLS where that is asked and cannot be had.",
		Job: func(j *Job) { j.RequireTLS = false }},
	{Name: "parameters-after-helo", Text: "It sends parameters to a server that knows HELO only.", Out: parameter(record.MAIL, " BODY=7BIT")},
	{Name: "lmtp-one-reply", Breaks: []string{"lmtp-per-rcpt"}, Text: "It takes the first final reply of LMTP for that of all recipients.",
		In: func(d *Dialogue, reply string) string {
			if !d.Job().LMTP || d.Stage() != record.BODY {
				return reply
			}
			if first, ok := d.Get("final").(string); ok {
				return first
			}
			d.Set("final", reply)
			return reply
		}},
	{Name: "lmtp-ehlo", Text: "It says EHLO to LMTP.",
		Out: lines(record.EHLO, func(line string) string { return strings.Replace(line, "LHLO", "EHLO", 1) })},
}
