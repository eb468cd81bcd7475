package catalog

import (
	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var greetGroup = &conform.Group{Name: "greet", Title: "The greeting",
	Effect: "The client cannot talk to servers that greet in this way, or talks to something that is no mail server.",
	Fix:    "Read the greeting as a reply: its code decides, lines that go on with a hyphen belong to it.",
}

// greeted554 is shared by what is asked of a client that is turned away.
var greeted554 = &conform.Script{ID: "greet-554", Text: "554 5.3.2 no service here; every later command but QUIT gets 503", Rules: []harness.Rule{
	harness.On(harness.ANY).Reply(503, "5.5.1 No service here"),
	harness.On(harness.CONNECT).Reply(554, "5.3.2 no service here"),
	harness.On(harness.QUIT).Reply(221, "2.0.0 bye"),
}}

// greeting is a Script of a good server with this greeting.
func greeting(text string, at harness.Rule) *conform.Script {
	return &conform.Script{Text: text, Rules: []harness.Rule{at}}
}

// greetingRaw is greeting with the octets that are sent.
func greetingRaw(octets string) *conform.Script {
	return greeting("the greeting is the octets "+quoted(octets), harness.On(harness.CONNECT).ReplyRaw([]byte(octets)))
}

const (
	notKnown    = "Mail that the server would take later, or never, is given up or tried for ever: nobody knows which it is."
	tellTheCode = "Report the refusal with its code, and as temporary for 4yz and permanent for 5yz."
	waitForIt   = "Servers that listen for it (a usual test for spam) refuse everything that a client which talks too early sends."
	waitFix     = "Send nothing before the last line of the greeting has come."
)

var greet = of(greetGroup,
	scenario{ID: "greet-baseline", Tier: 1, Title: "Plain single-line greeting", Level: rfc.MUST, RFC: "5321 §3.1 §4.2",
		Expect: "passes: delivered; fails: anything else. Every other verdict rests on this one.",
		Script: baseline, Judge: conform.Delivered},
	scenario{ID: "greet-multiline", Tier: 1, Title: "Multiline greeting", Level: rfc.MUST, RFC: "5321 §4.2",
		Expect: "passes: delivered; fails: not delivered, or EHLO sent for each line",
		Script: greetingRaw("220-a\r\n220-b\r\n220 c\r\n"),
		Judge:  conform.Each(connected(oneHello), conform.Delivered)},
	scenario{ID: "greet-multiline-slow", Tier: 1, Title: "Multiline greeting with a pause", Level: rfc.MUST, RFC: "5321 §4.2 §4.3.1",
		Expect: "passes: nothing sent before the last line, and delivered; fails: talks after the first line",
		Effect: waitForIt, Fix: waitFix,
		Script: &conform.Script{Text: "220-mx.test wait, a pause of 0.35 T, 220 mx.test go", Options: greetInTwo},
		Judge:  conform.Each(connected(silentBefore), conform.Delivered)},
	scenario{ID: "greet-wait", Tier: 1, Title: "No talking before the greeting", Level: rfc.SHOULD, RFC: "5321 §4.3.1",
		Expect: "passes: silent until the 220; warns: sends anything earlier",
		Effect: waitForIt, Fix: waitFix,
		Script: &conform.Script{Text: "a greeting after 0.4 T", Options: greetLate},
		Judge:  conform.Each(connected(silentBefore), conform.Delivered)},
	scenario{ID: "greet-no-esmtp", Tier: 1, Title: "Greeting without the word ESMTP", Level: rfc.SHOULD, RFC: "5321 §3.2 §4.1.1.1 §4.2",
		Expect: "passes: EHLO sent, delivered; warns: HELO instead, or not delivered",
		Fix:    "Send EHLO first whatever the text of the greeting says.",
		Script: greeting("220 mx.test Simple Mail Transfer Service Ready", harness.On(harness.CONNECT).Reply(220, "mx.test Simple Mail Transfer Service Ready")),
		Judge:  conform.Each(ehloFirst, conform.Delivered)},
	scenario{ID: "greet-bare-220", Tier: 1, Title: "Greeting is the code alone", Level: rfc.SHOULD, RFC: "5321 §4.2",
		Expect: "passes: delivered; warns: refuses the server",
		Fix:    "Take a reply line that ends behind its three digits.",
		Script: greetingRaw("220\r\n"), Judge: connected(conform.Delivered)},
	scenario{ID: "greet-554", Tier: 1, Title: "Server refuses service", Level: rfc.DERIVED, RFC: "5321 §3.1 §4.2.1",
		Expect: "passes: a permanent failure that tells 554, no MAIL; warns: the code is not told; fails: success, or MAIL sent",
		Effect: notKnown, Fix: tellTheCode,
		Script: greeted554,
		Judge:  connected(conform.Each(conform.Refused(conform.Perm, 554), never("MAIL")))},
	scenario{ID: "greet-554-quit", Tier: 1, Title: "QUIT after a refused greeting", Level: rfc.MUST, RFC: "5321 §4.1.1.10 §3.1",
		Expect: "passes: QUIT sent; warns: the connection is closed without it, as many clients do",
		Effect: "None on mail; the server logs a lost connection.",
		Fix:    "Send QUIT and wait for the 221 also where the greeting was a refusal.",
		Script: greeted554, Judge: connected(quitAfterRefusal)},
	scenario{ID: "greet-521", Tier: 1, Title: "Host never accepts mail", Level: rfc.SHOULD, RFC: "7504 §3; 5321 §4.2.1",
		Expect: "passes: a permanent failure, no MAIL; warns: the code is not told, not permanent, or MAIL sent; fails: success",
		Effect: notKnown, Fix: tellTheCode,
		Script: &conform.Script{Text: "521 5.3.2 mx.test does not accept mail, and 521 to every later command but QUIT", Rules: []harness.Rule{
			harness.On(harness.ANY).Reply(521, "5.3.2 mx.test does not accept mail"),
			harness.On(harness.QUIT).Reply(221, "2.0.0 bye"),
		}},
		Judge: connected(conform.Each(conform.Refused(conform.Perm, 521), never("MAIL")))},
	scenario{ID: "greet-421", Tier: 1, Title: "Busy at connect", Level: rfc.DERIVED, RFC: "5321 §3.8 §4.2.1",
		Expect: "passes: a temporary failure that tells 421; warns: class or code is not told; fails: success, or permanent without the code",
		Effect: notKnown, Fix: tellTheCode,
		Script: greeting("421 4.3.2 too busy, then the connection closes", harness.On(harness.CONNECT).Reply(421, "4.3.2 too busy").ThenDrop()),
		Judge:  connected(conform.Each(conform.Refused(conform.Temp, 421), mayPass(421)))},
	scenario{ID: "greet-450", Tier: 1, Title: "Other 4yz at connect", Level: rfc.DERIVED, RFC: "5321 §4.3.2",
		Expect: "passes: a temporary failure; warns: class or code is not told; fails: success, or MAIL sent",
		Effect: notKnown, Fix: tellTheCode,
		Script: greeting("450 4.7.0 slow down", harness.On(harness.CONNECT).Reply(450, "4.7.0 slow down")),
		Judge:  connected(conform.Each(conform.Refused(conform.Temp, 450), never("MAIL")))},
	scenario{ID: "greet-250", Tier: 2, Title: "2yz that is not 220", Level: rfc.INFO, RFC: "5321 §4.3.2",
		Expect: "says: whether it goes on or refuses; fails: an untruth about the mail",
		Script: greeting("250 hi", harness.On(harness.CONNECT).Reply(250, "hi")),
		Judge:  connected(conform.Decides("it goes on as after 220", "it refuses"))},
	scenario{ID: "greet-354", Tier: 1, Title: "3yz at connect", Level: rfc.DERIVED, RFC: "5321 §4.3.2",
		Expect: "passes: a failure, no MAIL; fails: success, or MAIL sent",
		Script: greeting("354 go", harness.On(harness.CONNECT).Reply(354, "go")),
		Judge:  connected(conform.Each(conform.Refused("", 0), never("MAIL")))},
	scenario{ID: "greet-garbage-ssh", Tier: 1, Title: "Another protocol on the port (SSH)", Level: rfc.SECURITY, RFC: "5321 §4.2",
		Expect: "passes: fails at once; warns: fails when its time is over; fails: hangs, goes on to MAIL, or reports success",
		Fix:    "Take only three digits and a blank, a hyphen or the line's end for a reply; anything else ends the session.",
		Script: &conform.Script{Text: "SSH-2.0-OpenSSH_9.6, then silence", Rules: []harness.Rule{
			harness.On(harness.ANY).Stall(),
			harness.On(harness.CONNECT).ReplyRaw([]byte("SSH-2.0-OpenSSH_9.6\r\n")),
		}},
		Judge: connected(conform.Each(failsAtOnce, conform.Refused("", 0), never("MAIL")))},
	scenario{ID: "greet-garbage-http", Tier: 1, Title: "HTTP server on the port", Level: rfc.INTEROP, RFC: "5321 §4.2",
		Expect: "passes: fails; fails: hangs, or reports success",
		Script: greeting("HTTP/1.1 400 Bad Request and an empty line, then the connection closes",
			harness.On(harness.CONNECT).ReplyRaw([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")).ThenDrop()),
		Judge: connected(conform.Refused("", 0))},
	scenario{ID: "greet-empty-line", Tier: 2, Title: "Stray empty line first", Level: rfc.INTEROP, RFC: "5321 §4.2",
		Expect: "says: whether it passes over the line or refuses; fails: hangs, or an untruth about the mail",
		Script: greetingRaw("\r\n220 mx.test\r\n"),
		Judge:  connected(conform.Decides("it passes over the line", "it refuses"))},
	lostAtGreeting(scenario{ID: "greet-close", Title: "Accepted, then closed", Tier: 1}, "the connection closes (FIN) without an octet",
		harness.On(harness.CONNECT).Drop()),
	lostAtGreeting(scenario{ID: "greet-rst", Title: "Accepted, then reset", Tier: 1}, "the connection is reset (RST) without an octet",
		harness.On(harness.CONNECT).Reset()),
	lostAtGreeting(scenario{ID: "greet-partial-close", Title: "Half a greeting, then closed", Tier: 1}, "220 mx without a line end, then the connection closes",
		harness.On(harness.CONNECT).ReplyRaw([]byte("220 mx")).ThenDrop()),
	scenario{ID: "greet-refused", Tier: 2, Title: "Connection refused", Level: rfc.SHOULD, RFC: "5321 §4.5.4.1",
		Expect: "passes: a temporary failure that names the port; says: the port is not named; warns: permanent, or without a class; fails: success",
		Effect: notKnown, Fix: "Treat a server that cannot be reached as a temporary failure, and say which one it was.",
		Script: &conform.Script{Text: "nothing listens on the port", Network: closedPort},
		Judge:  conform.Each(func(c *conform.Case) conform.Verdict { return c.Reported(conform.Temp, 0) }, namesPort)},
)

// lostAtGreeting fills in a scenario in which the connection ends before there
// is a greeting.
func lostAtGreeting(s scenario, text string, at harness.Rule) scenario {
	s.Level, s.RFC = rfc.SHOULD, "5321 §3.8"
	s.Expect = "passes: a temporary failure; warns: reported as permanent, or without a class; fails: hangs, or reports success"
	s.Effect, s.Fix = notKnown, "Treat a lost connection as RFC 5321 §3.8 asks: as if 451 had been received."
	s.Script = greeting(text, at)
	s.Judge = connected(conform.Refused(conform.Temp, 0))
	return s
}
