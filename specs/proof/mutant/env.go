package mutant

import (
	"bytes"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
)

// ordinarily makes an Out that changes lines of one stage in ordinary jobs only:
// a fault that no server lets pass would leave a client that sends nothing, of
// which nothing can be said.
func ordinarily(stage record.Stage, f func(line string) string) func(*Dialogue, string) string {
	return func(d *Dialogue, line string) string {
		m := &d.Job().Messages[0]
		if d.Stage() == stage && (m.Subject == conform.Ordinary || bytes.Contains(m.Raw, []byte(conform.Ordinary))) {
			return f(line)
		}
		return line
	}
}

var envMutants = []Mutant{
	{Name: "rcpt-before-mail", Breaks: []string{"env-order"}, Text: "It sends RCPT before MAIL.",
		Out: ordinarily(record.MAIL, func(line string) string { return "RCPT TO:<early@example.org>\r\n" + line })},
	{Name: "blank-at-the-end", Breaks: []string{"env-syntax"}, Text: "It ends MAIL with a blank.",
		Out: lines(record.MAIL, func(line string) string { return strings.TrimSuffix(line, "\r\n") + " \r\n" })},
	{Name: "pads-long-lines", Breaks: []string{"env-cmd-length"}, Text: "It fills long lines up with blanks.",
		Out: lines(record.RCPT, func(line string) string {
			if len(line) < 200 {
				return line
			}
			return strings.TrimSuffix(line, "\r\n") + strings.Repeat(" ", 1200) + "\r\n"
		})},
	{Name: "unbrackets-literals", Breaks: []string{"env-address-literal"}, Text: "It takes the brackets off address literals.",
		Out: lines(record.RCPT, func(line string) string { return strings.NewReplacer("[", "", "]", "").Replace(line) })},
	{Name: "sender-as-given", Breaks: []string{"env-display-name"}, Text: "It puts the sender into MAIL as it is given, with a display name.",
		Out: func(d *Dialogue, line string) string {
			if from := d.Job().From; d.Stage() == record.MAIL && strings.Contains(from, " <") {
				return "MAIL FROM:<" + from + ">\r\n"
			}
			return line
		}},
	{Name: "drops-duplicates", Breaks: []string{"env-dup-rcpt"}, Text: "It names each recipient once.",
		Job: func(j *Job) { j.Rcpts = slices.Compact(slices.Clone(j.Rcpts)) }},
	{Name: "passes-bracket-in-recipient", Breaks: []string{"env-gt-injection"}, Text: "It sends a recipient with an angle bracket as it is.",
		Job: func(j *Job) {
			j.Rcpts = slices.Clone(j.Rcpts)
			for i, r := range j.Rcpts {
				if strings.Contains(r, ">") {
					j.Messages, j.Rcpts[i] = addressed(j.Messages), standIn(r)
				}
			}
		},
		Out: injected},
	{Name: "finds-an-address-within", Breaks: []string{"env-reparse"}, Text: "It takes what looks like an address out of a quoted local-part.",
		Job: func(j *Job) {
			j.Rcpts = slices.Clone(j.Rcpts)
			for i, r := range j.Rcpts {
				if inner, _, ok := strings.Cut(strings.TrimPrefix(r, `"`), ">"); ok && strings.HasPrefix(r, `"`) {
					j.Rcpts[i] = inner
				}
			}
		}},
	{Name: "splits-at-commas", Breaks: []string{"env-reparse"}, Text: "It takes a recipient with a comma for its first half.",
		Job: func(j *Job) {
			j.Rcpts = slices.Clone(j.Rcpts)
			for i := range j.Rcpts {
				j.Rcpts[i], _, _ = strings.Cut(j.Rcpts[i], ",")
			}
		}},
	{Name: "body-not-offered", Breaks: []string{"env-param-not-offered"}, Text: "It sends BODY=7BIT, offered or not.",
		Out: ordinarily(record.MAIL, func(line string) string { return strings.TrimSuffix(line, "\r\n") + " BODY=7BIT\r\n" })},
	{Name: "domains-as-given", Breaks: []string{"env-idn-domain"}, Text: "It sends a domain beyond ASCII as it is.",
		Out: func(d *Dialogue, line string) string {
			for _, r := range d.Job().Rcpts {
				if d.Stage() == record.RCPT && strings.ContainsFunc(r, func(r rune) bool { return r >= 0x80 }) {
					return "RCPT TO:<" + r + ">\r\n"
				}
			}
			return line
		}},
}
