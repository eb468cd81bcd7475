package catalog

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var reuseGroup = &conform.Group{Name: "reuse", Title: "Several messages",
	Effect: "A message goes to the recipients of another one, is lost together with a refused one before it, or is sent twice.",
	Fix:    "Open each transaction from a clean state: RSET after a refusal, a new connection when the old one is gone, and a result for each message.",
}

var needsMessages = []conform.Need{conform.NeedMultiMsg}

// two is shared by what is asked of two messages that are both welcome.
var two = &conform.Script{ID: "two-messages", Text: "a good server without any extension; two messages with different recipients", Ask: conform.AskMessages(2)}

// The first of two messages is refused, at one step or another.
var (
	firstRcptRefused = &conform.Script{ID: "first-of-two-rcpt-550", Text: "two messages; the recipient of the first is answered 550", Ask: conform.AskMessages(2),
		Rules: []harness.Rule{harness.On(harness.RCPT).To("r1@*").Reply(550, "5.1.1 no such user")}}
	firstDataRefused = &conform.Script{ID: "first-of-two-data-554", Text: "two messages; DATA of the first is answered 554", Ask: conform.AskMessages(2),
		Rules: []harness.Rule{harness.On(harness.DATA).To("r1@*").Reply(554, "5.7.1 not now")}}
)

var reuse = of(reuseGroup,
	scenario{ID: "reuse-two", Tier: 2, Title: "Two messages", Level: rfc.SHOULD, RFC: "5321 §4.1.4 §3.3",
		Expect: "passes: both are delivered, over one connection or two; warns: one is not, and that is said; fails: success is reported and one is lost.",
		Needs:  needsMessages,
		Script: two, Judge: bothDelivered},
	scenario{ID: "reuse-rset-after-reject", Tier: 2, Title: "The transaction is closed before the next MAIL", Level: rfc.MUST, RFC: "5321 §4.1.4 §4.1.1.2",
		Expect: "passes: RSET, EHLO or a new connection comes before the MAIL of the second message; fails: MAIL comes inside the first transaction.",
		Needs:  needsMessages,
		Script: firstRcptRefused, Judge: closesTransaction},
	scenario{ID: "reuse-after-data-reject", Tier: 2, Title: "After a refused DATA", Level: rfc.MUST, RFC: "5321 §4.1.4 §4.1.1.2",
		Expect: "passes: RSET, EHLO or a new connection comes before the MAIL of the second message; fails: MAIL comes inside the first transaction.",
		Needs:  needsMessages,
		Script: firstDataRefused, Judge: closesTransaction},
	scenario{ID: "reuse-rset-refused", Tier: 2, Title: "RSET is refused", Level: rfc.SHOULD, RFC: "5321 §4.1.1.5",
		Expect: "passes: QUIT, EHLO or a new connection follows; warns: the next transaction begins as if nothing had been said; n/a: no RSET is sent.",
		Needs:  needsMessages,
		Script: &conform.Script{Text: "two messages; the recipient of the first is answered 550, RSET 500", Ask: conform.AskMessages(2), Rules: []harness.Rule{
			harness.On(harness.RCPT).To("r1@*").Reply(550, "5.1.1 no such user"), harness.On(harness.RSET).Reply(500, "5.5.1 what")}},
		Judge: minds500},
	scenario{ID: "reuse-rset-drop", Tier: 2, Title: "RSET is answered by the end of the connection", Level: rfc.DERIVED, RFC: "5321 §4.2.5",
		Expect: "passes: messages that were accepted before are reported as delivered; fails: one is reported as failed; n/a: no RSET is sent.",
		Needs:  needsMessages,
		Script: &conform.Script{Text: "two messages; PIPELINING; the server closes the connection upon RSET, without a reply", Offer: pipelining, Ask: conform.AskMessages(2),
			Rules: []harness.Rule{harness.On(harness.RSET).Drop()}},
		Judge: acceptedStays},
	scenario{ID: "reuse-no-leak", Tier: 2, Title: "No recipient leaks into the next message", Level: rfc.MUST, RFC: "5321 §4.1.1.5 §4.1.1.2",
		Expect: "passes: each message has its own recipient; fails: one has that of the other too.",
		Effect: "Somebody reads what was written to somebody else.",
		Needs:  needsMessages,
		Script: two, Judge: ownRecipients},
	scenario{ID: "reuse-auth-once", Tier: 2, Title: "AUTH is not repeated", Level: rfc.MUST, RFC: "4954 §4",
		Expect: "passes: one AUTH that succeeds on each connection; fails: another one behind it.",
		Needs:  []conform.Need{conform.NeedMultiMsg, conform.NeedAuth, conform.NeedStartTLS},
		Script: &conform.Script{Text: "two messages; PLAIN, LOGIN and CRAM-MD5 inside TLS", TLS: conform.STARTTLS, Auth: []string{"PLAIN", "LOGIN", "CRAM-MD5"}, Ask: conform.AskMessages(2)},
		Judge:  reached("AUTH", authOnce)},
	scenario{ID: "reuse-idle", Tier: 2, Title: "The server closes the connection between two messages", Level: rfc.SHOULD, RFC: "5321 §3.8",
		Expect: "passes: both are delivered; warns: the second is reported as failed; fails: it is lost, and success reported.",
		Fix:    "Connect again when the connection is gone and nothing of the message has been sent.",
		Needs:  needsMessages,
		Script: &conform.Script{Text: "two messages; the first connection is closed behind the 250 to the first", Ask: conform.AskMessages(2),
			Rules: []harness.Rule{harness.On(harness.BODY).InSession(1).ThenDrop()}},
		Judge: conform.Delivered},
	scenario{ID: "reuse-mailmax", Tier: 3, Title: "MAILMAX is kept", Level: rfc.SHOULD, RFC: "9422 §4",
		Expect: "tells whether the second message gets a connection of its own; one that does not know LIMITS need not give it one.",
		Needs:  []conform.Need{conform.NeedMultiMsg, conform.NeedEHLO},
		Script: &conform.Script{Text: "two messages; EHLO is answered \"LIMITS MAILMAX=1\"", Ask: conform.AskMessages(2), Rules: []harness.Rule{capable("LIMITS MAILMAX=1")}},
		Judge:  keepsMAILMAX},
)

