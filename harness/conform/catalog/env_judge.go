package catalog

import (
	"regexp"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
)

// sequence is where a session stands, RFC 5321 §4.1.4.
type sequence struct {
	helloed, mail, rcpt, quit bool
}

// inSequence follows every session command by command. A command that the
// server refused did not change where it stands.
func inSequence(c *conform.Case) conform.Verdict {
	at := map[int]*sequence{}
	for said := range c.All() {
		s := at[said.Session.ID]
		if s == nil {
			s = &sequence{}
			at[said.Session.ID] = s
		}
		if wrong := s.next(said); wrong != "" {
			return c.Breach("%s", wrong).At(c.Mark(said))
		}
	}
	return c.Pass("the commands came in order")
}

// next takes one command and says what is wrong with its place.
func (s *sequence) next(said conform.Said) (wrong string) {
	positive := said.Reply.Positive()
	if s.quit {
		return said.Verb + " came after QUIT"
	}
	switch said.Verb {
	case "EHLO", "HELO", "LHLO":
		s.helloed = s.helloed || positive
		s.mail, s.rcpt = false, false
	case "RSET":
		s.mail, s.rcpt = false, false
	case "MAIL":
		switch {
		case !s.helloed:
			return "MAIL came before EHLO"
		case s.mail:
			return "MAIL came inside a transaction"
		}
		s.mail, s.rcpt = positive, false
	case "RCPT":
		if !s.mail {
			return "RCPT came without a transaction"
		}
		s.rcpt = s.rcpt || positive
	case "DATA", "BDAT":
		if !s.rcpt {
			return said.Verb + " came without a recipient"
		}
	case "BODY":
		s.mail, s.rcpt = false, false
	case "QUIT":
		s.quit = true
	}
	return ""
}

// What RFC 5321 §4.1.1.2 and §4.1.1.3 have a command look like, but for a blank
// at its end.
var goodPath = regexp.MustCompile(`(?i)^(MAIL FROM:<>|(MAIL FROM|RCPT TO):<\S.*>)( \S.*)?$`)

// pathSyntax looks at every MAIL and RCPT.
func pathSyntax(c *conform.Case) conform.Verdict {
	var verdicts []conform.Verdict
	for _, said := range c.Said("MAIL", "RCPT") {
		trimmed := strings.TrimRight(said.Line, " \t")
		switch shown := shown(said.Line); {
		case !goodPath.MatchString(trimmed):
			verdicts = append(verdicts, c.Breach("malformed: %s", shown).At(c.Mark(said)))
		case trimmed != said.Line:
			verdicts = append(verdicts, c.Warn("a blank at the end: %s", shown).At(c.Mark(said)))
		default:
			verdicts = append(verdicts, c.Pass("%s", shown))
		}
	}
	return conform.Worst(verdicts...)
}

// endsInCRLF looks at every line but message data.
func endsInCRLF(c *conform.Case) conform.Verdict {
	for said := range c.All() {
		switch {
		case said.Ending == "\n":
			return c.Breach("LF alone ended %s", shown(said.Line)).At(c.Mark(said))
		case strings.ContainsAny(said.Line, "\r\n"):
			return c.Breach("a CR stood within %s", shown(said.Line)).At(c.Mark(said))
		}
	}
	return c.Pass("every line ended with CRLF")
}

func shortLines(c *conform.Case) conform.Verdict {
	if a, s, long := c.Anomaly("long-line"); long {
		return c.Breach("a command line over its limit: %s", shown(a.Octets)).At(conform.Mark{Script: c.Script, Session: s.ID, Command: a.Command, Octets: a.Octets})
	}
	if len(c.Paths("RCPT", longMailbox)) == 0 {
		if c.Outcome.Failure() {
			return c.NotApplicable("it does not send to a mailbox of 254 octets: %s", c.Told())
		}
		return unreached(c, "no RCPT for the long mailbox came")
	}
	return c.Pass("no command line was over its limit")
}

// nullPath wants every reverse-path of the job to be the null path.
func nullPath(c *conform.Case) conform.Verdict {
	mail := c.Said("MAIL")
	for _, said := range mail {
		if p, ok := said.Path(); !ok || p.Address != "" || !p.Brackets {
			return c.Breach("for the null path it sent %s", shown(said.Line)).At(c.Mark(said))
		}
	}
	if len(mail) > 0 {
		return c.Pass("it sent MAIL FROM:<>")
	}
	if c.Outcome.Failure() {
		return c.NotApplicable("it cannot be asked for: %s", c.Told())
	}
	return unreached(c, "no MAIL came")
}

func noRoutes(c *conform.Case) conform.Verdict {
	for _, said := range c.Said("MAIL", "RCPT") {
		if p, _ := said.Path(); strings.HasPrefix(p.Address, "@") {
			return c.Breach("a source route: %s", shown(said.Line)).At(c.Mark(said))
		}
	}
	return c.Pass("no path was a source route")
}

