package mutant

import (
	"bytes"
	"net"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// patient makes a Conn of which reads never time out.
func patient(c net.Conn) net.Conn { return Patient{c} }

var replyMutants = []Mutant{
	{Name: "insists-on-250", Breaks: []string{"mail-25x", "rcpt-251", "rcpt-252", "rcpt-unknown-2yz", "final-2yz-unknown", "utf8-reply-text"}, Text: "It takes 251 and other 2yz for failures.",
		In: func(d *Dialogue, reply string) string {
			s := d.Stage()
			if (s == record.MAIL || s == record.RCPT || s == record.BODY) && Class(reply) == 2 && Code(reply) != 250 {
				return Recode(reply, "550")
			}
			return reply
		}},
	{Name: "reads-text-for-code", Breaks: []string{"final-code-not-text-bad"}, Text: "It takes a reply that says ok for success, whatever its code.",
		In: func(d *Dialogue, reply string) string {
			if d.Stage() != record.DATA && Class(reply) >= 4 && strings.Contains(strings.ToLower(reply), "ok") {
				return Recode(reply, "250")
			}
			return reply
		}},
	{Name: "reads-error-for-code", Breaks: []string{"final-code-not-text-ok"}, Text: "It takes a reply that says error for a failure, whatever its code.",
		In: func(_ *Dialogue, reply string) string {
			if Class(reply) == 2 && strings.Contains(strings.ToLower(reply), "error") {
				return Recode(reply, "550")
			}
			return reply
		}},
	{Name: "needs-text", Breaks: []string{"greet-bare-220", "ehlo-bare-250", "reply-bare-code"}, Text: "It refuses a reply that is the code alone.",
		In: func(_ *Dialogue, reply string) string {
			if len(strings.TrimRight(reply, "\r\n")) < 4 {
				return "nothing\r\n"
			}
			return reply
		}},
	{Name: "hangs-on-bare-code", Text: "It waits for ever behind a reply that is the code alone.",
		Conn: patient,
		In: func(_ *Dialogue, reply string) string {
			if len(strings.TrimRight(reply, "\r\n")) < 4 {
				return ""
			}
			return reply
		}},
	{Name: "first-line-is-the-reply", Breaks: []string{"greet-multiline", "reply-multiline-bare-last", "reply-multiline-all", "pipe-coalesced", "pipe-split"}, Text: "It takes each line for a reply.",
		In: func(d *Dialogue, reply string) string {
			if d.Stage() == record.EHLO {
				return reply
			}
			return strings.ReplaceAll(reply, "-", " ")
		}},
	{Name: "four-digit-codes", Breaks: []string{"reply-four-digits"}, Text: "It believes codes of four digits.",
		In: func(_ *Dialogue, reply string) string {
			if Code(reply) != 0 && len(reply) > 4 && reply[3] >= '0' && reply[3] <= '9' {
				return reply[:3] + " " + reply[4:]
			}
			return reply
		}},
	{Name: "two-digit-codes", Breaks: []string{"reply-two-digits"}, Text: "It believes codes of two digits.",
		In: func(_ *Dialogue, reply string) string {
			if len(reply) > 3 && reply[0] == '2' && reply[2] == ' ' {
				return "250 " + reply[3:]
			}
			return reply
		}},
	{Name: "garbage-is-success", Breaks: []string{"reply-garbage", "reply-empty-line"}, Text: "It takes a line without a code for success.",
		In: func(_ *Dialogue, reply string) string {
			if Code(reply) == 0 {
				return "250 " + reply
			}
			return reply
		}},
	{Name: "preliminary-is-success", Breaks: []string{"reply-1yz"}, Text: "It takes 1yz for success.",
		In: func(_ *Dialogue, reply string) string {
			if Class(reply) == 1 {
				return Recode(reply, "250")
			}
			return reply
		}},
	{Name: "cr-ends-a-line", Breaks: []string{"reply-multiline-slow"}, Text: "It takes CR alone for a line end.",
		Raw: func(_ *Dialogue, p []byte) []byte {
			p = bytes.ReplaceAll(p, []byte("\r\n"), []byte("\n"))
			return bytes.ReplaceAll(p, []byte("\r"), []byte("\n"))
		}},
	{Name: "takes-any-flood", Breaks: []string{"sec-infinite-line", "sec-infinite-multiline", "sec-ehlo-bomb"}, Text: "It reads a reply to its end, however long.",
		Raw: func(d *Dialogue, p []byte) []byte {
			n, _ := d.Get("octets").(int)
			if d.Set("octets", n+len(p)); n > 1<<14 && !bytes.Contains(p, []byte("250 ")) {
				return nil
			}
			return p
		}},
	{Name: "needs-crlf", Breaks: []string{"reply-bytewise", "reply-lf-only"}, Text: "It waits for CRLF where a server ends lines with LF.",
		Raw: func(d *Dialogue, p []byte) []byte {
			if bytes.Contains(p, []byte("\n")) && !bytes.Contains(p, []byte("\r\n")) {
				return bytes.ReplaceAll(p, []byte("\n"), nil)
			}
			return p
		}},
}
