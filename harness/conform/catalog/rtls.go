package catalog

import (
	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var rtlsGroup = &conform.Group{Name: "rtls", Title: "REQUIRETLS",
	Effect: "A message that must travel over verified TLS only is handed to a server that does not promise it.",
	Fix:    "Send a message with REQUIRETLS only inside TLS with a certificate that verifies, and only where the EHLO inside TLS offers it; report a permanent failure otherwise.",
}

var needsRequireTLS = []conform.Need{conform.NeedRequireTLS}

func askRequireTLS(_ conform.Env, j *record.Job) { j.RequireTLS = true }

var rtls = of(rtlsGroup,
	scenario{ID: "rtls-not-offered", Tier: 3, Title: "REQUIRETLS is asked for and not offered", Level: rfc.MUST, RFC: "8689 §4.2.1",
		Expect: "passes: a failure; fails: the message is sent.",
		Needs:  needsRequireTLS,
		Script: &conform.Script{Text: "STARTTLS; REQUIRETLS is not offered, and asked for", TLS: conform.STARTTLS, Ask: askRequireTLS}, Judge: notHandedOver},
	scenario{ID: "rtls-param", Tier: 3, Title: "REQUIRETLS is offered in the clear only", Level: rfc.MUST, RFC: "8689 §4.2.1 §2",
		Expect: "passes: a failure, and no REQUIRETLS is sent; fails: it is, or the message is sent.",
		Needs:  needsRequireTLS,
		Script: &conform.Script{Text: "STARTTLS; REQUIRETLS is offered before TLS and not inside", TLS: conform.STARTTLS, Ask: askRequireTLS,
			Rules: []harness.Rule{harness.On(harness.EHLO).BeforeTLS().Advertise("REQUIRETLS")}},
		Judge: notHandedOver},
	scenario{ID: "rtls-cert", Tier: 3, Title: "The certificate has to verify", Level: rfc.MUST, RFC: "8689 §4.2.1",
		Expect: "passes: a failure; fails: the message is sent.",
		Needs:  needsRequireTLS,
		Script: &conform.Script{Text: "STARTTLS with a self-signed certificate; REQUIRETLS is offered, and asked for", TLS: conform.STARTTLS, Offer: []string{"REQUIRETLS"}, Ask: askRequireTLS,
			ServerTLS: func(conform.Env) []harness.TLSOption {
				return []harness.TLSOption{harness.WithBadCertificate(harness.SelfSigned)}
			}},
		Judge: notHandedOver},
)

// notHandedOver fails where the message, or the parameter, was sent.
func notHandedOver(c *conform.Case) conform.Verdict {
	if said, _, ok := with(c, "REQUIRETLS"); ok {
		return c.Breach("REQUIRETLS was sent where it does not hold").At(c.Mark(said))
	}
	if said, ok := c.SentBody(); ok {
		return c.Breach("the message was sent without REQUIRETLS").At(c.Mark(said))
	}
	switch c.Outcome.Class {
	case conform.OK:
		return c.Fail("reported success, but nothing was sent")
	case conform.Queued:
		return c.Inconclusive("queued, and not sent within the run")
	}
	return c.Pass("refused: %s", c.Told())
}