func nameLeftOut(c *conform.Case) conform.Verdict {
	mail := c.Said("MAIL")
	for _, said := range mail {
		if p, ok := said.Path(); !ok || !conform.SameMailbox(p.Address, "a@example.org") {
			return c.Breach("it sent %s", shown(said.Line)).At(c.Mark(said))
		}
	}
	if len(mail) > 0 {
		return c.Pass("the mailbox alone was sent")
	}
	return refusedWarns(c)
}

// countRecipients says how often a recipient was named that the job has two
// times.
func countRecipients(c *conform.Case) conform.Verdict {
	transactions := 0
	for _, said := range c.Said("MAIL") {
		if said.Reply.Positive() {
			transactions++
		}
	}
	if c.Truth() == conform.FalseSuccess {
		return c.Fail("reported success, but the message was not taken")
	}
	return c.Info("%d RCPT in %d transaction(s)", c.Count("RCPT"), transactions)
}

// nobody judges a job without recipients.
func nobody(c *conform.Case) conform.Verdict {
	rcpts := c.Said("RCPT")
	if len(rcpts) > 0 {
		return recipientsFound(c, rcpts)
	}
	if said, ok := c.First("DATA", "BDAT"); ok {
		return c.Breach("%s was sent without a recipient", said.Verb).At(c.Mark(said))
	}
	if c.Outcome.Class == conform.OK {
		return c.Breach("reported success for a message to nobody")
	}
	if c.Outcome.Class == conform.Queued {
		return c.Inconclusive("it took the job, and nothing of it came")
	}
	return c.Pass("refused: %s", c.Told())
}

// recipientsFound are those of a job that has none: the fields of its message
// can name some, anything else is made up.
func recipientsFound(c *conform.Case, rcpts []conform.Said) conform.Verdict {
	for _, said := range rcpts {
		p, _ := said.Path()
		named := slices.ContainsFunc(c.Job.Messages, func(d record.Draft) bool { return strings.Contains(string(d.Raw), p.Address) })
		if p.Address == "" || !named {
			return c.Breach("a recipient that nobody named: %s", shown(said.Line)).At(c.Mark(said))
		}
	}
	return c.Info("it took its recipients from the message: %s", shown(rcpts[0].Line)).At(c.Mark(rcpts[0]))
}

// kept wants the recipient to be sent as it was given.
func kept(address string) judge {
	return func(c *conform.Case) conform.Verdict {
		for _, said := range c.Said("RCPT") {
			p, _ := said.Path()
			switch {
			case conform.SameMailbox(p.Address, address):
			case conform.SameMailbox(unquoted(p.Address), unquoted(address)) && strings.HasPrefix(p.Address, `"`):
				return c.Warn("quoted without need: %s", shown(said.Line)).At(c.Mark(said))
			default:
				return c.Breach("%s was sent as %s", address, shown(said.Line)).At(c.Mark(said))
			}
		}
		if len(c.Paths("RCPT", address)) > 0 {
			return c.Pass("sent as given")
		}
		return refusedWarns(c)
	}
}

// refusedWarns warns where a client refused by itself what it could have sent.
func refusedWarns(c *conform.Case) conform.Verdict {
	if c.Outcome.Failure() {
		return c.Warn("refused before it was sent: %s", c.Told())
	}
	return unreached(c, "it was not sent")
}

// unquoted returns a mailbox without the quotes of its local-part, whose
// meaning they do not change (RFC 5321 §4.1.2).
func unquoted(mailbox string) string {
	at := strings.LastIndexByte(mailbox, '@')
	if at < 2 || mailbox[0] != '"' || mailbox[at-1] != '"' {
		return mailbox
	}
	var b strings.Builder
	for inner := mailbox[1 : at-1]; inner != ""; inner = inner[1:] {
		if inner[0] == '\\' && len(inner) > 1 {
			inner = inner[1:]
		}
		b.WriteByte(inner[0])
	}
	return b.String() + mailbox[at:]
}

func domainASCII(c *conform.Case) conform.Verdict {
	rcpts := c.Said("RCPT")
	for _, said := range rcpts {
		switch p, _ := said.Path(); {
		case !ascii(said.Line):
			return c.Breach("octets beyond ASCII without SMTPUTF8: %s", shown(said.Line)).At(c.Mark(said))
		case !conform.SameMailbox(p.Address, "user@"+idnDomainASCII):
			return c.Breach("another mailbox was addressed: %s", shown(said.Line)).At(c.Mark(said))
		}
	}
	if len(rcpts) > 0 {
		return c.Pass("sent in A-labels")
	}
	return refusedHere(c)
}
