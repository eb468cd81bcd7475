package mutant

import (
	"context"
	"crypto/tls"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

var tlsMutants = []Mutant{
	{Name: "accepts-any-certificate", Text: "It does not verify the server.",
		TLS: func(c *tls.Config) { c.InsecureSkipVerify = true }},
	{Name: "accepts-expired", Text: "It does not look at the end of a certificate's time.", TLS: verifying(whenExpired)},
	{Name: "accepts-future", Text: "It does not look at the beginning of a certificate's time.", TLS: verifying(beforeBegin)},
	{Name: "accepts-wrong-host", Text: "It verifies the chain and not the name.", TLS: verifying(anyName)},
	{Name: "accepts-unknown-ca", Text: "It trusts whatever a chain ends in.", TLS: verifying(anyRoot)},
	{Name: "accepts-self-signed", Text: "It trusts a certificate that signs itself.", TLS: verifying(selfSigned)},
	{Name: "accepts-any-usage", Text: "It takes the certificate of a client for a server's.", TLS: verifying(anyUsage)},
	{Name: "accepts-tls-1.1", Text: "It takes TLS 1.1 and 1.0.", TLS: func(c *tls.Config) {
		c.MinVersion = tls.VersionTLS10
		for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
			c.CipherSuites = append(c.CipherSuites, s.ID)
		}
	}},
	{Name: "tls-1.3-only", Text: "It has no TLS 1.2.", TLS: func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 }},
	{Name: "tls-1.2-at-most", Text: "It has no TLS 1.3.", TLS: func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }},
	{Name: "no-sni", Text: "It does not name the host in the handshake.", TLS: withoutSNI},
	{Name: "clear-when-stripped", Text: "It goes on in the clear where TLS is required and not offered.",
		Job: func(j *Job) {
			if j.Security == record.SecurityStartTLS {
				j.Security = record.SecurityOptional
			}
		}},
	{Name: "clear-after-failure", Breaks: []string{"drop-starttls"}, Text: "It comes back in the clear when TLS fails.",
		Around: func(ctx context.Context, job Job, send func(context.Context, Job) error) error {
			err := send(ctx, job)
			if err != nil && job.Security != record.SecurityNone && CodeOf(err) == 0 {
				job.Security = record.SecurityNone
				return send(ctx, job)
			}
			return err
		}},
	{Name: "no-tls", Text: "It never uses TLS, whatever it is asked.", Job: func(j *Job) { j.Security = record.SecurityNone }},
	{Name: "believes-clear-text", Text: "It takes what came behind the 220 in the clear for the beginning of the dialogue inside TLS.",
		Believe: func(_ *Dialogue, octets []byte) []byte { return octets }},
	{Name: "drops-clear-text", Text: "It forgets what came behind the 220 in the clear, and goes on.",
		Believe: func(*Dialogue, []byte) []byte { return nil }},
	{Name: "keeps-capabilities", Breaks: []string{"utf8-lost-after-tls"}, Text: "It believes inside TLS what was offered before.",
		In: func(d *Dialogue, reply string) string {
			if d.Stage() != record.EHLO || Class(reply) != 2 {
				return reply
			}
			if old, ok := d.Get("ehlo").(string); ok && d.Secure() {
				return old
			}
			d.Set("ehlo", reply)
			return reply
		}},
	{Name: "no-ehlo-inside-tls", Text: "It does not ask anew inside TLS.",
		In: func(d *Dialogue, reply string) string {
			if d.Stage() == record.EHLO && !d.Secure() {
				d.Set("ehlo", reply)
			}
			return reply
		},
		Out: func(d *Dialogue, line string) string {
			if old, _ := d.Get("ehlo").(string); d.Stage() == record.EHLO && d.Secure() && old != "" {
				d.Answer(old)
				return ""
			}
			return line
		}},
	{Name: "starttls-with-argument", Text: "It gives STARTTLS an argument.",
		Out: lines(record.STARTTLS, func(string) string { return "STARTTLS now\r\n" })},
	{Name: "starttls-250", Text: "It takes any 2yz to STARTTLS for 220.",
		In: replies(record.STARTTLS, func(reply string) string {
			if Class(reply) == 2 {
				return Recode(reply, "220")
			}
			return reply
		})},
	{Name: "starttls-refusal-ignored", Text: "It shakes hands although STARTTLS was refused.", In: pretend("220", record.STARTTLS)},
	{Name: "starttls-not-offered", Text: "It sends STARTTLS where it is not offered.",
		In: func(d *Dialogue, reply string) string {
			if d.Stage() == record.EHLO && !d.Secure() && !Offers(reply, "STARTTLS") {
				return Offer(reply, "STARTTLS")
			}
			return reply
		}},
	{Name: "command-behind-starttls", Breaks: []string{"pipe-starttls-last"}, Text: "It sends EHLO together with STARTTLS.",
		Out: lines(record.STARTTLS, func(line string) string { return line + "EHLO early.test" })},
	{Name: "keyword-case-matters", Text: "It knows keywords in upper case only.",
		In: replies(record.EHLO, func(reply string) string {
			if Code(reply) != 250 {
				return reply
			}
			kept := replyLines(reply)[:1]
			for _, line := range replyLines(reply)[1:] {
				if word, _, _ := strings.Cut(line, " "); word == strings.ToUpper(word) {
					kept = append(kept, line)
				}
			}
			return ehlo(kept)
		})},
}
