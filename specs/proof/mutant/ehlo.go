package mutant

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/sender"
)

// extensionsRead makes an In of a func that changes positive replies to EHLO.
func extensionsRead(f func(reply string) string) func(*Dialogue, string) string {
	return replies(record.EHLO, func(reply string) string {
		if Class(reply) == 2 {
			return f(reply)
		}
		return reply
	})
}

// refuseIf refuses a reply that has this in it.
func refuseIf(has func(reply string) bool) func(string) string {
	return func(reply string) string {
		if has(reply) {
			return "nothing\r\n"
		}
		return reply
	}
}

var ehloMutants = []Mutant{
	{Name: "ehlo-underscore", Breaks: []string{"ehlo-domain"}, Text: "It calls itself by a name with underscores.",
		Out: lines(record.EHLO, func(line string) string { return line[:5] + "my_host.example\r\n" })},
	{Name: "passes-hello-as-given", Breaks: []string{"ehlo-domain-ascii", "ehlo-crlf"}, Text: "It sends the name for EHLO as it is given.",
		Options: func(o *sender.Options) { o.Hello = "stand.in" },
		Out: func(d *Dialogue, line string) string {
			if d.Stage() == record.EHLO && d.Job().Helo != "" {
				return line[:5] + d.Job().Helo + "\r\n"
			}
			return line
		}},
	{Name: "no-helo", Breaks: []string{"ehlo-500-helo", "ehlo-502-helo", "ehlo-504-helo"}, Text: "It never falls back to HELO.",
		Out: func(d *Dialogue, line string) string {
			if Verb(line) != "HELO" {
				return line
			}
			d.Answer("500 no\r\n")
			return ""
		}},
	{Name: "helo-on-any-refusal", Breaks: []string{"ehlo-550", "ehlo-421-no-helo", "ehlo-421-open", "ehlo-451"}, Text: "It tries HELO whatever refuses EHLO.",
		In: func(d *Dialogue, reply string) string {
			if Verb(d.Command()) == "EHLO" && Class(reply) >= 4 {
				return Recode(reply, "500")
			}
			return reply
		}},
	{Name: "ignores-ehlo-errors", Breaks: []string{"ehlo-both-rejected"}, Text: "It takes a refused EHLO for accepted.", In: pretend("250", record.EHLO)},
	{Name: "keeps-esmtp-after-helo", Breaks: []string{"ehlo-helo-no-params"}, Text: "It sends parameters to a server that knows HELO only.",
		Out: func(d *Dialogue, line string) string {
			if Verb(line) == "HELO" {
				d.Set("helo", true)
			}
			if d.Stage() == record.MAIL && d.Get("helo") != nil {
				return strings.TrimSuffix(line, "\r\n") + " BODY=7BIT\r\n"
			}
			return line
		}},
	{Name: "ehlo-again", Breaks: []string{"ehlo-once"}, Text: "It says EHLO a second time when it has the reply to the first.",
		In: func(d *Dialogue, reply string) string {
			if d.Stage() == record.EHLO && d.Count() == 1 {
				return Recode(reply, "500")
			}
			return reply
		},
		Out: lines(record.EHLO, func(line string) string { return "EHLO" + line[4:] })},
	{Name: "keywords-in-capitals", Breaks: []string{"ehlo-keyword-case-starttls", "ehlo-keyword-case-auth"}, Text: "It knows keywords in capitals only.",
		In: extensionsRead(func(reply string) string {
			if strings.Contains(reply, "starttls") || strings.Contains(reply, "auth ") {
				return Withdraw(Withdraw(reply, "STARTTLS"), "AUTH")
			}
			return reply
		})},
	{Name: "refuses-unknown-extensions", Breaks: []string{"ehlo-unknown-ext"}, Text: "It refuses a server that offers what it does not know.",
		In: extensionsRead(refuseIf(func(reply string) bool { return strings.Contains(reply, "X-") }))},
	{Name: "greps-extensions", Breaks: []string{"ehlo-first-line-not-ext", "ehlo-substring"}, Text: "It looks for extensions anywhere in the reply to EHLO.",
		In: extensionsRead(func(reply string) string {
			for _, keyword := range []string{"STARTTLS", "SIZE"} {
				if strings.Contains(reply, keyword) && !Offers(reply, keyword) {
					reply = Offer(reply, keyword)
				}
			}
			if strings.Contains(reply, "AUTHX") {
				reply = Offer(reply, "AUTH PLAIN")
			}
			return reply
		})},
	{Name: "greps-auth", Breaks: []string{"ehlo-substring"}, Text: "It takes AUTHX for AUTH, and signs in where that is in clear text.",
		Options: func(o *sender.Options) {
			if o.Auth != nil {
				o.Auth.AllowClear = true
			}
		},
		In: extensionsRead(func(reply string) string { return strings.Replace(reply, "AUTHX", "AUTH", 1) })},
	{Name: "ignores-old-auth", Breaks: []string{"ehlo-auth-equals"}, Text: "It does not know the form AUTH=.",
		In: extensionsRead(func(reply string) string { return strings.ReplaceAll(reply, "AUTH=", "XAUTH=") })},
	{Name: "refuses-two-blanks", Breaks: []string{"ehlo-spaces"}, Text: "It refuses a line of EHLO with two blanks in a row.",
		In: extensionsRead(refuseIf(func(reply string) bool { return strings.Contains(reply, "  ") }))},
	{Name: "last-auth-line-counts", Breaks: []string{"ehlo-duplicate"}, Text: "Of several lines with AUTH it keeps the last.",
		In: extensionsRead(func(reply string) string {
			if strings.Count(reply, "AUTH ") > 1 {
				reply = strings.Replace(strings.Replace(reply, "AUTH PLAIN", "XAUTH", 1), "AUTH=", "XAUTH=", 1)
			}
			return reply
		})},
	{Name: "replies-are-ascii", Breaks: []string{"ehlo-nonascii"}, Text: "It refuses a reply with octets beyond ASCII.",
		In: extensionsRead(refuseIf(func(reply string) bool { return strings.ContainsFunc(reply, func(r rune) bool { return r >= 0x80 }) }))},
}
