package catalog

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// Replies that are none, or that contradict themselves.

const noReply = "passes: a failure, no RCPT; warns: goes on as if it were success; fails: success, or a hang"

var replyFaults = of(replyGroup,
	scenario{ID: "reply-mixed-codes", Tier: 1, Title: "Different codes in one multiline reply", Level: rfc.SECURITY, RFC: "5321 §4.2.1",
		Expect: "passes: a failure, no RCPT; tells if the first code wins, or if it waits for a last line of that code; fails: success, or a hang",
		Script: mailSays(`"250-fine" and "550 no"`, "250-fine\r\n550 no\r\n"), Judge: at(mixedCodes, "MAIL")},
	scenario{ID: "reply-1yz", Tier: 1, Title: "1yz code", Level: rfc.SHOULD, RFC: "5321 §4.2", Expect: noReply,
		Script: mailSays("150 wait", "150 wait\r\n"), Judge: at(notTaken, "MAIL")},
	scenario{ID: "reply-6yz", Tier: 1, Title: "6yz code", Level: rfc.SHOULD, RFC: "5321 §4.2", Expect: noReply,
		Script: mailSays("650 what", "650 what\r\n"), Judge: at(notTaken, "MAIL")},
	scenario{ID: "reply-two-digits", Tier: 1, Title: "Code of two digits", Level: rfc.SHOULD, RFC: "5321 §4.2 §4.3.2", Expect: noReply,
		Script: mailSays("25 ok", "25 ok\r\n"), Judge: at(notTaken, "MAIL")},
	scenario{ID: "reply-four-digits", Tier: 1, Title: "Code of four digits", Level: rfc.SHOULD, RFC: "5321 §4.2", Expect: noReply,
		Script: mailSays("2500 ok", "2500 ok\r\n"), Judge: at(notTaken, "MAIL")},
	scenario{ID: "reply-garbage", Tier: 1, Title: "No code at all", Level: rfc.SHOULD, RFC: "5321 §4.2", Expect: noReply,
		Script: mailSays("lorem ipsum", "lorem ipsum\r\n"), Judge: at(notTaken, "MAIL")},
	scenario{ID: "reply-empty-line", Tier: 1, Title: "Empty line before a reply", Level: rfc.INFO, RFC: "5321 §4.2",
		Expect: "tells whether the line is skipped; fails: a hang",
		Script: mailSays(`an empty line and "250 ok"`, "\r\n250 ok\r\n"), Judge: at(conform.Decides("it skips the empty line", "it takes the empty line for an error"), "MAIL")},
	scenario{ID: "reply-tab-separator", Tier: 2, Title: "Tab after the code", Level: rfc.INFO, RFC: "5321 §4.2",
		Expect: "tells whether a tab is taken for a blank; fails: a hang",
		Script: &conform.Script{Text: `"250\tok" to MAIL, which is meant`, Rules: []harness.Rule{harness.On(harness.MAIL).Do(
			func(*harness.Exchange) *record.Reply {
				return &record.Reply{Code: 250, Lines: []string{"ok"}, Raw: "250\tok\r\n"}
			})}},
		Judge: at(conform.Decides("it takes the tab for a blank", "it refuses the tab"), "MAIL")},
)

// notTaken wants MAIL not to be taken for accepted, which it was not.
func notTaken(c *conform.Case) conform.Verdict {
	if c.Outcome.Class == conform.OK {
		return c.Reported("", 0)
	}
	return inTurn(never("RCPT", "DATA"), conform.Refused("", 0))(c)
}

func mixedCodes(c *conform.Case) conform.Verdict {
	if v := conform.Refused("", 0)(c); v.Word != conform.Pass {
		return v
	}
	if said, ok := c.First("RCPT", "DATA"); ok {
		return c.Info("the code of the first line wins").At(c.Mark(said))
	}
	if mail, ok := c.First("MAIL"); ok && mail.Session.Lasted-mail.Reply.At > c.Unit*8/10 {
		return c.Info("it waits for a last line with the first code: %s", c.Told())
	}
	return c.Pass("reported %s", c.Told())
}

