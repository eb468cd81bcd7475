package mutant

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/sender"
)

var sessionMutants = []Mutant{
	{Name: "helo-only", Breaks: []string{"ehlo-first"}, Text: "It says HELO and never EHLO.",
		Out: lines(record.EHLO, func(line string) string { return "HELO" + line[4:] })},
	{Name: "ehlo-without-name", Text: "It sends EHLO without an argument.",
		Out: lines(record.EHLO, func(string) string { return "EHLO\r\n" })},
	{Name: "ehlo-localhost", Breaks: []string{"ehlo-domain"}, Text: "It calls itself localhost, whoever it is.",
		Options: func(o *sender.Options) { o.Hello = "localhost" }},
	{Name: "ehlo-twice", Text: "It sends EHLO a second time for no reason.",
		Out: lines(record.EHLO, func(line string) string { return line + line })},
	{Name: "talks-before-greeting", Breaks: []string{"greet-wait"}, Text: "It does not wait for the greeting.",
		Start: func(d *Dialogue) { d.Say("NOOP\r\n") }},
	{Name: "lf-commands", Breaks: []string{"env-crlf-lines"}, Text: "It ends its commands with LF.",
		Out: func(_ *Dialogue, line string) string { return strings.ReplaceAll(line, "\r\n", "\n") }},
	{Name: "no-quit", Breaks: []string{"greet-554-quit", "quit-sent", "quit-after-mail-reject", "quit-after-rcpt-reject", "quit-after-final-reject", "quit-after-auth-reject"}, Text: "It closes the connection without QUIT.",
		Out: swallow(record.QUIT, "221 enough\r\n")},
	{Name: "quit-not-awaited", Breaks: []string{"quit-waits-221"}, Text: "It sends QUIT and closes at once.",
		Out: func(d *Dialogue, line string) string {
			if d.Stage() == record.QUIT {
				d.Answer("221 enough\r\n")
			}
			return line
		}},
	{Name: "quit-decides", Breaks: []string{"final-drop-after-250", "timeout-quit", "quit-250", "quit-421", "quit-500", "quit-bare", "quit-drop"}, Text: "It reports a message as failed when QUIT fails.",
		In: func(d *Dialogue, reply string) string {
			if d.Stage() == record.QUIT {
				d.Set("quit", reply)
			}
			return reply
		},
		Report: func(d *Dialogue, err error) error {
			if reply, _ := d.Get("quit").(string); err == nil && !strings.HasPrefix(reply, "221 ") {
				return &Claim{Text: "QUIT failed: " + reply}
			}
			return err
		}},
	{Name: "noop-after-quit", Breaks: []string{"quit-last"}, Text: "It goes on after QUIT.",
		Out: lines(record.QUIT, func(line string) string { return line + "NOOP\r\n" })},
	{Name: "no-rset", Breaks: []string{"reuse-rset-after-reject", "reuse-after-data-reject"}, Text: "It opens a transaction while another is open.",
		Out: swallow(record.RSET, "250 as you wish\r\n")},
	{Name: "first-message-only", Text: "It loses all messages of a job but the first, and says nothing.",
		Job: func(j *Job) { j.Messages = j.Messages[:min(1, len(j.Messages))] }},
}
