package catalog

import (
	"strconv"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var rcptGroup = &conform.Group{Name: "rcpt", Title: "Replies to RCPT",
	Effect: "A recipient gets nothing, and nobody is told.",
	Fix:    "Look at the reply to every RCPT, send the message only if one was accepted, and report each that was not.",
}

// rcptTaken is a scenario in which a 2yz other than 250 means success.
func rcptTaken(id, title string, code int, text, cites string) scenario {
	return scenario{ID: id, Tier: 1, Title: title, Level: rfc.MUST, RFC: cites,
		Expect: "passes: delivered; fails: taken for an error",
		Effect: "Mail that would have been accepted is not sent.", Fix: "Take every 2yz for success.",
		Script: answeredAt(harness.RCPT, code, text), Judge: once([]string{"RCPT"}, conform.Delivered)}
}

// allRefused is a scenario in which nobody is accepted, and DATA gets its 354
// all the same.
func allRefused(code int, enhanced string) scenario {
	want, class := conform.Perm, "permanent"
	if code/100 == 4 {
		want, class = conform.Temp, "temporary"
	}
	n := strconv.Itoa(code)
	return scenario{ID: "rcpt-all-" + n, Tier: 1, Title: "All recipients refused " + n, Level: rfc.DERIVED, RFC: "5321 §3.3 §4.2.1",
		Expect: "passes: a " + class + " failure, no message data; warns: class or code is not told; fails: success, or the message is sent",
		Script: &conform.Script{Text: "every RCPT is answered " + n + ", DATA 354 and the message 250 all the same",
			Peer: obliging(refusing("RCPT", n+" "+enhanced+" no\r\n"))},
		Judge: once([]string{"RCPT"}, conform.Refused(want, code))}
}

// oneRefused is a scenario in which one of three recipients is refused.
func oneRefused(place, who string, script *conform.Script) scenario {
	address := who + "@example.net"
	return scenario{ID: "rcpt-one-550-" + place, Tier: 1, Title: "One of three refused 550 (" + place + ")", Level: rfc.DERIVED, RFC: "5321 §3.3 §4.2.5 §6.1",
		Expect: "passes: gives up and reports it, or sends to the others and reports " + who + "; warns: a failure that does not name " + who + "; fails: success, or failure of one who got it",
		Needs:  []conform.Need{conform.NeedMultiRcpt},
		Script: script,
		Judge:  oneLeftOut(address, conform.Perm, 550)}
}

// refusesOfThree is a server that refuses one of three recipients.
func refusesOfThree(who string) *conform.Script {
	address := who + "@example.net"
	return threeRecipients("RCPT for "+address+" is answered 550, the two others 250", harness.On(harness.RCPT).To(address).Reply(550, "5.1.1 no such user"))
}

// refusesMiddle is looked at for what is told of it, too.
var refusesMiddle = withID("rcpt-one-550-middle", refusesOfThree("r2"))

// threeRecipients is a job for r1, r2 and r3.
func threeRecipients(text string, rules ...harness.Rule) *conform.Script {
	return &conform.Script{Text: text, Rules: rules, Ask: conform.AskRecipients(3)}
}

// tooMany refuses recipients of a transaction from the 101st.
func tooMany(code int, text string) *conform.Script {
	full := func(x *harness.Exchange) bool { return len(x.Envelope.Recipients) >= 100 }
	return &conform.Script{Text: "the first 100 recipients of a transaction are accepted, each further one is answered " + strconv.Itoa(code) + " " + text,
		Ask: conform.AskRecipients(101), Rules: []harness.Rule{harness.On(harness.RCPT).When(full).Reply(code, text)}}
}

var manyRecipients = []conform.Need{conform.NeedMultiRcpt, conform.NeedManyRcpt}

var rcpt = of(rcptGroup,
	rcptTaken("rcpt-251", "251 is success", 251, "2.1.5 will forward", "5321 §3.4 §4.3.2"),
	rcptTaken("rcpt-252", "252 is success", 252, "cannot verify", "5321 §4.2 §4.3.2"),
	rcptTaken("rcpt-unknown-2yz", "An unknown 2yz is success", 299, "fine", "5321 §4.2 §4.3.2"),
	scenario{ID: "rcpt-551", Tier: 2, Title: "551 is not followed without being told", Level: rfc.SHOULD, RFC: "5321 §3.4 §7.4",
		Expect: "passes: a permanent failure, no RCPT for the other address; warns: that address is used, or class or code is not told; fails: success without delivery",
		Effect: "A server that lies can have mail sent wherever it likes.", Fix: "Report the 551 with its text; let people decide.",
		Script: &conform.Script{Text: "RCPT is answered 551 5.1.6 try <new@example.com>; new@example.com is accepted", Rules: []harness.Rule{
			harness.On(harness.RCPT).To("recipient@example.net").Reply(551, "5.1.6 try <new@example.com>")}},
		Judge: once([]string{"RCPT"}, notFollowed)},
	allRefused(450, "4.1.1"),
	allRefused(550, "5.1.1"),
	allRefused(551, "5.1.1"),
	oneRefused("first", "r1", refusesOfThree("r1")),
	oneRefused("middle", "r2", refusesMiddle),
	oneRefused("last", "r3", refusesOfThree("r3")),
	scenario{ID: "rcpt-one-450-last", Tier: 1, Title: "One of three deferred 450", Level: rfc.DERIVED, RFC: "5321 §4.2.1",
		Expect: "passes: gives up and reports it, or sends to the others and reports r3, as temporary; warns: r3 is not named, or as permanent; fails: success, or failure of one who got it",
		Effect: "A recipient that the server wants to be tried again later gets nothing.",
		Needs:  []conform.Need{conform.NeedMultiRcpt},
		Script: threeRecipients("RCPT for r3@example.net is answered 450, the two others 250", harness.On(harness.RCPT).To("r3@example.net").Reply(450, "4.2.0 greylisted")),
		Judge:  oneLeftOut("r3@example.net", conform.Temp, 450)},
	scenario{ID: "rcpt-mixed-45", Tier: 2, Title: "One 450, one 550, one 250", Level: rfc.DERIVED, RFC: "5321 §4.2.1",
		Expect: "passes: r2 is reported as temporary and r3 as permanent, or it gives up at r2; warns: the two are not told apart; fails: success",
		Effect: "A recipient that could be tried again is given up, or one that never can be is tried again.",
		Needs:  []conform.Need{conform.NeedMultiRcpt},
		Script: threeRecipients("RCPT for r1@example.net is answered 250, for r2 450, for r3 550",
			harness.On(harness.RCPT).To("r2@example.net").Reply(450, "4.2.0 greylisted"),
			harness.On(harness.RCPT).To("r3@example.net").Reply(550, "5.1.1 no such user")),
		Judge: keptApart},
	scenario{ID: "rcpt-552-temp", Tier: 2, Title: "552 for too many recipients is temporary", Level: rfc.SHOULD, RFC: "5321 §4.5.3.1.10",
		Expect: "passes: the rest is sent in another transaction, or reported as temporary; warns: reported as permanent; fails: success with a recipient lost",
		Fix:    "Read 552 to RCPT as 452.", Needs: manyRecipients,
		Script: tooMany(552, "too many recipients"), Judge: restLater(552)},
	scenario{ID: "rcpt-452-chunks", Tier: 2, Title: "The 101st recipient is refused with 452", Level: rfc.SHOULD, RFC: "5321 §4.5.3.1.8 §4.5.3.1.10",
		Expect: "passes: the rest is sent in another transaction, or reported as temporary; warns: reported as permanent; fails: success with a recipient lost",
		Fix:    "Send to the recipients that were accepted, then to the others.", Needs: manyRecipients,
		Script: tooMany(452, "4.5.3 too many recipients"), Judge: restLater(452)},
	scenario{ID: "rcpt-421", Tier: 2, Title: "421 to RCPT", Level: rfc.DERIVED, RFC: "5321 §3.8",
		Expect: "passes: a temporary failure that tells 421; warns: class or code is not told; fails: success",
		Script: shutAtRcpt,
		Judge:  once([]string{"RCPT"}, conform.Refused(conform.Temp, 421))},
	scenario{ID: "rcpt-354", Tier: 1, Title: "3yz to RCPT", Level: rfc.MUST, RFC: "5321 §4.3.2",
		Expect: "passes: a failure; fails: message data sent, or success",
		Effect: "Lines of a message are taken for commands.", Fix: "Take any reply to RCPT but 2yz for a refusal.",
		Script: &conform.Script{Text: "RCPT is answered 354; DATA 354 and the message 250 all the same", Peer: obliging(refusing("RCPT", "354 go\r\n"))},
		Judge:  once([]string{"RCPT"}, conform.Each(conform.Refused("", 0), noLooseData))},
	scenario{ID: "rcpt-limit-ext", Tier: 3, Title: "RCPTMAX of LIMITS is kept to", Level: rfc.SHOULD, RFC: "9422 §4.2",
		Expect: "passes: two recipients a transaction at most; n/a: the extension is not known; fails: success with a recipient lost",
		Needs:  []conform.Need{conform.NeedMultiRcpt},
		Script: &conform.Script{Text: "LIMITS RCPTMAX=2 is offered, a third recipient is answered 452", Offer: []string{"LIMITS RCPTMAX=2"}, Ask: conform.AskRecipients(3)},
		Judge:  once([]string{"RCPT"}, withinLimit(2))},
)
