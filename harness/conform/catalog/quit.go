package catalog

import (
	"time"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var quitGroup = &conform.Group{Name: "quit", Title: "The end of the session",
	Effect: "A server that sees the connection close without QUIT cannot tell a client that is done from one that is lost; some log it as an error, some hold it against the client. A message that was accepted and is reported as failed is sent twice.",
	Fix:    "Send QUIT at the end of every session, after failures too, and wait for the reply; whatever comes, it does not change what became of the messages.",
}

// answersQUIT makes the script of a server that answers QUIT with octets.
func answersQUIT(text, octets string) *conform.Script {
	return &conform.Script{Text: text, Rules: []harness.Rule{harness.On(harness.QUIT).ReplyRaw([]byte(octets))}}
}

// The servers of quit-after-*, which others may share.
var (
	refusesRcpt = withID("refuses-rcpt", answeredAt(harness.RCPT, 550, "5.1.1 no such user"))
	refusesAuth = &conform.Script{ID: "refuses-auth", Text: "every AUTH is answered 535 5.7.8", Auth: []string{"CRAM-MD5", "PLAIN", "LOGIN"}, TLS: conform.STARTTLS,
		Rules: []harness.Rule{harness.On(harness.AUTH).Reply(535, "5.7.8 Authentication credentials invalid")}}
)

var quit = of(quitGroup,
	scenario{ID: "quit-sent", Tier: 1, Title: "QUIT ends a successful session", Level: rfc.MUST, RFC: "5321 §4.1.4 §4.1.1.10",
		Expect: "passes: QUIT is sent before the connection is closed; fails: the connection is closed without it.",
		Script: baseline, Judge: quitWhere("", 2)},
	scenario{ID: "quit-waits-221", Tier: 1, Title: "Waits for the 221", Level: rfc.SHOULD, RFC: "5321 §4.1.1.10",
		Expect: "passes: the connection is open until the 221, which comes after 400 ms; warns: it is closed before.",
		Script: &conform.Script{Text: "the 221 comes 400 ms after QUIT", Rules: []harness.Rule{harness.On(harness.QUIT).Delay(400 * time.Millisecond)}},
		Judge:  waitsFor221},
	scenario{ID: "quit-last", Tier: 2, Title: "QUIT is the last command", Level: rfc.MUST, RFC: "5321 §4.1.4",
		Expect: "passes: nothing follows QUIT; fails: something does.",
		Script: baseline, Judge: quitLast},
	scenario{ID: "quit-after-mail-reject", Tier: 1, Title: "QUIT after a refused MAIL", Level: rfc.MUST, RFC: "5321 §4.1.1.10 §4.1.4",
		Expect: "passes: QUIT is sent; fails: the connection is closed without it.",
		Script: refusesMail, Judge: quitWhere("MAIL", 5)},
	scenario{ID: "quit-after-rcpt-reject", Tier: 2, Title: "QUIT after refused recipients", Level: rfc.MUST, RFC: "5321 §4.1.1.10 §4.1.4",
		Expect: "passes: QUIT is sent, with RSET before it or not; fails: the connection is closed without it.",
		Script: refusesRcpt, Judge: quitWhere("RCPT", 5)},
	scenario{ID: "quit-after-final-reject", Tier: 1, Title: "QUIT after a refused message", Level: rfc.MUST, RFC: "5321 §4.1.1.10 §4.1.4",
		Expect: "passes: QUIT is sent; fails: the connection is closed without it.",
		Script: refusesFinal, Judge: quitWhere("BODY", 5)},
	scenario{ID: "quit-after-auth-reject", Tier: 2, Title: "QUIT after refused AUTH", Level: rfc.MUST, RFC: "5321 §4.1.1.10 §4.1.4",
		Expect: "passes: QUIT is sent; fails: the connection is closed without it.",
		Needs:  []conform.Need{conform.NeedAuth, conform.NeedStartTLS},
		Script: refusesAuth, Judge: quitWhere("AUTH", 5)},
	scenario{ID: "quit-250", Tier: 1, Title: "QUIT is answered 250", Level: rfc.DERIVED, RFC: "5321 §4.2.5",
		Expect: "passes: reported as delivered; fails: the accepted message is reported as failed.",
		Script: answersQUIT("QUIT is answered 250 bye", "250 bye\r\n"), Judge: deliveredAnyQuit},
	scenario{ID: "quit-421", Tier: 1, Title: "QUIT is answered 421", Level: rfc.DERIVED, RFC: "5321 §4.2.5",
		Expect: "passes: reported as delivered; fails: the accepted message is reported as failed.",
		Script: answersQUIT("QUIT is answered 421 4.3.2 bye", "421 4.3.2 bye\r\n"), Judge: deliveredAnyQuit},
	scenario{ID: "quit-500", Tier: 1, Title: "QUIT is answered 500", Level: rfc.DERIVED, RFC: "5321 §4.2.5",
		Expect: "passes: reported as delivered; fails: the accepted message is reported as failed.",
		Script: answersQUIT("QUIT is answered 500 what", "500 what\r\n"), Judge: deliveredAnyQuit},
	scenario{ID: "quit-bare", Tier: 1, Title: "QUIT is answered 221 without a text", Level: rfc.DERIVED, RFC: "5321 §4.2.5 §4.2",
		Expect: "passes: reported as delivered; fails: the accepted message is reported as failed.",
		Script: answersQUIT("QUIT is answered 221, without a blank or a text", "221\r\n"), Judge: deliveredAnyQuit},
	scenario{ID: "quit-drop", Tier: 1, Title: "QUIT is answered by the end of the connection", Level: rfc.DERIVED, RFC: "5321 §4.2.5",
		Expect: "passes: reported as delivered; fails: the accepted message is reported as failed.",
		Script: &conform.Script{Text: "the server closes the connection upon QUIT, without a reply", Rules: []harness.Rule{harness.On(harness.QUIT).Drop()}},
		Judge:  deliveredAnyQuit},
	scenario{ID: "quit-extra", Tier: 2, Title: "Octets behind the 221", Level: rfc.INFO, RFC: "5321 §4.2",
		Expect: "tells whether the client minds; fails: the accepted message is reported as failed.",
		Script: answersQUIT("behind the 221, in its segment, comes a 250", "221 bye\r\n250 stray\r\n"), Judge: told(deliveredAnyQuit)},
)

// quitWhere looks for QUIT in the sessions where a verb had a reply of a class,
// "" where a message was accepted. A session that the client left open tells
// nothing.
func quitWhere(verb string, class int) judge {
	return func(c *conform.Case) conform.Verdict {
		seen, open := false, false
		for _, s := range c.Own() {
			if !answered(s, verb, class) {
				continue
			}
			if _, ok := s.Command("QUIT", 1); ok {
				seen = true
				continue
			}
			switch s.End {
			case record.EndClientClosed, record.EndClientReset:
				last := len(s.Commands)
				return c.Breach("the connection was closed without QUIT").At(c.Mark(conform.Said{Command: s.Commands[last-1], Session: s, Index: last}))
			}
			open = true
		}
		switch {
		case open:
			return c.Inconclusive("the client kept the connection for longer than the run")
		case !seen && verb == "":
			return c.Inconclusive("no message was accepted: %s", c.Told())
		case !seen:
			return c.NotApplicable("the client did not come to a refused %s: %s", verb, c.Told())
		}
		return c.Pass("QUIT was sent")
	}
}

func answered(s *record.Session, verb string, class int) bool {
	if verb == "" {
		return len(s.Messages) > 0
	}
	for i := range s.Commands {
		command := &s.Commands[i]
		if command.Reply.Code/100 == class && (command.Verb == verb || string(command.Stage()) == verb) {
			return true
		}
	}
	return false
}

func waitsFor221(c *conform.Case) conform.Verdict {
	said, ok := c.First("QUIT")
	switch {
	case !ok:
		return c.NotApplicable("no QUIT was sent")
	case said.Reply.Code == 0:
		return c.Breach("the connection was closed before the reply to QUIT").At(c.Mark(said))
	}
	return c.Pass("the connection was open until the 221")
}

func quitLast(c *conform.Case) conform.Verdict {
	if c.Count("QUIT") == 0 {
		return c.NotApplicable("no QUIT was sent")
	}
	for said := range c.All() {
		if a, s, ok := c.Anomaly("octets-behind-quit"); ok && s == said.Session {
			return c.Breach("behind QUIT came \"%s\"", record.Escape(a.Octets)).At(c.Mark(said))
		}
		if said.Verb == "QUIT" && said.Index < len(said.Session.Commands) {
			return c.Breach("a command came behind QUIT").At(c.Mark(said))
		}
	}
	return c.Pass("nothing came behind QUIT")
}

// deliveredAnyQuit passes if what happened to QUIT does not change what is told
// of the message.
func deliveredAnyQuit(c *conform.Case) conform.Verdict {
	if c.Count("QUIT") == 0 {
		return c.NotApplicable("no QUIT was sent")
	}
	return conform.Delivered(c)
}

// told makes an Info of a pass.
func told(of judge) judge {
	return func(c *conform.Case) conform.Verdict {
		v := of(c)
		if v.Word == conform.Pass {
			v.Word = conform.Info
		}
		return v
	}
}
