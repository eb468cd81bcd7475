package catalog

import (
	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
)

// How much there is of what has no end.
const (
	endless       = 48 << 20
	drippedOctets = 256 << 10
	challenge     = 1 << 20
)

// flooding makes the script of a server that answers one verb with a flood.
func flooding(text, verb, before, pattern string) *conform.Script {
	return &conform.Script{Text: text, Peer: func(_ conform.Env, p *harness.Peer) error {
		return answering(p, verb, func() error {
			if before != "" {
				if err := p.Send(before); err != nil {
					return err
				}
			}
			return p.Flood(pattern, endless, 32<<10)
		})
	}}
}

var dripping = &conform.Script{Text: "MAIL is answered 250 and 256 KiB without a line end, one octet at a time", Peer: func(_ conform.Env, p *harness.Peer) error {
	return answering(p, "MAIL", func() error {
		if err := p.Send("250 "); err != nil {
			return err
		}
		if err := p.Flood("a", drippedOctets, 1); err != nil {
			return err
		}
		return p.Send("\r\n")
	})
}}

var hugeChallenge = &conform.Script{Text: "AUTH, inside TLS, is answered 334 and 1 MiB of base64", TLS: conform.STARTTLS, Auth: []string{"CRAM-MD5", "PLAIN", "LOGIN"},
	Peer: func(_ conform.Env, p *harness.Peer) error {
		return answering(p, "AUTH", func() error {
			if err := p.Send("334 "); err != nil {
				return err
			}
			if err := p.Flood("QUJD", challenge, 32<<10); err != nil {
				return err
			}
			return p.Send("\r\n")
		})
	}}

// answering is a server that answers one verb with answer, and refuses all mail.
// It speaks TLS if there is STARTTLS, and then offers AUTH inside it.
func answering(p *harness.Peer, verb string, answer func() error) error {
	if err := p.Reply(220, "mx.test ESMTP ready"); err != nil {
		return err
	}
	offer := []string{"mx.test"}
	if verb == "AUTH" {
		offer = []string{"mx.test", "STARTTLS"}
	}
	for {
		c, err := p.ReadLine()
		if err != nil {
			return err
		}
		switch {
		case c.Verb == verb || verb == "EHLO" && c.Verb == "HELO":
			err = answer()
		case c.Verb == "EHLO" || c.Verb == "HELO":
			err = p.Reply(250, offer...)
		case c.Verb == "STARTTLS":
			if err = p.Reply(220, "go ahead"); err == nil {
				err = p.StartTLS()
			}
			offer = []string{"mx.test", "AUTH CRAM-MD5 PLAIN LOGIN"}
		case c.Verb == "QUIT":
			return p.Reply(221, "bye")
		case c.Verb == "RSET" || c.Verb == "NOOP":
			err = p.Reply(250, "Ok")
		case c.Verb == "":
			err = p.Reply(501, "5.5.2 no")
		default:
			err = p.Reply(554, "5.7.1 not here")
		}
		if err != nil {
			return err
		}
	}
}
