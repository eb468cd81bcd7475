package mutant

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/sender"
)

// startTLSMutants are wrong about the beginning of TLS, or its end.
var startTLSMutants = []Mutant{
	{Name: "starttls-inside-tls", Breaks: []string{"tls-still-advertised", "itls-no-starttls"}, Text: "It sends STARTTLS wherever it is offered.",
		In: func(d *Dialogue, reply string) string {
			if d.Stage() == record.EHLO && d.Secure() && Offers(reply, "STARTTLS") {
				d.Say("STARTTLS\r\n")
			}
			return reply
		}},
	{Name: "needs-client-certificate", Breaks: []string{"tls-renego"}, Text: "It breaks off when it is asked for a certificate that it has not.",
		TLS: func(c *tls.Config) {
			c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				return nil, errors.New("no certificate for this server")
			}
		}},
	{Name: "names-only", Breaks: []string{"tls-cert-ip-san"}, Text: "It does not look for addresses in certificates.",
		TLS: func(c *tls.Config) {
			if net.ParseIP(c.ServerName) != nil {
				c.ServerName = "no.such.name.test"
			}
		}},
	{Name: "truncation-is-failure", Breaks: []string{"tls-truncation"}, Text: "It takes back its success when TLS ends without close_notify.",
		In: func(d *Dialogue, reply string) string {
			d.Set("farewell", d.Stage() == record.QUIT)
			return reply
		},
		Report: func(d *Dialogue, err error) error {
			if err == nil && d.Secure() && d.Get("farewell") == false {
				return errors.New("the connection was cut")
			}
			return err
		}},
	{Name: "ehlo-refusal-ignored", Breaks: []string{"tls-ehlo-refused-after"}, Text: "It goes on where EHLO is refused inside TLS.",
		In: func(d *Dialogue, reply string) string {
			if d.Stage() == record.EHLO && d.Secure() {
				return pretend("250", record.EHLO)(d, reply)
			}
			return reply
		}},
	{Name: "one-reply-behind", Breaks: []string{"tls-greeting-after"}, Text: "It takes a second greeting for the reply to EHLO, and each reply for the one to the next command.",
		Raw: func(d *Dialogue, octets []byte) []byte {
			again, rest, found := strings.Cut(string(octets), "\r\n")
			if found && d.Secure() && d.Stage() == record.EHLO && Code(again) == 220 {
				d.Set("behind", rest)
				return []byte("250 mx.test\r\n")
			}
			return octets
		},
		In: func(d *Dialogue, reply string) string {
			if late, ok := d.Get("behind").(string); ok && d.Stage() != record.EHLO {
				d.Set("behind", reply)
				return late
			}
			return reply
		}},
	{Name: "clear-after-refusal", Breaks: []string{"tls-starttls-354", "tls-454-coalesced", "tls-starttls-250"}, Text: "It comes back in the clear when STARTTLS is refused.",
		Around: func(ctx context.Context, job Job, send func(context.Context, Job) error) error {
			err := send(ctx, job)
			if err != nil && job.Security == record.SecurityStartTLS {
				job.Security = record.SecurityNone
				return send(ctx, job)
			}
			return err
		}},
	{Name: "optional-is-required", Breaks: []string{"tls-stripped-optional", "tls-starttls-454-optional"}, Text: "It requires TLS where it was to take it if it is offered.",
		Job: func(j *Job) {
			if j.Security == record.SecurityOptional {
				j.Security = record.SecurityStartTLS
			}
		}},
	{Name: "skips-clear-text", Breaks: []string{"tls-inject-late"}, Text: "It reads on in the clear where the handshake begins, and takes what it finds for the reply to EHLO inside TLS.",
		Conn: func(c net.Conn) net.Conn { return &skipper{Conn: c} },
		In: func(d *Dialogue, reply string) string {
			if d.Stage() == record.EHLO && d.Secure() && Code(reply) == 550 {
				return injectedLate
			}
			return reply
		}},
	{Name: "keywords-anywhere", Breaks: []string{"tls-inject-fragment"}, Text: "It keeps what came behind the 220, and looks for keywords anywhere in the reply to EHLO.",
		Believe: func(_ *Dialogue, octets []byte) []byte { return octets },
		In: func(d *Dialogue, reply string) string {
			if d.Stage() == record.EHLO && strings.Contains(reply, " SIZE ") {
				return Offer(reply, "SIZE 1000000")
			}
			return reply
		}},
	{Name: "closes-without-alert", Breaks: []string{"tls-quit-low-security"}, Text: "It hangs up on a bad certificate without an alert.",
		TLS:  func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }, // alerts of its handshake are not encrypted
		Conn: func(c net.Conn) net.Conn { return &silencer{c} }},
	{Name: "no-time-out-before-mail", Breaks: []string{"tls-handshake-hang", "itls-handshake-hang", "itls-client-plain"}, Text: "It waits for the handshake and the greeting for ever.",
		Options: func(o *sender.Options) {
			t, ever := o.Timeout, 1000*time.Hour
			o.Timeout = 0
			o.Timeouts = sender.Timeouts{Connect: t, TLS: ever, Greeting: ever, Command: t, Mail: t, Rcpt: t, Data: t, Block: t, Final: t, Quit: t}
		}},
}

const injectedLate = "250 evil\r\n"

// skipper leaves out a reply in the clear in front of TLS.
type skipper struct{ net.Conn }

func (s *skipper) Read(p []byte) (int, error) {
	n, err := s.Conn.Read(p)
	if rest, found := bytes.CutPrefix(p[:n], []byte(injectedLate)); found {
		if n = copy(p, rest); n == 0 && err == nil {
			return s.Read(p)
		}
	}
	return n, err
}

// silencer swallows alerts.
type silencer struct{ net.Conn }

func (s *silencer) Write(p []byte) (int, error) {
	const alert = 0x15
	if len(p) > 0 && p[0] == alert {
		return len(p), nil
	}
	return s.Conn.Write(p)
}
