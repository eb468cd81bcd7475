package mutant

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

var envelopeMutants = []Mutant{
	{Name: "ignores-mail-errors", Breaks: []string{"mail-451", "mail-452", "mail-550", "mail-552", "mail-553", "mail-530", "mail-555", "mail-no-rcpt-after-reject", "mail-503", "pipe-mail-refused", "pipe-close-after-first", "size-552-mail", "size-452-mail", "8bit-555"}, Text: "It takes a refused MAIL for accepted.", In: pretend("250", record.MAIL)},
	{Name: "ignores-rcpt-errors", Breaks: []string{"rcpt-all-450", "rcpt-all-550", "rcpt-all-551", "rcpt-one-550-first", "rcpt-one-550-middle", "rcpt-one-550-last", "rcpt-one-450-last", "rcpt-mixed-45", "pipe-check-all", "pipe-all-rcpt-fail-554", "pipe-all-rcpt-fail-354", "lmtp-none"}, Text: "It takes refused recipients for accepted.", In: pretend("250", record.RCPT)},
	{Name: "ignores-all-errors", Text: "Dial, Mail, Rcpt, Data without a look at any error.",
		In:     pretend("250", record.MAIL, record.RCPT, record.BODY, record.AUTH),
		Report: func(*Dialogue, error) error { return nil }},
	{Name: "blank-after-colon", Breaks: []string{"env-syntax"}, Text: "It writes a blank behind FROM: and TO:.",
		Out: func(_ *Dialogue, line string) string {
			return strings.Replace(strings.Replace(line, "FROM:<", "FROM: <", 1), "TO:<", "TO: <", 1)
		}},
	{Name: "no-angle-brackets", Text: "It sends paths without angle brackets.",
		Out: func(d *Dialogue, line string) string {
			if d.Stage() == record.MAIL || d.Stage() == record.RCPT {
				return strings.NewReplacer("<", "", ">", "").Replace(line)
			}
			return line
		}},
	{Name: "lower-cases-local-parts", Breaks: []string{"env-case"}, Text: "It writes recipients in lower case.",
		Out: lines(record.RCPT, func(line string) string { return line[:8] + strings.ToLower(line[8:]) })},
	{Name: "unquotes-local-parts", Breaks: []string{"env-quoted-local"}, Text: "It takes the quotes off local parts.",
		Out: lines(record.RCPT, func(line string) string { return strings.ReplaceAll(line, `"`, "") })},
	{Name: "strips-subaddress", Breaks: []string{"env-plus-tag"}, Text: "It drops +tag from recipients.",
		Out: lines(record.RCPT, func(line string) string {
			plus, at := strings.Index(line, "+"), strings.LastIndex(line, "@")
			if plus < 0 || at < plus {
				return line
			}
			return line[:plus] + line[at:]
		})},
	{Name: "source-route", Breaks: []string{"env-source-route"}, Text: "It sends source routes.",
		Out: lines(record.RCPT, func(line string) string { return strings.Replace(line, "<", "<@relay.test:", 1) })},
	{Name: "display-name-in-envelope", Text: "It puts a display name into MAIL.",
		Out: lines(record.MAIL, func(line string) string { return strings.Replace(line, "<", "Bat <", 1) })},
	{Name: "null-sender-replaced", Breaks: []string{"env-null-sender"}, Text: "It never sends the null reverse-path.",
		Out: lines(record.MAIL, func(line string) string { return strings.Replace(line, "<>", "<postmaster@localhost>", 1) })},
	{Name: "passes-crlf-in-recipient", Breaks: []string{"env-crlf-injection"}, Text: "It sends a recipient with CRLF as it is.", Job: harmless, Out: injected},
	{Name: "passes-crlf-in-sender", Breaks: []string{"env-crlf-injection-from"}, Text: "It sends a reverse-path with CRLF as it is.", Job: harmlessSender, Out: injectedSender},
	{Name: "rcpt-to-nobody", Breaks: []string{"env-no-rcpt"}, Text: "It sends MAIL and DATA for a job without recipients.",
		Job: func(j *Job) {
			if len(j.Rcpts) == 0 {
				j.Rcpts = []string{"nobody@example.org"}
			}
		}},
	{Name: "first-recipient-only", Text: "It loses all recipients but the first.",
		Job: func(j *Job) {
			j.Rcpts = j.Rcpts[:min(1, len(j.Rcpts))]
		}},
	{Name: "recipients-leak", Breaks: []string{"reuse-no-leak"}, Text: "It sends each message to the recipients of all.",
		Job: func(j *Job) {
			for i := range j.Messages {
				j.Rcpts = append(j.Rcpts[:len(j.Rcpts):len(j.Rcpts)], j.Messages[i].Rcpts...)
				j.Messages[i].Rcpts = nil
			}
		}},
}
