package catalog

import (
	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// otherLoopback is a loopback address that clients do not take for their own
// machine, where some of them need no TLS.
const otherLoopback = "127.0.0.2"

// clearOnly is a server without TLS.
var clearOnly = &conform.Script{ID: "auth-clear", Text: "no TLS; AUTH PLAIN LOGIN; the job asks for none", Addr: otherLoopback,
	Auth: []string{"PLAIN", "LOGIN"}, Options: secrets}

func askOptional(_ conform.Env, j *record.Job) { j.Security = record.SecurityOptional }

var authClear = of(authGroup,
	scenario{ID: "auth-clear", Tier: 1, Title: "Password without TLS", Level: rfc.MUST, RFC: "4954 §9 §14; 8314 §5.2",
		Expect: "passes: a failure, and no password sent; warns: the password is sent, for TLS was configured away; fails: MAIL without AUTH",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: clearOnly, Judge: passwordInClear},
	scenario{ID: "auth-clear-downgrade", Tier: 1, Title: "STARTTLS taken away, password follows", Level: rfc.SECURITY, RFC: "3207 §6; 4954 §9; 8314 §5.2",
		Expect: "passes: with opportunistic TLS no password is sent where STARTTLS is not offered, or answered 454; fails: the password in the clear",
		Effect: "Whoever can change an EHLO reply gets the password.",
		Fix:    "With credentials, require TLS.",
		Needs:  []conform.Need{conform.NeedAuth, conform.NeedStartTLSOptional},
		Scripts: []*conform.Script{
			{ID: "auth-clear-stripped", Text: "no STARTTLS offered; AUTH PLAIN LOGIN; the job asks for opportunistic TLS", Addr: otherLoopback,
				Auth: []string{"PLAIN", "LOGIN"}, Options: secrets, Ask: askOptional},
			{ID: "auth-clear-454", Text: "STARTTLS is answered 454; AUTH PLAIN LOGIN; the job asks for opportunistic TLS", Addr: otherLoopback, TLS: conform.STARTTLS,
				Auth: []string{"PLAIN", "LOGIN"}, Options: secrets, Ask: askOptional,
				Rules: []harness.Rule{harness.On(harness.STARTTLS).Reply(454, "4.7.0 TLS not available")}},
		},
		Judge: noDowngrade},
	scenario{ID: "auth-cram-fail-then-plain-clear", Tier: 1, Title: "Password in the clear behind a refused CRAM-MD5", Level: rfc.SECURITY, RFC: "4954 §9; 4422 §6.1.2",
		Expect: "passes: no password in the clear; warns: PLAIN follows, from a client that signs in without TLS anyway; fails: PLAIN follows, from one that does not; does not apply to a client that does not choose CRAM-MD5",
		Effect: "Whoever can answer for the server gets the password.",
		Needs:  []conform.Need{conform.NeedAuth},
		Scripts: []*conform.Script{
			{ID: "auth-cram-fail-then-plain-clear", Text: "no TLS; AUTH CRAM-MD5 PLAIN; 504 to CRAM-MD5", Addr: otherLoopback, Auth: []string{"CRAM-MD5", "PLAIN"}, Options: secrets,
				Rules: []harness.Rule{harness.On(harness.AUTH).When(mechanism("CRAM-MD5")).Reply(504, "5.5.4 Unrecognized authentication type")}},
			clearOnly,
		},
		Judge: choosing("CRAM-MD5", downgradeFromCRAM)},
)

func passwordInClear(c *conform.Case) conform.Verdict {
	if said, shown := passwordSaid(c, outsideTLS); shown {
		return c.Warn("the password was sent in the clear").At(c.Mark(said))
	}
	return sentSignedIn(c)
}

func noDowngrade(c *conform.Case) conform.Verdict {
	for n := range c.Trials {
		one := c.On(n)
		if said, shown := passwordSaid(one, outsideTLS); shown {
			return one.Breach("the password was sent in the clear").At(one.Mark(said))
		}
	}
	return c.Pass("no password in the clear: %s", c.Told())
}

func downgradeFromCRAM(c *conform.Case, _ attempt) conform.Verdict {
	said, shown := passwordSaid(c, outsideTLS)
	if !shown {
		return c.Pass("no password in the clear: %s", c.Told())
	}
	if _, anyway := passwordSaid(c.On(1), outsideTLS); anyway {
		return c.Warn("the password was sent in the clear, as it is where CRAM-MD5 is not offered").At(c.Mark(said))
	}
	return c.Breach("the password was sent in the clear").At(c.Mark(said))
}
