package catalog

import (
	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// notBase64 is a server whose challenge cannot be decoded.
var notBase64 = withID("auth-cram-bad-challenge", signing("AUTH CRAM-MD5; the challenge is “!!!not base64!!!”; 501 to the answer", "CRAM-MD5", func(p *harness.Peer, _ record.Command) error {
	if _, err := sendChallenge(p, "334 !!!not base64!!!\r\n"); err != nil {
		return err
	}
	return p.Reply(501, "Cancelled")
}))

var authChallenges = of(authGroup,
	scenario{ID: "auth-cram-bad-challenge", Tier: 1, Title: "Challenge that is not base64", Level: rfc.MUST, RFC: "4954 §4",
		Expect: "passes: “*”, and a failure; fails: any other answer, or the connection closed without one",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: notBase64, Judge: choosing("CRAM-MD5", cancelsUnreadable)},
	scenario{ID: "auth-plain-unexpected-challenge", Tier: 1, Title: "Further challenge after PLAIN", Level: rfc.DERIVED, RFC: "4954 §4; 4422 §3.5; 4616 §2",
		Expect: "passes: “*”, and a failure; warns: another answer, or the connection closed without one; fails: the credentials once more",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: signing("AUTH PLAIN; 334 once more behind the credentials; 501 to the answer", "PLAIN", challengeAgain),
		Judge:  choosing("PLAIN", secondChallenge)},
	scenario{ID: "auth-cancel-501", Tier: 2, Title: "501 after “*” ends the exchange", Level: rfc.MUST, RFC: "4954 §4",
		Expect: "passes: a failure, or the next mechanism; fails: MAIL without AUTH, or success; does not apply to a client that does not cancel",
		Needs:  []conform.Need{conform.NeedAuth},
		Script: notBase64, Judge: choosing("CRAM-MD5", func(c *conform.Case, a attempt) conform.Verdict {
			if a.last().Line != "*" {
				return c.NotApplicable("it did not cancel")
			}
			return sentSignedIn(c)
		})},
	scenario{ID: "auth-xoauth2-error", Tier: 3, Title: "XOAUTH2 error challenge", Level: rfc.INTEROP, RFC: "7628 §3.2.3",
		Expect: "passes: an empty response, then a failure that tells 535; info: “*”, behind which the 535 is not known; warns: any other answer, or the code is not told. XOAUTH2 has no RFC; OAUTHBEARER, which took its place, has the same step.",
		Fix:    "Answer the challenge that holds the error with an empty line, and report the reply behind it.",
		Needs:  []conform.Need{conform.NeedXOAUTH2},
		Script: &conform.Script{Text: "AUTH XOAUTH2; 334 with an error in JSON to the token; 535 to the answer", TLS: conform.AnyTLS,
			Offer: []string{"ENHANCEDSTATUSCODES"}, Auth: []string{"XOAUTH2"}, Options: secrets,
			Ask: func(_ conform.Env, j *record.Job) { j.Pass, j.Mechanism = "ya29.expired-token", "XOAUTH2" }},
		Judge: choosing("XOAUTH2", errorChallenge)},
)

// cancelsUnreadable fails where a challenge that cannot be decoded is not answered with
// “*”.
func cancelsUnreadable(c *conform.Case, a attempt) conform.Verdict {
	switch {
	case a.Reply.Code != 334:
		return c.Inconclusive("the challenge was not sent: %s", a.Reply)
	case len(a.Responses) == 0:
		return c.Breach("the exchange was left without “*”").At(c.Mark(a.Said))
	case a.Responses[0].Line != "*":
		return c.Breach("%s was sent in answer, not “*”", quotedLine(a.Responses[0].Line)).At(c.Mark(a.Responses[0]))
	}
	return sentSignedIn(c)
}

func challengeAgain(p *harness.Peer, c record.Command) error {
	if _, err := asked(p, c, "334 \r\n"); err != nil {
		return err
	}
	if _, err := sendChallenge(p, "334 \r\n"); err != nil {
		return err
	}
	return p.Reply(501, "Cancelled")
}

// secondChallenge looks at the answer to the challenge that PLAIN does not
// have: the first, or the second where the credentials answered one.
func secondChallenge(c *conform.Case, a attempt) conform.Verdict {
	answers := a.Responses
	if a.Initial == "" && len(answers) > 0 {
		answers = answers[1:]
	}
	switch {
	case len(answers) == 0:
		return c.Warn("the exchange was left without “*”").At(c.Mark(a.last()))
	case shows(answers[0].Line, c.Job.Pass):
		return c.Breach("the credentials were sent once more").At(c.Mark(answers[0]))
	case answers[0].Line != "*":
		return c.Warn("%s was sent in answer, not “*”", quotedLine(answers[0].Line)).At(c.Mark(answers[0]))
	}
	return sentSignedIn(c)
}

func errorChallenge(c *conform.Case, a attempt) conform.Verdict {
	answer := a.last()
	switch {
	case len(a.Responses) == 0, a.Initial == "" && len(a.Responses) == 1:
		return c.Breach("the challenge with the error was not answered").At(c.Mark(answer))
	case answer.Line == "*":
		return c.Info("the exchange was cancelled: %s", c.Told())
	case answer.Line != "":
		return c.Breach("%s was sent in answer, not an empty line", quotedLine(answer.Line)).At(c.Mark(answer))
	}
	return inTurn(sentSignedIn, conform.Refused("", 535))(c)
}

// quotedLine shows a line that a client sent.
func quotedLine(line string) string {
	if line == "" {
		return "an empty line"
	}
	return "“" + record.Escape(record.Clip(line, 80)) + "”"
}
