package mutant

import (
	"context"
	"crypto/tls"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

var tlsMutants = []Mutant{
	{Name: "accepts-any-certificate", Text: "It does not verify the server.",
		Breaks: []string{"tls-opt-cert-fail-no-clear"},
		TLS:    func(c *tls.Config) { c.InsecureSkipVerify = true }},
	{Name: "accepts-expired", Text: "It does not look at the end of a certificate's time.",
		Breaks: []string{"tls-cert-expired", "itls-cert-expired"},
		TLS:    verifying(whenExpired)},
	{Name: "accepts-future", Text: "It does not look at the beginning of a certificate's time.",
		Breaks: []string{"tls-cert-future", "itls-cert-future"},
		TLS:    verifying(beforeBegin)},
	{Name: "accepts-wrong-host", Text: "It verifies the chain and not the name.",
		Breaks: []string{"tls-cert-wronghost", "tls-cert-cn-only", "tls-cert-wildcard", "tls-cert-auth-leak", "itls-cert-wronghost"},
		TLS:    verifying(anyName)},
	{Name: "accepts-unknown-ca", Text: "It trusts whatever a chain ends in.",
		Breaks: []string{"tls-cert-untrusted", "tls-cert-chain", "itls-cert-untrusted"},
		TLS:    verifying(anyRoot)},
	{Name: "accepts-self-signed", Text: "It trusts a certificate that signs itself.",
		Breaks: []string{"tls-cert-selfsigned", "itls-cert-selfsigned"},
		TLS:    verifying(selfSigned)},
	{Name: "accepts-any-usage", Text: "It takes the certificate of a client for a server's.",
		Breaks: []string{"tls-cert-eku"},
		TLS:    verifying(anyUsage)},
	{Name: "accepts-tls-1.1", Text: "It takes TLS 1.1 and 1.0.",
		Breaks: []string{"tls-max-1.1", "itls-max-1.1"},
		TLS: func(c *tls.Config) {
			c.MinVersion = tls.VersionTLS10
			for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
				c.CipherSuites = append(c.CipherSuites, s.ID)
			}
		}},
	{Name: "tls-1.3-only", Text: "It has no TLS 1.2.",
		Breaks: []string{"tls-1.2-only"},
		TLS:    func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 }},
	{Name: "tls-1.2-at-most", Text: "It has no TLS 1.3.",
		Breaks: []string{"tls-1.3-only"},
		TLS:    func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }},
	{Name: "no-sni", Text: "It does not name the host in the handshake.",
		Breaks: []string{"tls-sni"},
		TLS:    withoutSNI},
	{Name: "clear-when-stripped", Text: "It goes on in the clear where TLS is required and not offered.",
		Breaks: []string{"tls-stripped", "tls-starttls-454", "tls-starttls-501", "tls-starttls-502"},
		Job: func(j *Job) {
			if j.Security == record.SecurityStartTLS {
				j.Security = record.SecurityOptional
			}
		}},
	{Name: "clear-after-failure", Text: "It comes back in the clear when TLS fails.",
		Breaks: []string{"drop-starttls", "tls-handshake-drop", "tls-handshake-garbage", "tls-handshake-hang", "tls-handshake-alert", "itls-plain-server"},
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
		Breaks:  []string{"tls-inject-reply", "tls-inject-then-reject"},
		Believe: func(_ *Dialogue, octets []byte) []byte { return octets }},
	{Name: "drops-clear-text", Text: "It forgets what came behind the 220 in the clear, and goes on.",
		Believe: func(*Dialogue, []byte) []byte { return nil }},
	{Name: "keeps-capabilities", Text: "It believes inside TLS what was offered before.",
		Breaks: []string{"tls-caps-reset", "utf8-lost-after-tls"},
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
		Breaks: []string{"tls-baseline", "tls-re-ehlo"},
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
		Breaks: []string{"tls-no-params"},
		Out:    lines(record.STARTTLS, func(string) string { return "STARTTLS now\r\n" })},
	{Name: "starttls-250", Text: "It takes any 2yz to STARTTLS for 220.",
		Breaks: []string{"tls-starttls-250"},
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
	{Name: "command-behind-starttls", Text: "It sends EHLO together with STARTTLS.",
		Breaks: []string{"tls-next-octets", "tls-cmd-after-220", "pipe-starttls-last"},
		Out:    lines(record.STARTTLS, func(line string) string { return line + "EHLO early.test" })},
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
