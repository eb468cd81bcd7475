package catalog

import (
	gotls "crypto/tls"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// versions is a server of these versions of TLS, 0 for no limit.
func versions(text string, mode conform.TLSMode, min, max uint16) *conform.Script {
	return &conform.Script{Text: text, TLS: mode, ServerTLS: func(conform.Env) []harness.TLSOption {
		return []harness.TLSOption{harness.WithTLSVersions(min, max)}
	}}
}

// spoiled is the scenario of a handshake behind STARTTLS that goes wrong.
func spoiled(id, title string, level rfc.Level, places, text, how string, tier int) scenario {
	return scenario{ID: id, Tier: tier, Title: title, Level: level, RFC: places,
		Expect: "passes: a failure; fails: the mail in the clear, in this session or in another",
		Needs:  startTLS,
		Script: &conform.Script{Text: text, TLS: conform.STARTTLS, Rules: []harness.Rule{harness.On(harness.STARTTLS).Handshake(how)}},
		Judge:  triedSTARTTLS(inTurn(noClearText, func(c *conform.Case) conform.Verdict { return c.Reported("", 0) }))}
}

var tlsHandshakes = of(tlsGroup,
	scenario{ID: "tls-max-1.1", Tier: 1, Title: "TLS 1.1 only", Level: rfc.MUST, RFC: "8996 §5; 8997 §3; 9325 §3.1.3",
		Expect: "passes: a failure; warns: delivered over TLS 1.1; fails: the mail in the clear",
		Needs:  startTLS,
		Script: versions("no TLS later than 1.1", conform.STARTTLS, gotls.VersionTLS10, gotls.VersionTLS11), Judge: triedSTARTTLS(inTurn(noClearText, oldTLS))},
	scenario{ID: "tls-1.2-only", Tier: 1, Title: "TLS 1.2 only", Level: rfc.MUST, RFC: "8997 §3",
		Expect: "passes: delivered; fails: not delivered",
		Effect: "Servers without TLS 1.3 cannot be used.",
		Needs:  startTLS,
		Script: versions("no TLS later than 1.2", conform.STARTTLS, gotls.VersionTLS12, gotls.VersionTLS12), Judge: deliveredWith},
	scenario{ID: "tls-1.3-only", Tier: 1, Title: "TLS 1.3 only", Level: rfc.SHOULD, RFC: "9325 §3.1.1; 8446 §4.2.1",
		Expect: "passes: delivered; warns: not delivered",
		Effect: "Servers that have given up TLS 1.2 cannot be used.",
		Needs:  startTLS,
		Script: versions("no TLS earlier than 1.3", conform.STARTTLS, gotls.VersionTLS13, 0), Judge: deliveredWith},
	spoiled("tls-handshake-drop", "Connection closed in place of a handshake", rfc.MUST, "3207 §4 §6", "220, and FIN behind the first octets of the handshake; TLS required", "drop", 1),
	spoiled("tls-handshake-garbage", "SMTP in place of a handshake", rfc.MUST, "3207 §4 §6", "220, and “454 TLS not available” in the clear to the handshake; TLS required", "plain", 1),
	scenario{ID: "tls-handshake-hang", Tier: 1, Title: "Handshake that is not answered", Level: rfc.MUST, RFC: "5321 §4.5.3.2",
		Expect: "passes: a temporary failure within the time-out; warns: its class is not told; fails: the client does not end, or sends the mail in the clear",
		Effect: "A client, and whatever waits for it, stands still for ever.",
		Fix:    "Set the time-out on the connection before the handshake, not only for replies.",
		Needs:  []conform.Need{conform.NeedStartTLS, conform.NeedTimeout},
		Script: &conform.Script{Text: "220, then silence; TLS required", TLS: conform.STARTTLS, Rules: []harness.Rule{harness.On(harness.STARTTLS).Handshake("hang")}},
		Judge:  triedSTARTTLS(inTurn(noClearText, func(c *conform.Case) conform.Verdict { return c.Reported(conform.Temp, 0) }))},
	spoiled("tls-handshake-alert", "Fatal alert", rfc.DERIVED, "3207 §4.1 §6", "220, and the alert handshake_failure; TLS required", "alert", 2),
)

func oldTLS(c *conform.Case) conform.Verdict {
	if c.Outcome.Class == conform.OK {
		return inTurn(conform.Delivered, func(c *conform.Case) conform.Verdict { return c.Warn("delivered with %s", protected(c)) })(c)
	}
	return c.Reported("", 0)
}

func deliveredWith(c *conform.Case) conform.Verdict {
	v := inTurn(noClearText, conform.Delivered)(c)
	if v.Word == conform.Pass {
		return c.Pass("delivered with %s", protected(c))
	}
	return v
}
