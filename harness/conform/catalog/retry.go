package catalog

import (
	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var retryGroup = &conform.Group{Name: "retry", Title: "Trying again",
	Effect: "A message that is sent again at once meets the same refusal, or arrives twice; servers hold it against the client.",
	Fix:    "Report the failure with its class and leave the next try to whoever keeps the message, half an hour later.",
}

var retry = of(retryGroup,
	scenario{ID: "retry-no-immediate", Tier: 1, Title: "No retry at once upon 4yz", Level: rfc.MUST, RFC: "5321 §4.5.4.1",
		Expect: "passes: one attempt; warns: more of them within the run.",
		Script: answeredAt(harness.RCPT, 450, "4.2.0 greylisted"),
		Judge:  oneAttempt},
	scenario{ID: "retry-5yz-none", Tier: 2, Title: "No automatic retry upon 5yz", Level: rfc.SHOULD, RFC: "5321 §4.2.1 §4.2.5",
		Expect: "passes: the message is sent once; warns: it is sent again.",
		Script: refusesFinal, Judge: sentOnce},
	scenario{ID: "retry-no-dup", Tier: 2, Title: "No second message where the first may have arrived", Level: rfc.SHOULD, RFC: "5321 §4.5.3.2.6 §6.1",
		Expect: "passes: a temporary failure, and the message is not sent again at once; warns: it is; fails: success.",
		Script: lostReply,
		Judge:  conform.Each(sentOnce, reportedLost)},
	scenario{ID: "retry-next-address", Tier: 2, Title: "The next address after one that does not answer", Level: rfc.SHOULD, RFC: "5321 §5.1",
		Expect: "passes: delivered over the second address; warns: given up after the first.",
		Needs:  []conform.Need{conform.NeedDNS},
		Script: &conform.Script{Text: "the host is localhost, and nobody listens at its other addresses than 127.0.0.1", Ask: func(_ conform.Env, j *record.Job) { j.Host = "localhost" }},
		Judge:  conform.Delivered},
)

// oneAttempt warns where a recipient was tried again.
func oneAttempt(c *conform.Case) conform.Verdict {
	tried := c.Said("RCPT")
	switch {
	case len(tried) == 0:
		return c.Inconclusive("the client did not come to RCPT: %s", c.Told())
	case len(tried) > 1:
		return c.Warn("%d attempts within the run", len(tried)).At(c.Mark(tried[1]))
	}
	return c.Pass("one attempt")
}

func sentOnce(c *conform.Case) conform.Verdict {
	sent := bodies(c)
	switch {
	case len(sent) == 0:
		return c.Inconclusive("no message was sent: %s", c.Told())
	case len(sent) > 1:
		return c.Warn("the message was sent %d times within the run", len(sent)).At(c.Mark(sent[1]))
	}
	return c.Pass("sent once")
}

func reportedLost(c *conform.Case) conform.Verdict { return c.Reported(conform.Temp, 0) }
