package mutant

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

var greetMutants = []Mutant{
	{Name: "talks-after-first-line", Breaks: []string{"greet-multiline-slow"}, Text: "It does not wait for the last line of the greeting.",
		Raw: func(d *Dialogue, p []byte) []byte {
			if d.Stage() == record.CONNECT && len(p) > 3 && p[3] == '-' && Code(string(p)) != 0 {
				d.Say("NOOP\r\n")
			}
			return p
		}},
	{Name: "helo-unless-esmtp", Breaks: []string{"greet-no-esmtp"}, Text: "It says EHLO only where the greeting has the word ESMTP.",
		In: func(d *Dialogue, reply string) string {
			if d.Stage() == record.CONNECT && !strings.Contains(reply, "ESMTP") {
				d.Set("old", true)
			}
			return reply
		},
		Out: func(d *Dialogue, line string) string {
			if d.Stage() == record.EHLO && d.Get("old") != nil {
				return "HELO" + line[4:]
			}
			return line
		}},
	{Name: "ignores-greeting", Breaks: []string{"greet-450", "greet-354"}, Text: "It goes on whatever the code of the greeting is.",
		In: replies(record.CONNECT, func(reply string) string { return Recode(reply, "220") })},
	{Name: "any-2yz-greets", Breaks: []string{"greet-250"}, Text: "It takes a greeting of any 2yz for 220.",
		In: replies(record.CONNECT, func(reply string) string {
			if Class(reply) == 2 {
				return Recode(reply, "220")
			}
			return reply
		})},
	{Name: "reads-on-behind-a-hyphen", Breaks: []string{"greet-garbage-ssh"}, Text: "It takes any line with a hyphen for the beginning of a reply, and waits for its end until its time is over.",
		In: func(_ *Dialogue, reply string) string {
			if len(reply) > 3 && reply[3] == '-' && Code(reply) == 0 {
				return ""
			}
			return reply
		}},
	{Name: "garbage-greeting-is-success", Breaks: []string{"greet-garbage-ssh", "greet-garbage-http"}, Text: "It reports success where the peer is no mail server.",
		Report: func(_ *Dialogue, err error) error {
			if err != nil && strings.Contains(err.Error(), "not an SMTP reply") {
				return nil
			}
			return err
		}},
	{Name: "passes-over-empty-lines", Breaks: []string{"greet-empty-line"}, Text: "It passes over empty lines between replies.",
		In: func(_ *Dialogue, reply string) string { return strings.TrimLeft(reply, "\r\n") }},
	{Name: "loses-class-and-code", Breaks: []string{"greet-421"}, Text: "It reports every failure as permanent, and nothing of its reply.",
		Report: claim(func(_ *Dialogue, c *Claim) { *c = Claim{Text: "it did not work"} })},
}
