package catalog

import (
	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

func askRequired(_ conform.Env, j *record.Job) { j.Security = record.SecurityStartTLS }

// answersSTARTTLS is a server that answers STARTTLS so, to a client that
// requires TLS.
func answersSTARTTLS(text string, rule harness.Rule) *conform.Script {
	return &conform.Script{Text: text, TLS: conform.STARTTLS, Rules: []harness.Rule{rule}}
}

// refusal is the scenario of a reply to STARTTLS that is not 220.
func refusal(id, title string, tier int, want conform.Class, code int, text string) scenario {
	reply := record.NewReply(code, text).String()
	tells, expect := 0, "passes: a failure, nothing of the mail in the clear; fails: the session goes on in the clear, or STARTTLS is sent again without end"
	if want != "" {
		tells, expect = code, "passes: a temporary failure that tells the code, nothing of the mail in the clear; warns: its class or code is told otherwise; fails: the session goes on in the clear, or STARTTLS is sent again without end"
	}
	return scenario{ID: id, Tier: tier, Title: title, Level: rfc.MUST, RFC: "3207 §4 §6",
		Expect: expect,
		Needs:  startTLS,
		Script: answersSTARTTLS("STARTTLS is answered “"+reply+"”; TLS required", harness.On(harness.STARTTLS).Reply(code, text)),
		Judge:  triedSTARTTLS(inTurn(noClearText, comesToAnEnd, func(c *conform.Case) conform.Verdict { return c.Reported(want, tells) }))}
}

var tlsRefused = of(tlsGroup,
	scenario{ID: "tls-stripped", Tier: 1, Title: "TLS required, STARTTLS not offered", Level: rfc.MUST, RFC: "3207 §6",
		Expect: "passes: a failure, nothing of the mail in the clear; fails: the session goes on in the clear",
		Needs:  startTLS,
		Script: &conform.Script{Text: "no STARTTLS offered; 502 to STARTTLS; TLS required", Ask: askRequired},
		Judge:  inTurn(noClearText, func(c *conform.Case) conform.Verdict { return c.Reported("", 0) })},
	scenario{ID: "tls-stripped-optional", Tier: 2, Title: "Opportunistic TLS, STARTTLS not offered", Level: rfc.INFO, RFC: "3207 §6",
		Expect: "info: delivered in the clear, or a failure; fails: an untrue report",
		Needs:  optional,
		Script: &conform.Script{Text: "no STARTTLS offered; the job asks for opportunistic TLS", Ask: askOptional},
		Judge:  conform.Decides("delivered in the clear", "failed")},
	refusal("tls-starttls-454", "STARTTLS refused 454", 1, conform.Temp, 454, "4.7.0 TLS not available due to temporary reason"),
	refusal("tls-starttls-501", "STARTTLS refused 501", 1, "", 501, "5.5.4 Syntax error (no parameters allowed)"),
	refusal("tls-starttls-502", "STARTTLS refused 502", 1, "", 502, "5.5.1 Not implemented"),
	scenario{ID: "tls-starttls-454-optional", Tier: 2, Title: "454 with opportunistic TLS", Level: rfc.INFO, RFC: "3207 §4",
		Expect: "info: delivered in the clear, or a failure; fails: an untrue report. What becomes of a password is asked by auth-clear-downgrade.",
		Needs:  optional,
		Script: &conform.Script{Text: "STARTTLS is answered 454; the job asks for opportunistic TLS", TLS: conform.STARTTLS, Ask: askOptional,
			Rules: []harness.Rule{harness.On(harness.STARTTLS).Reply(454, "4.7.0 TLS not available due to temporary reason")}},
		Judge: triedSTARTTLS(conform.Decides("delivered in the clear", "failed"))},
	scenario{ID: "tls-starttls-250", Tier: 1, Title: "250 in place of 220", Level: rfc.DERIVED, RFC: "3207 §4 §6",
		Expect: "info: a handshake, or a failure; fails: the session goes on in the clear",
		Needs:  startTLS,
		Script: answersSTARTTLS("STARTTLS is answered “250 ok”, and a handshake awaited; TLS required", harness.On(harness.STARTTLS).Reply(250, "ok")),
		Judge:  triedSTARTTLS(inTurn(noClearText, conform.Decides("took the 250 for leave to begin", "did not take the 250 for leave to begin")))},
	refusal("tls-starttls-354", "354 to STARTTLS", 2, "", 354, "do something else"),
	scenario{ID: "tls-454-coalesced", Tier: 1, Title: "454, and a whole session behind it", Level: rfc.SECURITY, RFC: "3207 §4 §6; 5321 §4.2",
		Expect: "passes: a failure, nothing of the mail in the clear; fails: success, or the session goes on in the clear",
		Needs:  startTLS,
		Script: answersSTARTTLS("“454 no”, “250 ok”, “250 ok”, “354 go” and “250 queued” in one segment; TLS required",
			harness.On(harness.STARTTLS).Reply(454, "no").Trail([]byte("250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n"))),
		Judge: triedSTARTTLS(inTurn(noClearText, func(c *conform.Case) conform.Verdict { return c.Reported("", 0) }))},
)

// again is how often STARTTLS may come in a session, which is once for a client
// that heeds the reply.
const again = 100

// comesToAnEnd fails where STARTTLS was sent again and again. What ended that was
// the guard or the server's limit of commands, whichever came first.
func comesToAnEnd(c *conform.Case) conform.Verdict {
	count := map[int]int{}
	for _, said := range c.Said("STARTTLS") {
		if count[said.Session.ID]++; count[said.Session.ID] > again {
			return c.Breach("STARTTLS was sent again without end, more than %d times", again).At(c.Mark(said))
		}
	}
	return c.Pass("STARTTLS was not sent without end")
}

// triedSTARTTLS asks the judge about runs in which STARTTLS was sent, or should have
// been: mail that was sent without it is one of them.
func triedSTARTTLS(judge judge) judge { return at(judge, "STARTTLS", "MAIL", "AUTH") }
