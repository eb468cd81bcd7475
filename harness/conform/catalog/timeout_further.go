package catalog

import (
	"time"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var timeoutFurther = of(timeoutGroup,
	scenario{ID: "timeout-quit", Tier: 1, Title: "No reply to QUIT", Level: rfc.DERIVED, RFC: "5321 §4.5.3.2 §4.2.5",
		Expect: "passes: delivered, within 1.5 T; warns: later; fails: it does not end, or reports the message as failed", Needs: needTimeout,
		Effect: "Mail that has arrived is sent again, or whoever waits for the client waits for ever.",
		Fix:    "Give QUIT a time-out, and let nothing that happens to QUIT change what is told of the message.",
		Script: silent(harness.QUIT), Judge: quitForgiven},
	scenario{ID: "timeout-auth", Tier: 2, Title: "No reply inside AUTH", Level: rfc.MUST, RFC: "5321 §4.5.3.2; 4954 §4", Expect: givesUpExpect,
		Needs:  []conform.Need{conform.NeedTimeout, conform.NeedAuth, conform.NeedStartTLS},
		Script: &conform.Script{Text: "says nothing at AUTH", TLS: conform.STARTTLS, Auth: []string{"PLAIN", "LOGIN"}, Rules: []harness.Rule{harness.On(harness.AUTH).Stall()}},
		Judge:  at(inTurn(neverUnsigned, givesUp), "AUTH")},
	scenario{ID: "timeout-starttls", Tier: 2, Title: "No reply to STARTTLS", Level: rfc.MUST, RFC: "5321 §4.5.3.2; 3207 §4", Expect: givesUpExpect,
		Needs:  []conform.Need{conform.NeedTimeout, conform.NeedStartTLS},
		Script: &conform.Script{Text: "says nothing at STARTTLS", TLS: conform.STARTTLS, Rules: []harness.Rule{harness.On(harness.STARTTLS).Stall()}},
		Judge:  at(inTurn(noClearText, givesUp), "STARTTLS")},
	scenario{ID: "timeout-connect", Tier: 2, Title: "SYN unanswered", Level: rfc.MUST, RFC: "5321 §4.5.3.2", Needs: needTimeout,
		Expect: givesUpExpect + "; cannot be told of a client without any time-out, whose attempt the system ends after minutes",
		Script: &conform.Script{Text: "a port whose queue of connections is full: nothing answers", Network: unanswered}, Judge: gaveUpInAll},
	scenario{ID: "timeout-data-block", Tier: 1, Title: "The server stops reading", Level: rfc.MUST, RFC: "5321 §4.5.3.2.5", Expect: givesUpExpect,
		Needs: []conform.Need{conform.NeedTimeout, conform.NeedRaw},
		Fix:   "Give each write a deadline as each read has one.",
		Script: &conform.Script{Text: "reads nothing behind its 354; the message has 2.6 MB", Ask: askMade(large), Options: narrow,
			Peer: behind354(func(t *transaction) error {
				t.ReadSlowly(1, time.Hour)
				return t.accept()
			})},
		Judge: at(gaveUpInAll, "DATA")},
	scenario{ID: "timeout-drip", Tier: 1, Title: "A reply octet by octet", Level: rfc.SECURITY, RFC: "5321 §4.5.3.2", Needs: needTimeout,
		Expect: "passes: gives up in time; warns: each octet starts the time anew; fails: it does not end, or success that is none",
		Effect: "A server holds a client for hours with a few octets a minute.",
		Fix:    "Let the deadline stand from the command to the end of its reply.",
		Script: &conform.Script{Text: "a reply to MAIL whose octets are 0.15 T apart, 2.4 T in all",
			Options: func(e conform.Env) []harness.Option {
				return []harness.Option{harness.WithRules(harness.On(harness.MAIL).ReplyRaw([]byte("250 xxxxxxxxxxx\r\n")).Drip(1, e.Units(0.15)))}
			},
			Guard: func(e conform.Env) time.Duration { return e.Units(6) + 4*e.Profile.Startup + 2*time.Second }},
		Judge: at(dripped, "MAIL")},
	scenario{ID: "timeout-per-command", Tier: 1, Title: "The time is that of a command, not of the transaction", Level: rfc.MUST, RFC: "5321 §4.5.3.2", Needs: needTimeout,
		Expect: "passes: delivered; fails: gave up although each reply came in time",
		Effect: "Mail never gets to a slow server, however patient each of its replies lets the client be.",
		Fix:    "Set the deadline anew before each command.",
		Script: &conform.Script{Text: "the replies to EHLO, MAIL, RCPT, DATA and the message each after 0.55 T",
			Options: after(0.55, harness.EHLO, harness.MAIL, harness.RCPT, harness.DATA, harness.BODY),
			Guard:   func(e conform.Env) time.Duration { return e.Units(6) + 4*e.Profile.Startup + 2*time.Second }},
		Judge: patient},
	scenario{ID: "timeout-configurable", Tier: 2, Title: "Time-outs can be set", Level: rfc.SHOULD, RFC: "5321 §4.5.3.2", Needs: needTimeout,
		Expect:  "passes: gives up later when told a longer time; warns: does not; fails: it does not end",
		Fix:     "Let whoever runs the client set its time-outs, without building it anew.",
		Scripts: []*conform.Script{silentAtMail, silentForLonger}, Judge: followsKnob},
)

// silentForLonger is silentAtMail with twice the time-out.
var silentForLonger = &conform.Script{ID: "timeout-mail-2T", Text: "says nothing at MAIL, to a client that is told 2 T",
	Rules: silentAtMail.Rules,
	Ask:   func(e conform.Env, j *record.Job) { j.Timeout = e.Units(2).Seconds() },
	Guard: func(e conform.Env) time.Duration { return e.Units(6) + 4*e.Profile.Startup + 2*time.Second }}

func quitForgiven(c *conform.Case) conform.Verdict {
	v := conform.Delivered(c)
	if v.Word != conform.Pass {
		return v
	}
	if _, ok := c.First("QUIT"); !ok {
		return c.NotApplicable("it sends no QUIT")
	}
	if wait, _ := waited(c.Trial); wait > patienceOf(c.Trial) {
		return c.Warn("delivered, but it waited for the reply to QUIT for %v", rounded(wait))
	}
	return v
}

// gaveUpInAll is givesUp where the record does not show when.
func gaveUpInAll(c *conform.Case) conform.Verdict {
	if c.Outcome.Class == conform.Queued {
		return c.Inconclusive("it was queued, and not seen to give up")
	}
	return inTime(c, c.Outcome.Took-c.Profile.Startup)
}

func dripped(c *conform.Case) conform.Verdict {
	if c.Outcome.Class == conform.OK || len(c.Messages()) > 0 {
		return conform.Worst(c.Warn("it waited for all of a reply that took 2.4 T"), conform.Delivered(c))
	}
	return c.Reported(conform.Temp, 0)
}

func followsKnob(c *conform.Case) conform.Verdict {
	short, one := waited(c.Trial)
	long, two := waited(c.Trials[1])
	switch {
	case !one || !two:
		return c.Inconclusive("it did not get to MAIL: %s", c.Told())
	case long < short*3/2:
		return c.Breach("told %v it gives up after %v, told %v after %v", c.Unit, rounded(short), 2*c.Unit, rounded(long))
	}
	return c.Pass("told %v it gives up after %v, told %v after %v", c.Unit, rounded(short), 2*c.Unit, rounded(long))
}