var replyReports = of(replyGroup,
	scenario{ID: "reply-enhanced-code", Tier: 2, Title: "Enhanced status code reported", Level: rfc.SHOULD, RFC: "2034 §4; 3463",
		Expect: "passes: the caller learns 5.1.1; warns: it learns 550 at most",
		Script: &conform.Script{Text: "ENHANCEDSTATUSCODES offered; 550 5.1.1 no such user to RCPT", Offer: []string{"ENHANCEDSTATUSCODES"},
			Rules: []harness.Rule{harness.On(harness.RCPT).Reply(550, "5.1.1 no such user")}},
		Judge: at(enhancedTold, "RCPT")},
	scenario{ID: "reply-enhanced-multiline", Tier: 2, Title: "Enhanced code on every line", Level: rfc.MUST, RFC: "2034 §4",
		Expect: "passes: a permanent failure with the text of both lines; warns: a line of the text, or class or code, is not told; fails: success",
		Script: &conform.Script{Text: "ENHANCEDSTATUSCODES offered; 550 to RCPT on two lines, each with 5.7.1", Offer: []string{"ENHANCEDSTATUSCODES"},
			Rules: []harness.Rule{harness.On(harness.RCPT).Reply(550, "5.7.1 line one", "5.7.1 line two")}},
		Judge: at(bothLines, "RCPT")},
	scenario{ID: "reply-enhanced-contradict", Tier: 2, Title: "Enhanced code contradicts the basic code", Level: rfc.MUST, RFC: "5321 §4.2; 2034 §4",
		Expect: "passes: a temporary failure that tells 450: the basic code decides; warns: a permanent one, or 450 is not told; fails: success",
		Script: &conform.Script{Text: "ENHANCEDSTATUSCODES offered; 450 5.1.1 to RCPT", Offer: []string{"ENHANCEDSTATUSCODES"},
			Rules: []harness.Rule{harness.On(harness.RCPT).Reply(450, "5.1.1 x")}},
		Judge: at(conform.Refused(conform.Temp, 450), "RCPT")},
)

func enhancedTold(c *conform.Case) conform.Verdict {
	v := conform.Refused(conform.Perm, 550)(c)
	if v.Word != conform.Pass {
		return v
	}
	if c.Outcome.Class != conform.Queued && c.Outcome.Enhanced != "5.1.1" && !strings.Contains(c.Outcome.Text, "5.1.1") {
		return c.Breach("5.1.1 is not in what it tells: %s", c.Told())
	}
	return v
}

func bothLines(c *conform.Case) conform.Verdict {
	v := conform.Refused(conform.Perm, 550)(c)
	if v.Word != conform.Pass || c.Outcome.Class == conform.Queued {
		return v
	}
	if text := c.Outcome.Text; !strings.Contains(text, "line one") || !strings.Contains(text, "line two") {
		return c.Warn("not all of the reply's text is told: %s", c.Told())
	}
	return v
}

var replyExtra = of(replyGroup,
	scenario{ID: "reply-coalesced-desync", Tier: 1, Title: "Two replies to one command", Level: rfc.SECURITY, RFC: "5321 §4.2 §4.3.1",
		Expect: "passes: noticed, or the refusal of RCPT is still seen before DATA; warns: DATA upon the stray reply; fails: success",
		Effect: "From there on each reply is taken for that to the next command: refused mail counts as sent.",
		Fix:    "Where octets are left behind a reply that nothing was asked for, break off.",
		Script: &conform.Script{Text: `"250 ok" and "250 injected" to MAIL; 550 to RCPT`, Rules: []harness.Rule{
			harness.On(harness.MAIL).Reply(250, "ok").Trail([]byte("250 injected\r\n")), harness.On(harness.RCPT).Reply(550, "5.1.1 no such user")}},
		Judge: at(desynchronized, "MAIL")},
	scenario{ID: "reply-unsolicited-421", Tier: 1, Title: "421 sent before the next command", Level: rfc.SHOULD, RFC: "5321 §3.8",
		Expect: "passes: a temporary failure that tells 421; warns: the code is not told, or the failure is permanent; fails: success, or a hang",
		Script: &conform.Script{Text: "250 to MAIL, 421 4.3.2 shutting down behind it, and closes the connection", Rules: []harness.Rule{
			harness.On(harness.MAIL).Reply(250, "ok").Trail([]byte("421 4.3.2 shutting down\r\n")).ThenDrop()}},
		Judge: at(conform.Refused(conform.Temp, 421), "MAIL")},
)

func desynchronized(c *conform.Case) conform.Verdict {
	v := conform.Refused("", 0)(c)
	if said, ok := c.First("DATA"); ok && v.Word == conform.Pass {
		return c.Warn("DATA was sent upon the stray reply").At(c.Mark(said))
	}
	return v
}