func bothDelivered(c *conform.Case) conform.Verdict {
	v := conform.Delivered(c)
	if v.Word == conform.Pass {
		v.Text += map[bool]string{true: ", both over one connection", false: ", over several connections"}[len(c.Own()) == 1]
	}
	return v
}

func closesTransaction(c *conform.Case) conform.Verdict {
	if a, s, ok := c.Anomaly("nested-mail"); ok {
		return ahead(c, a, s)
	}
	switch {
	case c.Truth() == conform.FalseSuccess:
		return c.Fail("reported success, but one of the messages was refused")
	case c.Count("MAIL") < 2:
		return c.NotApplicable("the second message was not tried: %s", c.Told())
	}
	return c.Pass("the transaction was closed before the next")
}

// minds500 looks for what follows a refused RSET.
func minds500(c *conform.Case) conform.Verdict {
	if c.Count("RSET") == 0 {
		return c.NotApplicable("no RSET was sent")
	}
	for _, s := range c.Own() {
		dirty := false
		for i, command := range s.Commands {
			switch command.Verb {
			case "RSET":
				dirty = command.Reply.Code/100 == 5
			case "EHLO", "HELO":
				dirty = false
			case "MAIL":
				if dirty {
					return c.Breach("MAIL came behind a refused RSET").At(c.Mark(conform.Said{Command: command, Session: s, Index: i + 1}))
				}
			}
		}
	}
	return c.Pass("nothing but QUIT, EHLO or the end of the connection came behind a refused RSET")
}

func acceptedStays(c *conform.Case) conform.Verdict {
	switch {
	case c.Count("RSET") == 0:
		return c.NotApplicable("no RSET was sent")
	case len(c.Messages()) == 0:
		return c.Inconclusive("RSET was sent before a message was accepted")
	case c.Truth() == conform.FalseFailure:
		return c.Fail("reported %s, but the message was accepted", c.Told())
	case c.Truth() == conform.FalseSuccess:
		return c.Fail("reported success, but a message was not sent")
	}
	return c.Pass("what was accepted before RSET was not reported as failed")
}

func ownRecipients(c *conform.Case) conform.Verdict {
	if len(c.Messages()) < 2 {
		return c.Inconclusive("less than two messages were accepted: %s", c.Told())
	}
	for _, m := range c.Messages() {
		if to := m.Envelope.To(); len(to) > 1 {
			return c.Breach("one message went to %s", shown(strings.Join(to, " and ")))
		}
	}
	return c.Pass("each message had its own recipient")
}

func authOnce(c *conform.Case) conform.Verdict {
	for _, s := range c.Own() {
		signedIn := false
		for i, command := range s.Commands {
			if command.Verb == "AUTH" && signedIn {
				return c.Breach("AUTH came again on a connection that is signed in").At(c.Mark(conform.Said{Command: command, Session: s, Index: i + 1}))
			}
			signedIn = signedIn || command.Reply.Code == 235
		}
	}
	return c.Pass("no AUTH came behind one that succeeded")
}

func keepsMAILMAX(c *conform.Case) conform.Verdict {
	if len(c.Messages()) < 2 {
		return c.Inconclusive("less than two messages were accepted: %s", c.Told())
	}
	for _, s := range c.Own() {
		if len(s.Messages) > 1 {
			return c.Info("two messages over one connection: LIMITS is unknown, or not kept")
		}
	}
	return c.Info("a connection for each message")
}

// bodies returns the messages that were sent whole or in part.
func bodies(c *conform.Case) []conform.Said {
	var list []conform.Said
	for said := range c.All() {
		if said.Stage() == record.BODY && said.Size > 0 {
			list = append(list, said)
		}
	}
	return list
}
