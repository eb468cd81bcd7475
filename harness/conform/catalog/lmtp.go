package catalog

import (
	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var lmtpGroup = &conform.Group{Name: "lmtp", Title: "LMTP",
	Effect: "Replies for one recipient are taken for those of another, so that mail is lost for the one and sent twice to the other.",
	Fix:    "Say LHLO, and read one reply behind the message for each recipient that was accepted, in their order.",
}

var needsLMTP = []conform.Need{conform.NeedLMTP}

// local makes the script of an LMTP server.
func local(id, text string, recipients int, rules ...harness.Rule) *conform.Script {
	return &conform.Script{ID: id, Text: text, Rules: rules,
		Options: func(conform.Env) []harness.Option { return []harness.Option{harness.LMTP()} },
		Ask: func(e conform.Env, j *record.Job) {
			if j.LMTP = true; recipients > 1 {
				conform.AskRecipients(recipients)(e, j)
			}
		}}
}

var lmtpBaseline = local("lmtp", "a good LMTP server; EHLO is answered 500", 1)

var lmtp = of(lmtpGroup,
	scenario{ID: "lmtp-lhlo", Tier: 3, Title: "LHLO, and never EHLO or HELO", Level: rfc.MUST, RFC: "2033 §4.1",
		Expect: "passes: LHLO is said, and the message delivered; fails: EHLO or HELO.",
		Needs:  needsLMTP,
		Script: lmtpBaseline, Judge: conform.Each(never("EHLO", "HELO"), conform.Delivered)},
	scenario{ID: "lmtp-per-rcpt", Tier: 3, Title: "One reply for each recipient", Level: rfc.MUST, RFC: "2033 §4.2",
		Expect: "passes: the failures for the second and the third recipient are reported, and not one for the first; fails: otherwise.",
		Needs:  []conform.Need{conform.NeedLMTP, conform.NeedMultiRcpt},
		Script: local("", "the second of three recipients is answered 550 at RCPT, the third behind the message", 3,
			harness.On(harness.RCPT).To("r2@*").Reply(550, "5.1.1 no such user"), harness.On(harness.BODY).To("r3@*").Reply(550, "5.2.2 mailbox full")),
		Judge: partlyRefused},
	scenario{ID: "lmtp-none", Tier: 3, Title: "No recipient is accepted", Level: rfc.MUST, RFC: "2033 §4.2",
		Expect: "passes: a permanent failure that tells 550, and no message is sent; fails: success, or the client waits for replies that do not come.",
		Needs:  needsLMTP,
		Script: local("", "every recipient is answered 550, DATA 503", 1, harness.On(harness.RCPT).Reply(550, "5.1.1 no such user"), harness.On(harness.DATA).Reply(503, "5.5.1 no valid recipients")),
		Judge:  conform.Refused(conform.Perm, 550)},
	scenario{ID: "lmtp-port", Tier: 3, Title: "Not on port 25", Level: rfc.MUST, RFC: "2033 §1 §5",
		Expect: "tells whether the client refuses to speak LMTP to port 25; n/a: the server is at another port.",
		Needs:  needsLMTP,
		Script: lmtpAt25, Judge: refusesPort25},
)

// lmtpAt25 is at port 25 in virtual time, where every port is free.
var lmtpAt25 = func() *conform.Script {
	s := local("", "a good LMTP server, at port 25", 1)
	ask := s.Ask
	s.Ask = func(e conform.Env, j *record.Job) {
		ask(e, j)
		j.Port = 25
	}
	return s
}()

// refusesPort25 only tells: the MUST binds whoever configures the port too.
func refusesPort25(c *conform.Case) conform.Verdict {
	switch {
	case c.Job.Port != 25:
		return c.NotApplicable("the server is at port %d", c.Job.Port)
	case c.Outcome.Class == conform.OK:
		return c.Info("LMTP is spoken on port 25 where that is asked")
	}
	return c.Info("refused: %s", c.Told())
}
