package mutant

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// refusing makes an In for which replies of a form are refusals.
func refusing(form func(reply string) bool) func(*Dialogue, string) string {
	return func(d *Dialogue, reply string) string {
		if d.Stage() != record.EHLO && form(reply) {
			return "554 what is this\r\n"
		}
		return reply
	}
}

// formMutants are at fault in the form of replies.
var formMutants = []Mutant{
	{Name: "needs-words", Breaks: []string{"reply-bare-code", "reply-code-space-only"}, Text: "It refuses a reply that has no text.",
		In: refusing(func(reply string) bool { return len(strings.TrimSpace(reply)) == 3 })},
	{Name: "short-lines-only", Breaks: []string{"reply-long-line-510", "reply-long-line-2000"}, Text: "It refuses lines of more than 500 octets.",
		In: refusing(func(reply string) bool { return len(reply) > 500 })},
	{Name: "ascii-replies-only", Breaks: []string{"reply-utf8-text", "reply-latin1-text"}, Text: "It refuses replies beyond ASCII.",
		In: refusing(func(reply string) bool { return strings.ContainsFunc(reply, func(r rune) bool { return r > 0x7f }) })},
	{Name: "reads-to-nul", Breaks: []string{"reply-nul-text"}, Text: "It takes NUL for the end of what came, and waits for the rest of the reply.",
		In: func(_ *Dialogue, reply string) string {
			if strings.Contains(reply, "\x00") {
				return ""
			}
			return reply
		}},
	{Name: "waits-for-its-code", Breaks: []string{"reply-mixed-codes"}, Text: "It waits for ever for a last line with the code of the first.",
		Conn: patient,
		In: func(_ *Dialogue, reply string) string {
			if first, last, several := strings.Cut(strings.TrimSuffix(reply, "\r\n"), "\r\n"); several && Code(first) != Code(last) {
				return ""
			}
			return reply
		}},
	{Name: "tab-is-a-blank", Breaks: []string{"reply-tab-separator"}, Text: "It takes a tab behind the code for a blank.",
		In: func(_ *Dialogue, reply string) string { return strings.Replace(reply, "\t", " ", 1) }},
	{Name: "unknown-class-is-success", Breaks: []string{"reply-6yz"}, Text: "It takes every code for success that is no 4yz and no 5yz.",
		In: func(_ *Dialogue, reply string) string {
			if Class(reply) > 5 {
				return Recode(reply, "250")
			}
			return reply
		}},
	{Name: "enhanced-class-decides", Breaks: []string{"reply-enhanced-contradict"}, Text: "It takes the class of a failure from the enhanced code.",
		Report: claim(func(_ *Dialogue, c *Claim) {
			if strings.Contains(c.Text, "450 5.1.1") {
				c.Transient, c.Code = false, 0
			}
		})},
	{Name: "stray-replies-count", Breaks: []string{"reply-coalesced-desync"}, Text: "It takes a reply that nothing asked for as that to its next command.",
		In: func(d *Dialogue, reply string) string {
			if d.Stage() != record.ANY {
				return reply
			}
			d.Set("stray", reply)
			return ""
		},
		Out: func(d *Dialogue, line string) string {
			if stray, _ := d.Get("stray").(string); stray != "" {
				d.Set("stray", "")
				d.Answer(stray)
			}
			return line
		}},
}
