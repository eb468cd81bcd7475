package catalog

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var finalGroup = &conform.Group{Name: "final", Title: "The reply to the message",
	Effect: "Mail is lost without a word, or sent again although it has arrived.",
	Fix:    "Only the reply behind the final dot says who is responsible for the message. Read it, act on its first digit, and report a failure as what it is.",
}

// refusedAtEnd is a message refused behind the final dot.
func refusedAtEnd(code int, text string) *conform.Script {
	return &conform.Script{Text: text + " to the end of the message", Rules: []harness.Rule{harness.On(harness.BODY).Reply(code, text[4:])}}
}

// The servers of final-554 and final-drop, which others share.
var (
	refusesFinal = withID("final-554", refusedAtEnd(554, "554 5.7.1 rejected"))
	lostReply    = &conform.Script{ID: "final-drop", Text: "closes the connection behind the final dot, without a reply", Rules: []harness.Rule{harness.On(harness.BODY).Drop()}}
)

// acceptedAtEnd is a message accepted in other words than usual.
func acceptedAtEnd(says string, rule harness.Rule) *conform.Script {
	return &conform.Script{Text: says, Rules: []harness.Rule{rule}}
}

var final = of(finalGroup,
	scenario{ID: "final-451", Tier: 1, Title: "Message refused 451 after the dot", Level: rfc.DERIVED, RFC: "5321 §4.2.5",
		Expect: "passes: a temporary failure that tells 451; warns: class or code is not told; fails: success",
		Script: refusedAtEnd(451, "451 4.7.1 rejected"), Judge: at(conform.Refused(conform.Temp, 451), "BODY")},
	scenario{ID: "final-452", Tier: 1, Title: "Message refused 452 after the dot", Level: rfc.DERIVED, RFC: "5321 §4.2.5",
		Expect: "passes: a temporary failure that tells 452; warns: class or code is not told; fails: success",
		Script: refusedAtEnd(452, "452 4.7.1 rejected"), Judge: at(conform.Refused(conform.Temp, 452), "BODY")},
	scenario{ID: "final-550", Tier: 1, Title: "Message refused 550 after the dot", Level: rfc.DERIVED, RFC: "5321 §4.2.5",
		Expect: "passes: a permanent failure that tells 550; warns: class or code is not told; fails: success",
		Script: refusedAtEnd(550, "550 5.7.1 rejected"), Judge: at(conform.Refused(conform.Perm, 550), "BODY")},
	scenario{ID: "final-554", Tier: 1, Title: "Message refused 554 after the dot", Level: rfc.DERIVED, RFC: "5321 §4.2.5",
		Expect: "passes: a permanent failure that tells 554; warns: class or code is not told; fails: success",
		Script: refusesFinal, Judge: at(conform.Refused(conform.Perm, 554), "BODY")},
	scenario{ID: "final-2yz-unknown", Tier: 1, Title: "Unknown 2yz accepted", Level: rfc.MUST, RFC: "5321 §4.3.2",
		Expect: "passes: delivered; fails: a failure reported for a message that was taken, which the next try duplicates",
		Script: acceptedAtEnd("299 2.0.0 fine to the end of the message", harness.On(harness.BODY).Reply(299, "2.0.0 fine")),
		Judge:  at(conform.Delivered, "BODY")},
	scenario{ID: "final-multiline", Tier: 2, Title: "Multiline final reply", Level: rfc.MUST, RFC: "5321 §4.2.1",
		Expect: "passes: delivered; fails: anything else",
		Script: acceptedAtEnd("250 on two lines to the end of the message", harness.On(harness.BODY).Reply(250, "queued", "id 1")),
		Judge:  at(conform.Delivered, "BODY")},
	scenario{ID: "final-354-again", Tier: 1, Title: "354 again", Level: rfc.MUST, RFC: "5321 §4.3.2",
		Expect: "passes: a failure; fails: success",
		Script: refusedAtEnd(354, "354 more"), Judge: at(conform.Refused("", 0), "BODY")},
	scenario{ID: "final-drop", Tier: 1, Title: "Close instead of the final reply", Level: rfc.SHOULD, RFC: "5321 §3.8 §6.1",
		Expect: "passes: a temporary failure, for nobody knows what became of the message; tells if the failure has no class; warns: a permanent one; fails: success",
		Script: lostReply,
		Judge:  at(conform.Refused(conform.Temp, 0), "BODY")},
	scenario{ID: "final-drop-after-250", Tier: 1, Title: "250, then close without waiting for QUIT", Level: rfc.DERIVED, RFC: "5321 §4.2.5 §6.1",
		Expect: "passes: delivered; fails: a failure reported, or the message sent again",
		Fix:    "The 250 has decided. What becomes of the connection after it is no failure of the message.",
		Script: acceptedAtEnd("250 to the message, and closes the connection", harness.On(harness.BODY).Reply(250, "ok").ThenDrop()),
		Judge:  at(conform.Delivered, "BODY")},
	scenario{ID: "final-delay", Tier: 1, Title: "Slow final reply", Level: rfc.SHOULD, RFC: "5321 §4.5.3.2.6",
		Expect: "passes: delivered; warns: gave up before its time-out",
		Needs:  []conform.Need{conform.NeedTimeout},
		Script: &conform.Script{Text: "250 to the message after 0.75 T", Options: after(0.75, harness.BODY)},
		Judge:  at(patient, "BODY")},
	scenario{ID: "final-code-not-text-ok", Tier: 1, Title: "A 250 whose text speaks of an error", Level: rfc.MUST, RFC: "5321 §4.2",
		Expect: "passes: delivered; fails: a failure reported",
		Script: acceptedAtEnd("250 5.0.0 Error: rejected, go away", harness.On(harness.BODY).Reply(250, "5.0.0 Error: rejected, go away")),
		Judge:  at(conform.Delivered, "BODY")},
	scenario{ID: "final-code-not-text-bad", Tier: 1, Title: "A 550 whose text says OK", Level: rfc.MUST, RFC: "5321 §4.2",
		Expect: "passes: a failure; fails: success",
		Script: refusedAtEnd(550, "550 2.0.0 OK queued"), Judge: at(conform.Refused("", 0), "BODY")},
	scenario{ID: "final-queue-id", Tier: 2, Title: "Final text available to the caller", Level: rfc.INFO, RFC: "5321 §4.2.5",
		Expect: "tells whether the caller learns the text of the final reply, in which servers name the message",
		Script: acceptedAtEnd("250 2.0.0 queued as XYZ123", harness.On(harness.BODY).Reply(250, "2.0.0 queued as XYZ123")),
		Judge:  at(queueID, "BODY")},
)

func queueID(c *conform.Case) conform.Verdict {
	switch v := conform.Delivered(c); {
	case v.Word != conform.Pass:
		return v
	case strings.Contains(c.Outcome.Text, "XYZ123"):
		return c.Info("the caller learns XYZ123")
	}
	return c.Info("the caller does not learn the text of the final reply")
}
