package catalog

import (
	gotls "crypto/tls"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var itlsGroup = &conform.Group{Name: "itls", Title: "Implicit TLS",
	Effect: "Mail or a password can be read, or changed, by whoever is between client and server.",
	Fix:    "Begin with the handshake, verify the certificate for the host's name, and say nothing in the clear whatever comes.",
}

var implicit = []conform.Need{conform.NeedImplicitTLS}

var itls = afterConnecting(of(itlsGroup, append(badCertificates("itls-cert-", conform.ImplicitTLS, conform.NeedImplicitTLS),
	scenario{ID: "itls-baseline", Tier: 1, Title: "TLS before the greeting", Level: rfc.SHOULD, RFC: "8314 §3.3",
		Expect: "passes: delivered; warns: not delivered",
		Effect: "Submission on port 465, the one that RFC 8314 prefers, does not work.",
		Needs:  implicit,
		Script: &conform.Script{Text: "TLS first, then 220", TLS: conform.ImplicitTLS}, Judge: deliveredWith},
	scenario{ID: "itls-no-starttls", Tier: 2, Title: "STARTTLS offered inside implicit TLS", Level: rfc.MUST, RFC: "3207 §4.2",
		Expect: "passes: not sent; fails: sent",
		Needs:  implicit,
		Script: &conform.Script{Text: "STARTTLS offered inside TLS", TLS: conform.ImplicitTLS, Rules: insideOffer("STARTTLS")},
		Judge:  inTurn(noTLSInTLS, conform.Delivered)},
	scenario{ID: "itls-plain-server", Tier: 1, Title: "No TLS on the port of implicit TLS", Level: rfc.MUST, RFC: "8314 §3.3",
		Expect: "passes: a failure; fails: the client speaks SMTP in the clear",
		Needs:  implicit,
		Script: &conform.Script{Text: "220 in the clear; the job asks for implicit TLS", Ask: func(_ conform.Env, j *record.Job) { j.Security = record.SecurityTLS }},
		Judge:  neverPlain},
	scenario{ID: "itls-client-plain", Tier: 2, Title: "No TLS asked for on the port of implicit TLS", Level: rfc.SHOULD, RFC: "5321 §4.5.3.2",
		Expect: "passes: a temporary failure within the time-out; warns: its class is not told; fails: the client does not end",
		Effect: "A client with the wrong port stands still for ever.",
		Fix:    "Wait for the greeting with a time-out.",
		Needs:  []conform.Need{conform.NeedTimeout},
		Script: &conform.Script{Text: "a handshake is awaited; the job asks for no TLS", TLS: conform.ImplicitTLS,
			Ask: func(_ conform.Env, j *record.Job) { j.Security = record.SecurityNone }},
		Judge: func(c *conform.Case) conform.Verdict {
			if c.Outcome.Class == conform.OK && c.Truth() == conform.ToldTheTruth {
				return c.NotApplicable("the client began TLS without being asked")
			}
			return c.Reported(conform.Temp, 0)
		}},
	scenario{ID: "itls-handshake-hang", Tier: 2, Title: "Handshake that is not answered", Level: rfc.MUST, RFC: "5321 §4.5.3.2",
		Expect: "passes: a temporary failure within the time-out; warns: its class is not told; fails: the client does not end",
		Effect: "A client, and whatever waits for it, stands still for ever.",
		Fix:    "Set the time-out on the connection before the handshake, not only for replies.",
		Needs:  []conform.Need{conform.NeedImplicitTLS, conform.NeedTimeout},
		Script: &conform.Script{Text: "silence in answer to the handshake", TLS: conform.ImplicitTLS, Rules: []harness.Rule{harness.On(harness.CONNECT).Handshake("hang")}},
		Judge:  inTurn(neverPlain, func(c *conform.Case) conform.Verdict { return c.Reported(conform.Temp, 0) })},
	scenario{ID: "itls-max-1.1", Tier: 2, Title: "TLS 1.1 only", Level: rfc.MUST, RFC: "8996 §5; 8997 §3; 9325 §3.1.3",
		Expect: "passes: a failure; warns: delivered over TLS 1.1",
		Needs:  implicit,
		Script: versions("no TLS later than 1.1", conform.ImplicitTLS, gotls.VersionTLS10, gotls.VersionTLS11), Judge: oldTLS},
)...))

// neverPlain fails where the client spoke SMTP without TLS.
func neverPlain(c *conform.Case) conform.Verdict {
	for _, said := range c.Said("EHLO", "HELO", "LHLO", "MAIL", "AUTH") {
		if outsideTLS(said) {
			return c.Breach("%s was sent in the clear", said.Verb).At(c.Mark(said))
		}
	}
	return c.Reported("", 0)
}
