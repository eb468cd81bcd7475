package catalog

import (
	"strconv"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var mailGroup = &conform.Group{Name: "mail", Title: "Replies to MAIL",
	Effect: "Mail that was refused is believed to be sent, or is given up although it could be sent later.",
	Fix:    "Stop the transaction where MAIL is not answered 2yz, and report the reply with its code.",
}

// refusesMail is looked at for how the session ends, and for what is told, too.
var refusesMail = withID("mail-550", answeredAt(harness.MAIL, 550, "5.1.0 no"))

// mailRefused is a scenario in which MAIL is refused with code.
func mailRefused(code int, why string, tier int, cites string, script *conform.Script) scenario {
	want, class := conform.Perm, "permanent"
	if code/100 == 4 {
		want, class = conform.Temp, "temporary"
	}
	n := strconv.Itoa(code)
	return scenario{ID: "mail-" + n, Tier: tier, Title: "MAIL refused " + n + " (" + why + ")", Level: rfc.DERIVED, RFC: cites,
		Expect: "passes: a " + class + " failure that tells " + n + ", no RCPT and no DATA; warns: class or code is not told; fails: success, or the transaction goes on",
		Script: script,
		Judge:  once([]string{"MAIL"}, conform.Each(conform.Refused(want, code), never("RCPT", "DATA", "BDAT")))}
}

var mail = of(mailGroup,
	mailRefused(451, "local error", 1, "5321 §4.2.1 §4.3.2", answeredAt(harness.MAIL, 451, "4.1.0 no")),
	mailRefused(452, "no storage", 1, "5321 §4.2.1 §4.3.2", answeredAt(harness.MAIL, 452, "4.1.0 no")),
	mailRefused(550, "sender refused", 1, "5321 §4.2.1 §4.3.2", refusesMail),
	mailRefused(552, "too big", 1, "5321 §4.2.1 §4.3.2", answeredAt(harness.MAIL, 552, "5.1.0 no")),
	mailRefused(553, "name not allowed", 2, "5321 §4.2.1 §4.3.2", answeredAt(harness.MAIL, 553, "5.1.0 no")),
	mailRefused(530, "authentication required", 1, "4954 §6", answeredAt(harness.MAIL, 530, "5.1.0 no")),
	mailRefused(555, "parameter refused", 1, "5321 §4.2.1 §4.3.2", answeredAt(harness.MAIL, 555, "5.1.0 no")),
	scenario{ID: "mail-no-rcpt-after-reject", Tier: 1, Title: "The transaction stops when MAIL is refused", Level: rfc.DERIVED, RFC: "5321 §3.3 §4.1.4",
		Expect: "passes: no RCPT, no DATA; fails: goes on",
		Script: &conform.Script{Text: "MAIL is answered 550; RCPT 250, DATA 354 and the message 250 all the same",
			Peer: obliging(refusing("MAIL", "550 5.1.0 no\r\n"))},
		Judge: once([]string{"MAIL"}, conform.Each(conform.Refused("", 0), never("RCPT", "DATA", "BDAT")))},
	scenario{ID: "mail-25x", Tier: 1, Title: "2yz other than 250", Level: rfc.MUST, RFC: "5321 §4.2 §4.3.2",
		Expect: "passes: delivered; fails: taken for an error",
		Effect: "Mail that would have been accepted is not sent.", Fix: "Take every 2yz for success.",
		Script: answeredAt(harness.MAIL, 251, "fine"),
		Judge:  once([]string{"MAIL"}, conform.Delivered)},
	scenario{ID: "mail-555-retry", Tier: 2, Title: "Parameters refused: sent again without", Level: rfc.MAY, RFC: "5321 §4.1.1.11",
		Expect: "says: whether MAIL is sent again without parameters; fails: an untruth about the mail; n/a: it sends no parameters",
		Script: &conform.Script{Text: "SIZE and 8BITMIME are offered; MAIL with parameters is answered 555, without 250", Offer: []string{"SIZE 1000000", "8BITMIME"},
			Rules: []harness.Rule{harness.On(harness.MAIL).Arg("*> *").Reply(555, "5.5.4 parameter not recognized")}},
		Judge: once([]string{"MAIL"}, withoutParameters)},
	scenario{ID: "mail-503", Tier: 2, Title: "503 to MAIL", Level: rfc.DERIVED, RFC: "5321 §4.3.2",
		Expect: "passes: a failure; fails: success, or the transaction goes on",
		Script: answeredAt(harness.MAIL, 503, "5.5.1 bad sequence of commands"),
		Judge:  once([]string{"MAIL"}, conform.Each(conform.Refused("", 0), never("RCPT", "DATA", "BDAT")))},
)

// withoutParameters says what a client does whose parameters are refused.
func withoutParameters(c *conform.Case) conform.Verdict {
	sent := false
	for _, said := range c.Said("MAIL") {
		p, _ := said.Path()
		sent = sent || len(p.Parameter) > 0
	}
	if !sent {
		return c.NotApplicable("it sends no parameters with MAIL")
	}
	return conform.Decides("MAIL is sent again without parameters", "it gives up")(c)
}
