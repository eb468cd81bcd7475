package catalog

import (
	"time"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

const injectionFix = "Behind the 220, throw nothing away silently and keep nothing: octets that are buffered there mean that somebody interferes, so break off."

// refusesInside refuses EHLO inside TLS, so that MAIL there shows a client that
// has believed another reply.
var refusesInside = harness.On(harness.EHLO).InsideTLS().When(func(x *harness.Exchange) bool { return x.Command.Verb == "EHLO" }).Reply(550, "Access denied")

var tlsInjected = of(tlsGroup,
	scenario{ID: "tls-inject-reply", Tier: 1, Title: "Reply injected before the handshake", Level: rfc.SECURITY, RFC: "3207 §4.2 §6",
		Expect: "passes: the client breaks off; info: the octets are thrown away; fails: they are taken for the reply to EHLO inside TLS",
		Fix:    injectionFix,
		Needs:  startTLS,
		Script: &conform.Script{Text: "“220 go”, “250-evil” and “250 INJECTED” in one segment, then TLS; 550 to EHLO inside TLS", TLS: conform.STARTTLS, Rules: []harness.Rule{
			harness.On(harness.STARTTLS).Reply(220, "go").Trail([]byte("250-evil\r\n250 INJECTED\r\n")), refusesInside}},
		Judge: triedSTARTTLS(inTurn(noClearText, injectedHello))},
	scenario{ID: "tls-inject-late", Tier: 2, Title: "Reply injected behind the 220", Level: rfc.SECURITY, RFC: "3207 §4.2",
		Expect: "passes: the handshake fails, or the client breaks off; info: the octets are thrown away; fails: they are taken for the reply to EHLO inside TLS",
		Fix:    injectionFix,
		Needs:  startTLS,
		Script: &conform.Script{Text: "220, 50 ms later “250 evil”, then TLS; 550 to EHLO inside TLS", TLS: conform.STARTTLS, Peer: injectsLate},
		Judge:  triedSTARTTLS(inTurn(noClearText, injectedHello))},
	scenario{ID: "tls-inject-then-reject", Tier: 1, Title: "Injected replies believed inside TLS", Level: rfc.SECURITY, RFC: "3207 §4.2",
		Expect: "passes: the client breaks off, or heeds the 550 to RCPT; fails: DATA is sent, or success reported",
		Effect: "Whoever is between client and server decides what the client believes: a refused message is reported as sent.",
		Fix:    injectionFix,
		Needs:  startTLS,
		Script: &conform.Script{Text: "220 and the replies to a whole session (250, 250, 250, 354, 250) in one segment, then TLS; 550 to RCPT", TLS: conform.STARTTLS, Rules: []harness.Rule{
			harness.On(harness.STARTTLS).Reply(220, "go").Trail([]byte("250 evil\r\n250 evil\r\n250 evil\r\n354 evil\r\n250 evil\r\n")),
			harness.On(harness.RCPT).Reply(550, "No such user")}},
		Judge: triedSTARTTLS(inTurn(noClearText, injectedReplies))},
	scenario{ID: "tls-inject-fragment", Tier: 1, Title: "Injected beginning of a line", Level: rfc.SECURITY, RFC: "3207 §4.2",
		Expect: "passes: the client breaks off; info: the octets are thrown away; fails: an extension is used that only they offer",
		Fix:    injectionFix,
		Needs:  startTLS,
		Script: &conform.Script{Text: "“220 go” and “250-x 8BITMIME SMTPUTF8 SIZE 1000000 DSN ” without a line end, then TLS; nothing but HELP offered inside TLS", TLS: conform.STARTTLS,
			Rules: append(insideOffer("HELP"), harness.On(harness.STARTTLS).Reply(220, "go").Trail([]byte("250-x 8BITMIME SMTPUTF8 SIZE 1000000 DSN ")))},
		Judge: triedSTARTTLS(inTurn(noClearText, bareInTLS, injectedFragment))},
)

// injectsLate sends a reply in the clear between the 220 and the handshake.
func injectsLate(_ conform.Env, p *harness.Peer) error {
	if err := p.Reply(220, "mx.test ESMTP ready"); err != nil {
		return err
	}
	secure := false
	for {
		c, err := p.ReadLine()
		switch {
		case err != nil:
		case c.Verb == "STARTTLS" && !secure:
			secure = true
			if err = p.Reply(220, "go"); err == nil {
				err = p.Wait(50 * time.Millisecond)
			}
			if err == nil {
				err = p.Send("250 evil\r\n")
			}
			if err == nil {
				err = p.StartTLS()
			}
		case c.Verb == "EHLO" && secure:
			err = p.Reply(550, "Access denied")
		case c.Verb == "EHLO":
			err = p.Reply(250, "mx.test", "STARTTLS")
		case c.Verb == "QUIT":
			return p.Reply(221, "Bye")
		default:
			err = p.Reply(550, "Access denied")
		}
		if err != nil {
			return err
		}
	}
}

// injectedHello fails where MAIL shows that another reply than the server's own
// to EHLO was believed.
func injectedHello(c *conform.Case) conform.Verdict {
	if mail, bad := ungreeted(c); bad {
		return c.Breach("MAIL was sent although EHLO was refused: the injected reply was believed").At(c.Mark(mail))
	}
	return brokeOff(c)
}

func injectedReplies(c *conform.Case) conform.Verdict {
	if sent := insideSaid(c, "DATA", "BDAT"); len(sent) > 0 {
		said := sent[0]
		return c.Breach("%s was sent although RCPT was refused: the injected replies were believed", said.Verb).At(c.Mark(said))
	}
	v := c.Reported("", 0)
	if v.Word == conform.Pass && len(insideSaid(c, "EHLO")) > 0 {
		return c.Pass("the 550 was heeded: %s", c.Told())
	}
	return v
}

func injectedFragment(c *conform.Case) conform.Verdict {
	if c.Outcome.Class == conform.OK {
		if v := conform.Delivered(c); v.Word != conform.Pass {
			return v
		}
	}
	return brokeOff(c)
}

// brokeOff passes if the client said nothing inside TLS.
func brokeOff(c *conform.Case) conform.Verdict {
	if len(insideSaid(c, "EHLO", "HELO", "LHLO")) > 0 {
		return c.Info("the injected octets were thrown away: %s", c.Told())
	}
	return c.Reported("", 0)
}
