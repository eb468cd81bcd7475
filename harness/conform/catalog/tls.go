package catalog

import (
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var tlsGroup = &conform.Group{Name: "tls", Title: "STARTTLS",
	Effect: "Mail or a password can be read, or changed, by whoever is between client and server.",
	Fix:    "Where TLS is required, go on only inside a TLS session whose certificate was verified for the host's name, and forget all that was said before it.",
}

var tls = afterConnecting(slices.Concat(tlsUpgrade, tlsRefused, tlsInjected, tlsCertificates, tlsHandshakes))

// upgraded is a good server with STARTTLS.
var upgraded = &conform.Script{ID: "tls-baseline", Text: "STARTTLS offered; TLS required", TLS: conform.STARTTLS}

var (
	startTLS = []conform.Need{conform.NeedStartTLS}
	optional = []conform.Need{conform.NeedStartTLSOptional}
)

var tlsUpgrade = of(tlsGroup,
	scenario{ID: "tls-baseline", Tier: 1, Title: "STARTTLS upgrade", Level: rfc.MUST, RFC: "3207 §4",
		Expect: "passes: delivered inside TLS; fails: MAIL in the clear, or not delivered",
		Script: upgraded, Judge: starting(inTurn(noClearText, conform.Delivered))},
	scenario{ID: "tls-re-ehlo", Tier: 1, Title: "EHLO after the handshake", Level: rfc.SHOULD, RFC: "3207 §4.2",
		Expect: "passes: EHLO is the first command inside TLS; warns: another one is",
		Effect: "The client does not know what the server offers inside TLS.",
		Script: upgraded, Judge: starting(helloFirst)},
	scenario{ID: "tls-caps-reset", Tier: 1, Title: "What was offered before TLS is forgotten", Level: rfc.MUST, RFC: "3207 §4.2",
		Expect: "passes: no parameter inside TLS that was offered before it only; fails: such a parameter",
		Needs:  startTLS,
		Script: &conform.Script{Text: "SIZE, 8BITMIME, DSN and SMTPUTF8 offered before TLS, HELP inside", TLS: conform.STARTTLS,
			Offer: []string{"SIZE 1000000", "8BITMIME", "DSN", "SMTPUTF8"}, Rules: insideOffer("HELP")},
		Judge: inTurn(bareInTLS, deliveredOrFailed)},
	scenario{ID: "tls-no-params", Tier: 2, Title: "STARTTLS without arguments", Level: rfc.MUST, RFC: "3207 §4",
		Expect: "passes: the line is STARTTLS; warns: a blank behind it; fails: an argument",
		Script: upgraded, Judge: starting(bareVerb)},
	scenario{ID: "tls-next-octets", Tier: 2, Title: "Nothing but the handshake after 220", Level: rfc.MUST, RFC: "3207 §4",
		Expect: "passes: the first octet behind STARTTLS is that of a handshake, and it waits for the 220; fails: a command in the clear",
		Script: upgraded, Judge: starting(nothingBetween)},
	scenario{ID: "tls-cmd-after-220", Tier: 2, Title: "No command pipelined behind STARTTLS", Level: rfc.MUST, RFC: "3207 §4; 2920 §3.1",
		Expect: "passes: STARTTLS is the last command of its group; fails: octets behind it",
		Needs:  []conform.Need{conform.NeedStartTLS, conform.NeedPipelining},
		Script: &conform.Script{Text: "PIPELINING and STARTTLS offered", TLS: conform.STARTTLS, Offer: []string{"PIPELINING"}}, Judge: starting(nothingBetween)},
	scenario{ID: "tls-still-advertised", Tier: 1, Title: "STARTTLS offered inside TLS", Level: rfc.MUST, RFC: "3207 §4.2",
		Expect: "passes: not sent again; fails: sent inside TLS",
		Needs:  startTLS,
		Script: &conform.Script{Text: "STARTTLS offered inside TLS too", TLS: conform.STARTTLS, Rules: insideOffer("STARTTLS")},
		Judge:  inTurn(noTLSInTLS, conform.Delivered)},
	scenario{ID: "tls-sni", Tier: 2, Title: "Name of the server in the handshake", Level: rfc.SHOULD, RFC: "6066 §3; 7817 §3",
		Expect: "passes: the host's name; warns: none, or another",
		Effect: "A server of many names shows a certificate of another one.",
		Needs:  startTLS,
		Script: upgraded, Judge: serverName},
	scenario{ID: "tls-530", Tier: 2, Title: "530 before STARTTLS", Level: rfc.MUST, RFC: "3207 §4",
		Expect: "passes: a permanent failure that tells 530, or delivered inside TLS; warns: the code is not told, or the failure called temporary; fails: an untrue report",
		Script: &conform.Script{Text: "530 to every command but EHLO, STARTTLS, NOOP and QUIT before TLS; the job asks for no TLS", TLS: conform.STARTTLS,
			Options: func(conform.Env) []harness.Option { return []harness.Option{harness.RequireTLS()} },
			Ask:     func(_ conform.Env, j *record.Job) { j.Security = record.SecurityNone }},
		Judge: func(c *conform.Case) conform.Verdict {
			if c.Outcome.Class == conform.OK {
				return conform.Delivered(c)
			}
			return conform.Refused(conform.Perm, 530)(c)
		}},
	scenario{ID: "tls-renego", Tier: 2, Title: "Client certificate requested", Level: rfc.INTEROP, RFC: "8446 §4.3.2; 8314 §5.5",
		Expect: "passes: delivered without a certificate; warns: not delivered",
		Needs:  startTLS,
		Script: &conform.Script{Text: "the handshake asks for a client certificate, and does without", TLS: conform.STARTTLS, ServerTLS: asksCertificate}, Judge: conform.Delivered},
	scenario{ID: "tls-truncation", Tier: 2, Title: "End of TLS without close_notify", Level: rfc.INTEROP, RFC: "8446 §6.1; 5321 §4.2.5",
		Expect: "passes: delivered; fails: the message is called failed although its 250 came",
		Effect: "The message is sent once more.",
		Needs:  startTLS,
		Script: &conform.Script{Text: "250 behind the message, then FIN without close_notify", TLS: conform.STARTTLS,
			Rules: []harness.Rule{harness.On(harness.BODY).InsideTLS().ThenDrop().NoCloseNotify()}}, Judge: conform.Delivered},
	scenario{ID: "tls-ehlo-refused-after", Tier: 2, Title: "EHLO refused inside TLS", Level: rfc.SHOULD, RFC: "3207 §4.2; 5321 §3.2",
		Expect: "passes: HELO, or a failure; warns: MAIL without either",
		Needs:  startTLS,
		Script: &conform.Script{Text: "500 to EHLO inside TLS; HELO is taken", TLS: conform.STARTTLS, Rules: []harness.Rule{
			harness.On(harness.EHLO).InsideTLS().When(func(x *harness.Exchange) bool { return x.Command.Verb == "EHLO" }).Reply(500, "Unknown command")}},
		Judge: inTurn(helloTaken, deliveredOrFailed)},
	scenario{ID: "tls-greeting-after", Tier: 2, Title: "Server greets again inside TLS", Level: rfc.INTEROP, RFC: "3207 §4.2",
		Expect: "passes: delivered, or a failure before MAIL; warns: MAIL for which the reply to EHLO is taken; fails: an untrue report",
		Needs:  startTLS,
		Script: &conform.Script{Text: "“220 mx.test again” inside TLS, in one segment with the reply to EHLO", TLS: conform.STARTTLS,
			Rules: []harness.Rule{harness.On(harness.EHLO).InsideTLS().Early([]byte("220 mx.test again\r\n"))}},
		Judge: greetedAgain},
)

// insideOffer has EHLO inside TLS offer these lines.
func insideOffer(lines ...string) []harness.Rule {
	return []harness.Rule{harness.On(harness.EHLO).InsideTLS().Reply(250, append([]string{"mx.test"}, lines...)...)}
}

// starting asks the judge about clients that begin TLS. It stands in place of
// Needs where a fault keeps calibration from seeing that they can.
func starting(judge judge) judge {
	return func(c *conform.Case) conform.Verdict {
		if c.Count("STARTTLS") == 0 {
			return c.NotApplicable("STARTTLS was not sent: %s", c.Told())
		}
		return judge(c)
	}
}

// noClearText fails where a message, or a part of one, was sent in the clear.
func noClearText(c *conform.Case) conform.Verdict {
	for _, said := range c.Said("MAIL", "AUTH", "BODY", "BDAT") {
		if outsideTLS(said) {
			return c.Breach("%s was sent in the clear", said.Verb).At(c.Mark(said))
		}
	}
	if a, _, bad := c.Anomaly("no-client-hello"); bad && !strings.HasPrefix(strings.ToUpper(a.Octets), "QUIT") {
		return c.Breach("“%s…” was sent in the clear in place of a handshake", record.Escape(a.Octets))
	}
	return c.Pass("nothing was sent in the clear")
}

// insideSaid returns what was said inside TLS with one of these verbs.
func insideSaid(c *conform.Case, verbs ...string) []conform.Said {
	return slices.DeleteFunc(c.Said(verbs...), outsideTLS)
}

func helloFirst(c *conform.Case) conform.Verdict {
	seen := 0
	for said := range c.All() {
		if !saidInTLS(said) || seen == said.Session.ID {
			continue
		}
		seen = said.Session.ID
		if said.Verb != "EHLO" && said.Verb != "LHLO" {
			return c.Breach("%s is the first command inside TLS", record.Escape(record.Clip(said.Verb, 40))).At(c.Mark(said))
		}
	}
	if seen == 0 {
		return c.Inconclusive("nothing was said inside TLS: %s", c.Told())
	}
	return c.Pass("EHLO is the first command inside TLS")
}

// bareInTLS fails where MAIL or RCPT inside TLS has a parameter.
func bareInTLS(c *conform.Case) conform.Verdict {
	for _, said := range insideSaid(c, "MAIL", "RCPT") {
		if _, behind, _ := strings.Cut(said.Arg, ">"); strings.TrimSpace(behind) != "" {
			return c.Breach("%s with “%s”, which was not offered inside TLS", said.Verb, record.Escape(record.Clip(strings.TrimSpace(behind), 80))).At(c.Mark(said))
		}
	}
	return c.Pass("no parameter inside TLS")
}

// deliveredOrFailed takes both ends, told truly.
func deliveredOrFailed(c *conform.Case) conform.Verdict {
	if c.Outcome.Class == conform.OK {
		return conform.Delivered(c)
	}
	if c.Truth() == conform.FalseFailure {
		return c.Fail("reported %s, but the message was accepted", c.Told())
	}
	return c.Reported("", 0)
}

func bareVerb(c *conform.Case) conform.Verdict {
	said, _ := c.First("STARTTLS")
	switch {
	case strings.TrimSpace(said.Arg) != "":
		return c.Breach("“%s” was sent", record.Escape(record.Clip(said.Line, 80))).At(c.Mark(said))
	case len(said.Line) > len("STARTTLS"):
		return c.Warn("a blank was sent behind STARTTLS").At(c.Mark(said))
	}
	return c.Pass("“%s” was sent", said.Line)
}

func nothingBetween(c *conform.Case) conform.Verdict {
	if a, s, bad := c.Anomaly("octets-behind-starttls", "no-client-hello"); bad {
		said := conform.Said{Command: s.Commands[a.Command-1], Session: s, Index: a.Command}
		return c.Breach("%s: “%s”", a.Text, record.Escape(a.Octets)).At(c.Mark(said))
	}
	return c.Pass("nothing but the handshake came behind STARTTLS")
}

func noTLSInTLS(c *conform.Case) conform.Verdict {
	if again := insideSaid(c, "STARTTLS"); len(again) > 0 {
		return c.Breach("STARTTLS was sent inside TLS").At(c.Mark(again[0]))
	}
	return c.Pass("no STARTTLS inside TLS")
}

func serverName(c *conform.Case) conform.Verdict {
	if net.ParseIP(c.Job.Host) != nil {
		return c.NotApplicable("the host is an address, which has no place there")
	}
	for _, s := range c.Own() {
		switch {
		case s.TLS == nil:
		case s.TLS.ServerName == "":
			return c.Breach("no name was sent")
		case !strings.EqualFold(s.TLS.ServerName, c.Job.Host):
			return c.Breach("the name was %s, not %s", record.Escape(s.TLS.ServerName), c.Job.Host)
		default:
			return c.Pass("the name was %s", s.TLS.ServerName)
		}
	}
	return c.Inconclusive("there was no handshake: %s", c.Told())
}

// ungreeted returns the first MAIL inside TLS before which no EHLO or HELO was
// accepted there.
func ungreeted(c *conform.Case) (conform.Said, bool) {
	taken := map[int]bool{}
	for said := range c.All() {
		switch said.Verb {
		case "EHLO", "HELO", "LHLO":
			taken[said.Session.ID] = saidInTLS(said) && said.Reply.Code == 250
		case "MAIL":
			if saidInTLS(said) && !taken[said.Session.ID] {
				return said, true
			}
		}
	}
	return conform.Said{}, false
}

func helloTaken(c *conform.Case) conform.Verdict {
	if mail, bad := ungreeted(c); bad {
		return c.Breach("MAIL was sent although EHLO was refused").At(c.Mark(mail))
	}
	return c.Pass("no MAIL without EHLO or HELO")
}

func greetedAgain(c *conform.Case) conform.Verdict {
	mail := insideSaid(c, "MAIL")
	if len(mail) > 0 && c.Outcome.Class != conform.OK && len(c.Messages()) == 0 {
		return c.Breach("MAIL was sent, and replies were taken for others: %s", c.Told()).At(c.Mark(mail[0]))
	}
	return deliveredOrFailed(c)
}

// protected says in words what TLS a message went through.
func protected(c *conform.Case) string {
	for _, s := range c.Own() {
		if s.TLS != nil {
			return fmt.Sprintf("%s, %s", s.TLS.Version, s.TLS.Cipher)
		}
	}
	return "no TLS"
}
