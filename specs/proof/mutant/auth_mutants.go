package mutant

import (
	"encoding/base64"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/sender"
)

// plain is the response of PLAIN.
func plain(j *Job) string {
	return base64.StdEncoding.EncodeToString([]byte("\x00" + j.User + "\x00" + j.Pass))
}

// clearly lets AUTH show the password without TLS.
func clearly(o *sender.Options) {
	if o.Auth != nil {
		o.Auth.AllowClear = true
	}
}

var authMutants = []Mutant{
	{Name: "auth-in-the-clear", Text: "It sends the password without TLS.",
		Breaks:  []string{"auth-clear", "auth-clear-downgrade", "auth-cram-fail-then-plain-clear"},
		Options: clearly},
	{Name: "sends-without-auth", Text: "It sends without AUTH where it has credentials and AUTH is not offered.",
		Options: clearly,
		Breaks:  []string{"auth-missing"},
		In: func(d *Dialogue, reply string) string {
			if d.Stage() == record.EHLO && !Offers(reply, "AUTH") && d.Job().User != "" {
				d.Set("unauthenticated", true)
				return Offer(reply, "AUTH PLAIN")
			}
			return reply
		},
		Out: func(d *Dialogue, line string) string {
			if d.Stage() != record.AUTH || d.Get("unauthenticated") == nil {
				return line
			}
			d.Answer("235 who cares\r\n")
			return ""
		}},
	{Name: "ignores-auth-errors", Text: "It goes on when AUTH is refused.",
		Breaks: []string{"auth-535", "auth-xoauth2-error"},
		In:     pretend("235", record.AUTH)},
	{Name: "no-auth", Text: "It never authenticates.", Job: func(j *Job) { j.User, j.Pass, j.Mechanism = "", "", "" }},
	{Name: "star-after-refusal", Text: `It sends "*" when AUTH was refused.`,
		Breaks: []string{"auth-535-no-star"},
		In: func(d *Dialogue, reply string) string {
			if d.Stage() == record.AUTH && Class(reply) >= 4 && d.Command() != "*\r\n" {
				d.Say("*\r\n")
			}
			return reply
		}},
	{Name: "plain-not-offered", Text: "It uses PLAIN whatever is offered.",
		Breaks: []string{"auth-login-only", "auth-cram-md5-only", "auth-unknown-only", "auth-mech-after-tls"},
		In: func(d *Dialogue, reply string) string {
			if d.Stage() == record.EHLO && Offers(reply, "AUTH") {
				return Offer(Withdraw(reply, "AUTH"), "AUTH PLAIN")
			}
			return reply
		}},
	{Name: "weakest-first", Text: "It prefers LOGIN to all other mechanisms.",
		Breaks: []string{"auth-strongest"},
		Options: func(o *sender.Options) {
			if o.Auth != nil && len(o.Auth.Mechanisms) == 0 {
				o.Auth.Mechanisms = []string{"LOGIN", "PLAIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"}
			}
		}},
	{Name: "long-initial-response", Text: "It gives AUTH an initial response of any length.",
		Breaks: []string{"auth-long-ir"},
		Out: func(d *Dialogue, line string) string {
			if line != "AUTH PLAIN\r\n" {
				return line
			}
			return "AUTH PLAIN " + plain(d.Job()) + "\r\n"
		}},
	{Name: "does-not-cancel", Text: "It answers a challenge that it cannot read.",
		Breaks: []string{"auth-cram-bad-challenge", "auth-plain-unexpected-challenge"},
		Out: func(d *Dialogue, line string) string {
			if d.Stage() == record.AUTH && line == "*\r\n" {
				return plain(d.Job()) + "\r\n"
			}
			return line
		}},
	{Name: "auth-for-each-message", Text: "It authenticates again before each message.",
		Breaks: []string{"auth-not-in-transaction", "reuse-auth-once"},
		Out: func(d *Dialogue, line string) string {
			if d.Stage() == record.MAIL && d.Count() > 1 && d.Job().User != "" {
				d.Say("AUTH PLAIN " + plain(d.Job()) + "\r\n")
			}
			return line
		}},
	{Name: "password-in-error", Text: "It tells the password in its error.",
		Breaks: []string{"auth-password-not-in-error"},
		Report: claim(func(d *Dialogue, c *Claim) { c.Text += " (password " + d.Job().Pass + ")" })},
	{Name: "auth-temporary-lost", Text: "It blames the password for a temporary failure.",
		Breaks: []string{"auth-454", "auth-432"},
		Report: claim(func(d *Dialogue, c *Claim) {
			if c.Code == 454 || c.Code == 432 {
				c.Transient, c.Code, c.Text = false, 535, "bad credentials"
			}
		})},
	{Name: "empty-response-as-blank", Text: `It sends an empty initial response as a blank.`,
		Breaks: []string{"auth-empty-ir"},
		Out:    lines(record.AUTH, func(line string) string { return strings.Replace(line, " =\r\n", " \r\n", 1) })},
}
