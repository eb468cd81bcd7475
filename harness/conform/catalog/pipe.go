package catalog

import (
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var pipeGroup = &conform.Group{Name: "pipe", Title: "Pipelining",
	Effect: "Replies are taken for those of other commands: mail is reported as delivered that was refused, goes to recipients it was not accepted for, or the session hangs.",
	Fix:    "Send groups only where PIPELINING is offered, end each at a command that must be the last, count one reply for each command, and look at every one of them.",
}

// hold is for how long replies are kept back, so that octets that a client does
// not wait for are there by then.
const hold = 150 * time.Millisecond

var held = &conform.Script{ID: "replies-held", Text: "every reply comes 150 ms late; PIPELINING is not offered",
	Rules: []harness.Rule{harness.On(harness.ANY).Delay(hold)}}

var heldPipelining = &conform.Script{ID: "replies-held-pipelining", Text: "every reply comes 150 ms late; PIPELINING is offered",
	Offer: pipelining, Rules: []harness.Rule{harness.On(harness.ANY).Delay(hold)}}

var (
	pipelining      = []string{"PIPELINING"}
	needsPipelining = []conform.Need{conform.NeedPipelining}
)

// three asks for as many recipients, if the client takes more than one.
func three(e conform.Env, j *record.Job) {
	if e.Profile.Has(conform.NeedMultiRcpt) {
		conform.AskRecipients(3)(e, j)
	}
}

var pipe = of(pipeGroup,
	scenario{ID: "pipe-not-offered", Tier: 1, Title: "Lock-step without PIPELINING", Level: rfc.MUST, RFC: "5321 §4.3.1; 2920 §1",
		Expect: "passes: each command waits for the reply to the one before; fails: octets come before a reply.",
		Script: held, Judge: lockStep},
	scenario{ID: "pipe-offered", Tier: 1, Title: "Use of PIPELINING", Level: rfc.INFO, RFC: "2920 §3.1",
		Expect: "tells which commands are sent in groups.",
		Script: heldPipelining, Judge: groups},
	scenario{ID: "pipe-coalesced", Tier: 2, Title: "Replies of a group in one segment", Level: rfc.MUST, RFC: "2920 §3.1 §3.2",
		Expect: "passes: delivered; fails: anything else.",
		Needs:  needsPipelining,
		Script: &conform.Script{Text: "the replies to a group leave in one write; that to MAIL has two lines", Offer: pipelining, Ask: three,
			Rules: []harness.Rule{harness.On(harness.MAIL).Reply(250, "2.1.0 Ok", "2.1.0 and more of it")}},
		Judge: conform.Delivered},
	scenario{ID: "pipe-split", Tier: 2, Title: "Replies of a group octet by octet", Level: rfc.MUST, RFC: "2920 §3.1",
		Expect: "passes: delivered; fails: anything else.",
		Needs:  needsPipelining,
		Script: &conform.Script{Text: "each reply to a group comes octet by octet; that to MAIL has two lines", Offer: pipelining, Ask: three, Rules: []harness.Rule{
			harness.On(harness.RCPT).Reply(250, "Ok").Drip(1, time.Millisecond),
			harness.On(harness.DATA).Reply(354, "Go").Drip(1, time.Millisecond),
			harness.On(harness.MAIL).Reply(250, "Ok", "yes").Drip(1, time.Millisecond)}},
		Judge: conform.Delivered},
	scenario{ID: "pipe-last-only", Tier: 2, Title: "EHLO, DATA, VRFY, EXPN, QUIT and NOOP end a group", Level: rfc.MUST, RFC: "2920 §3.1",
		Expect: "passes: nothing follows them before their reply; fails: something does, such as the message before the 354.",
		Needs:  needsPipelining,
		Script: heldPipelining, Judge: endsGroups("octets-behind-data", "octets-behind-quit", "not-last-in-group")},
	scenario{ID: "pipe-starttls-last", Tier: 2, Title: "STARTTLS ends a group", Level: rfc.MUST, RFC: "3207 §4",
		Expect: "passes: nothing follows STARTTLS before its reply; fails: something does.",
		Needs:  []conform.Need{conform.NeedPipelining, conform.NeedStartTLS},
		Script: &conform.Script{Text: "PIPELINING is offered; the 220 to STARTTLS comes 150 ms late", Offer: pipelining, TLS: conform.STARTTLS,
			Rules: []harness.Rule{harness.On(harness.STARTTLS).Delay(hold)}},
		Judge: reached("STARTTLS", endsGroups("octets-behind-starttls"))},
	scenario{ID: "pipe-auth-last", Tier: 2, Title: "AUTH ends a group", Level: rfc.MUST, RFC: "4954 §4",
		Expect: "passes: nothing follows AUTH before its reply; fails: something does.",
		Needs:  []conform.Need{conform.NeedPipelining, conform.NeedAuth, conform.NeedStartTLS},
		Script: &conform.Script{Text: "PIPELINING is offered inside TLS; the replies to AUTH come 150 ms late", Offer: pipelining, TLS: conform.STARTTLS, Auth: []string{"PLAIN", "LOGIN", "CRAM-MD5"},
			Rules: []harness.Rule{harness.On(harness.AUTH).Delay(hold)}},
		Judge: reached("AUTH", endsGroups("not-last-in-group"))},
	scenario{ID: "pipe-check-all", Tier: 2, Title: "All statuses of a group are checked", Level: rfc.MUST, RFC: "2920 §3.1",
		Expect: "passes: the failure for the refused recipient is reported; fails: success is.",
		Needs:  []conform.Need{conform.NeedPipelining, conform.NeedMultiRcpt},
		Script: &conform.Script{Text: "PIPELINING; the first of two recipients is refused", Offer: pipelining, Ask: conform.AskRecipients(2),
			Rules: []harness.Rule{harness.On(harness.RCPT).To("r1@*").Reply(550, "5.1.1 no such user")}},
		Judge: partlyRefused},
	scenario{ID: "pipe-mail-refused", Tier: 2, Title: "MAIL is refused inside a group", Level: rfc.MUST, RFC: "2920 §3.1",
		Expect: "passes: a permanent failure that tells MAIL's 550; warns: it tells the 503 of what came behind; fails: success.",
		Needs:  needsPipelining,
		Script: &conform.Script{Text: "PIPELINING; MAIL is answered 550, RCPT and DATA 503", Offer: pipelining, Rules: []harness.Rule{harness.On(harness.MAIL).Reply(550, "5.7.1 not from you")}},
		Judge:  conform.Refused(conform.Perm, 550)},
	scenario{ID: "pipe-all-rcpt-fail-354", Tier: 1, Title: "No recipient is accepted, but DATA is", Level: rfc.MUST, RFC: "2920 §3.1; 5321 §3.3",
		Expect: "passes: no DATA, or a lone dot behind the 354, and a permanent failure; fails: the message is sent, or success is reported.",
		Script: &conform.Script{Text: "PIPELINING; every recipient is answered 550, DATA 354", Offer: pipelining, Rules: []harness.Rule{
			harness.On(harness.RCPT).Reply(550, "5.1.1 no such user"),
			harness.On(harness.BODY).Reply(554, "5.5.1 No valid recipients"),
			harness.On(harness.DATA).Reply(354, "go ahead")}},
		Judge: conform.Refused(conform.Perm, 550)},
	scenario{ID: "pipe-all-rcpt-fail-554", Tier: 2, Title: "No recipient is accepted, and DATA is refused", Level: rfc.MUST, RFC: "2920 §3.1",
		Expect: "passes: a permanent failure that tells RCPT's reply; warns: it tells the 554 of DATA only; fails: success.",
		Needs:  needsPipelining,
		Script: &conform.Script{Text: "PIPELINING; every recipient is answered 550, DATA 554", Offer: pipelining, Rules: []harness.Rule{
			harness.On(harness.RCPT).Reply(550, "5.1.1 no such user"),
			harness.On(harness.DATA).Reply(554, "5.5.1 No valid recipients")}},
		Judge: conform.Refused(conform.Perm, 550)},
	scenario{ID: "pipe-close-after-first", Tier: 2, Title: "The server answers the first command and closes", Level: rfc.SHOULD, RFC: "5321 §3.8; 2920 §3.1",
		Expect: "passes: a permanent failure that tells 550; warns: a temporary one, or that the connection was lost.",
		Effect: "The reason for the refusal is lost, and the message is tried again for days.",
		Fix:    "Look at the replies that came before the end of the connection.",
		Needs:  needsPipelining,
		Script: &conform.Script{Text: "MAIL is answered 550 5.7.1 blocked, and then the server's side of the connection is closed", Offer: pipelining,
			Rules: []harness.Rule{harness.On(harness.MAIL).Reply(550, "5.7.1 blocked").HalfClose()}},
		Judge: conform.Refused(conform.Perm, 550)},
	scenario{ID: "pipe-deadlock", Tier: 2, Title: "Both directions are full", Level: rfc.MUST, RFC: "2920 §3.1",
		Expect: "passes: all 2000 recipients get the message; fails: a hang.",
		Effect: "Client and server wait for each other to read, until one of them gives up.",
		Fix:    "Read replies while a group is sent, or send no more in one group than fits the window.",
		Needs:  []conform.Need{conform.NeedPipelining, conform.NeedManyRcpt},
		Script: crowded, Judge: notStuck},
)

// lockStep fails where something came before the reply that it had to wait for.
func lockStep(c *conform.Case) conform.Verdict {
	if a, s, ok := c.Anomaly("pipelining-not-offered", "octets-behind-data", "octets-behind-quit", "not-last-in-group"); ok {
		return ahead(c, a, s)
	}
	for said := range c.All() {
		if said.Pipelined && said.Verb != "BODY" {
			return c.Breach("%s came before the reply to the command before it", said.Verb).At(c.Mark(said))
		}
	}
	if len(c.Own()) == 0 || c.Count("MAIL") == 0 {
		return c.Inconclusive("the client did not come to MAIL: %s", c.Told())
	}
	return c.Pass("every command waited for the reply before it")
}

// ahead is a breach by octets that came too early.
func ahead(c *conform.Case, a record.Anomaly, s *record.Session) conform.Verdict {
	v := c.Breach("%s: \"%s\"", a.Text, shown(a.Octets))
	if a.Command > 0 && a.Command <= len(s.Commands) {
		v = v.At(c.Mark(conform.Said{Command: s.Commands[a.Command-1], Session: s, Index: a.Command}))
	}
	return v
}

// endsGroups fails where one of these anomalies was seen.
func endsGroups(kinds ...string) judge {
	return func(c *conform.Case) conform.Verdict {
		if a, s, ok := c.Anomaly(kinds...); ok {
			return ahead(c, a, s)
		}
		return c.Pass("nothing came behind a command that ends a group")
	}
}

// reached asks a judge only where the client came to a verb.
func reached(verb string, of judge) judge {
	return func(c *conform.Case) conform.Verdict {
		if c.Count(verb) == 0 {
			return c.Inconclusive("the client did not come to %s: %s", verb, c.Told())
		}
		return of(c)
	}
}

// groups tells which commands came together.
func groups(c *conform.Case) conform.Verdict {
	var list []string
	for said := range c.All() {
		switch {
		case said.Verb == "BODY" || said.Verb == "":
		case said.Pipelined && len(list) > 0:
			list[len(list)-1] += " " + said.Verb
		default:
			list = append(list, said.Verb)
		}
	}
	var together []string
	for _, group := range list {
		if strings.Contains(group, " ") {
			together = append(together, record.Escape(group))
		}
	}
	if together == nil {
		return c.Info("one command at a time")
	}
	return c.Info("sent together: %s", strings.Join(together, "; "))
}

// partlyRefused passes if the failure for a part of the recipients is told.
func partlyRefused(c *conform.Case) conform.Verdict {
	switch {
	case c.Truth() == conform.FalseSuccess:
		return c.Fail("reported success for a recipient that was refused")
	case c.Truth() == conform.FalseFailure:
		return c.Fail("reported %s, but the message was accepted", c.Told())
	case c.Outcome.Class == conform.Queued:
		return c.Pass("queued")
	}
	return c.Pass("reported %s", c.Told())
}
