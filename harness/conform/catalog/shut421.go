package catalog

import (
	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var shut421Group = &conform.Group{Name: "shut421", Title: "421: the server shuts down",
	Effect: "Mail is bounced that the server would take a minute later, or reported as sent although nobody has it.",
	Fix:    "Take 421 at any step as the end of this session and a temporary failure of what is not yet accepted.",
}

// shut says 421 at a stage and closes the connection.
func shut(stage record.Stage) []harness.Rule {
	return []harness.Rule{harness.On(stage).Reply(421, "4.3.2 shutting down").ThenDrop()}
}

func shutting(stage record.Stage) *conform.Script {
	return &conform.Script{Text: "421 4.3.2 shutting down to " + string(stage) + ", and closes the connection", Rules: shut(stage)}
}

// shutAtRcpt stands among the replies to RCPT, too.
var shutAtRcpt = withID("shut421-rcpt", shutting(harness.RCPT))

const shutExpect = "passes: a temporary failure that tells 421; warns: the code is not told; fails: a permanent failure, or success"

var shut421 = of(shut421Group,
	scenario{ID: "shut421-ehlo", Tier: 1, Title: "421 and close in reply to EHLO", Level: rfc.DERIVED, RFC: "5321 §3.8 §4.2.1", Expect: shutExpect,
		Script: shutting(harness.EHLO), Judge: at(laterAgain, "EHLO", "HELO")},
	scenario{ID: "shut421-mail", Tier: 1, Title: "421 and close in reply to MAIL", Level: rfc.DERIVED, RFC: "5321 §3.8 §4.2.1", Expect: shutExpect,
		Script: shutting(harness.MAIL), Judge: at(laterAgain, "MAIL")},
	scenario{ID: "shut421-rcpt", Tier: 1, Title: "421 and close in reply to RCPT", Level: rfc.DERIVED, RFC: "5321 §3.8 §4.2.1", Expect: shutExpect,
		Script: shutAtRcpt, Judge: at(laterAgain, "RCPT")},
	scenario{ID: "shut421-data", Tier: 1, Title: "421 and close in reply to DATA", Level: rfc.DERIVED, RFC: "5321 §3.8 §4.2.1", Expect: shutExpect,
		Script: shutting(harness.DATA), Judge: at(laterAgain, "DATA")},
	scenario{ID: "shut421-final", Tier: 1, Title: "421 after the dot", Level: rfc.DERIVED, RFC: "5321 §4.2.5 §3.8", Expect: shutExpect,
		Script: shutting(harness.BODY), Judge: at(laterAgain, "BODY")},
	scenario{ID: "shut421-auth", Tier: 2, Title: "421 to AUTH", Level: rfc.DERIVED, RFC: "5321 §3.8; 4954 §4",
		Expect: "passes: a temporary failure that tells 421; warns: the code is not told, or the failure is permanent, as if the password were wrong; fails: success, or mail sent without signing in",
		Needs:  []conform.Need{conform.NeedAuth, conform.NeedStartTLS},
		Script: &conform.Script{Text: "421 to AUTH, and closes the connection", TLS: conform.STARTTLS, Auth: []string{"PLAIN", "LOGIN"}, Rules: shut(harness.AUTH)},
		Judge:  at(inTurn(neverUnsigned, conform.Refused(conform.Temp, 421)), "AUTH")},
	scenario{ID: "shut421-starttls", Tier: 2, Title: "421 to STARTTLS", Level: rfc.DERIVED, RFC: "5321 §3.8; 3207 §4",
		Expect: "passes: a temporary failure that tells 421; warns: the code is not told, or the failure is permanent; fails: the message sent in the clear",
		Needs:  []conform.Need{conform.NeedStartTLS},
		Script: &conform.Script{Text: "421 to STARTTLS, and closes the connection", TLS: conform.STARTTLS, Rules: shut(harness.STARTTLS)},
		Judge:  at(inTurn(noClearText, conform.Refused(conform.Temp, 421)), "STARTTLS")},
	scenario{ID: "shut421-between", Tier: 2, Title: "421 between two messages", Level: rfc.SHOULD, RFC: "5321 §3.8",
		Expect: "passes: the first message is sent, the second fails for now or goes over a new connection; warns: its failure is reported as permanent; fails: the first is reported as failed, or the second lost",
		Needs:  []conform.Need{conform.NeedMultiMsg},
		Script: &conform.Script{Text: "421 to the second MAIL of a session, and closes the connection", Ask: conform.AskMessages(2),
			Rules: []harness.Rule{harness.On(harness.MAIL).Occurrence(2).Reply(421, "4.3.2 shutting down").ThenDrop()}},
		Judge: between},
)

// laterAgain is what 421 asks of a client.
func laterAgain(c *conform.Case) conform.Verdict {
	if c.Outcome.Class == conform.Perm {
		return c.Breach("the 421 was reported as permanent: %s", c.Told())
	}
	return conform.Refused(conform.Temp, 421)(c)
}

func between(c *conform.Case) conform.Verdict {
	told := false
	for _, said := range c.Said("MAIL") {
		told = told || said.Reply.Code == 421
	}
	switch {
	case c.Outcome.Class == conform.OK || c.Outcome.Class == conform.Queued:
		v := conform.Delivered(c)
		if v.Word == conform.Pass && !told {
			return c.NotApplicable("it uses a connection for each message")
		}
		return v
	case !told:
		return c.Inconclusive("it did not get to a second MAIL: %s", c.Told())
	case c.Truth() == conform.FalseFailure:
		return c.Fail("reported %s, but the first message was accepted", c.Told())
	}
	return c.Reported(conform.Temp, 0)
}
