package lint

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// The rules of command lines as such.
var commandRules = []Rule{
	Rule{
		ID: "env-crlf-lines", Level: rfc.MUST, Cites: rfc.Cites("5321 §2.3.8"),
		Text:   "Command lines end with CRLF, and CR and LF stand nowhere else.",
		Effect: "Servers refuse the line, or take it for two.",
		Fix:    "Write CRLF, and refuse addresses with CR or LF in them.",
	}.ofSession(judgeEndings, "bare-lf", "bare-cr"),
	Rule{
		ID: "control-octets", Level: rfc.MUST, Cites: rfc.Cites("5321 §4.1.2 §2.4"),
		Text:   "A command has no control octets.",
		Effect: "Servers refuse it, or cut it there.",
		Fix:    "Refuse addresses with control octets before they are sent.",
	}.ofSession(nil, "control-octets"),
	Rule{
		ID: "non-ascii", Level: rfc.MUST, Cites: rfc.Cites("5321 §2.4; 6531 §3.4"),
		Text:   "A command is ASCII, but for addresses behind SMTPUTF8.",
		Effect: "Servers refuse it.",
		Fix:    "Send a domain with A-labels, and ask for SMTPUTF8 where it is offered.",
	}.ofSession(nil, "non-ascii"),
	Rule{
		ID: "env-cmd-length", Level: rfc.SHOULD, Cites: rfc.Cites("5321 §4.5.3.1.4"),
		Text:   "A command line has 512 octets at most, and what extensions add to it.",
		Effect: "Servers refuse it or cut it.",
		Fix:    "Refuse paths over 256 octets; send long AUTH responses without an initial one.",
	}.ofSession(nil, "long-line"),
	Rule{
		ID: "cut-line", Level: rfc.INTEROP, Cites: rfc.Cites("5321 §2.3.8 §4.1.1.10"),
		Text:   "The connection does not end inside a line.",
		Effect: "Nobody knows what the client was about to say.",
		Fix:    "Send whole lines, and QUIT before the connection is closed.",
	}.ofSession(nil, "cut-line"),
	Rule{
		ID: "extra-argument", Level: rfc.MUST, Cites: rfc.Cites("5321 §4.1.1 §4.3.2"),
		Text:   "DATA, RSET, QUIT and STARTTLS have no argument.",
		Effect: "Servers answer 501.",
		Fix:    "Send the verb alone.",
	}.ofSession(judgeArguments, "extra-argument"),
	Rule{
		ID: "env-syntax", Level: rfc.MUST, Cites: rfc.Cites("5321 §3.3 §4.1.1.2 §4.1.1.3 §4.1.2"),
		Text:   "MAIL FROM:<path> and RCPT TO:<path> are written without a blank behind the colon and with brackets.",
		Effect: "Strict servers answer 501.",
		Fix:    "Write MAIL FROM:<a@example.org>.",
	}.ofSession(judgePaths, "blank-in-path", "bad-path"),
	Rule{
		ID: "env-source-route", Level: rfc.SHOULD, Cites: rfc.Cites("5321 §3.3 §C §F.2"),
		Text:   "A path has no source route.",
		Effect: "Servers refuse it or take the route off.",
		Fix:    "Send the mailbox alone.",
	}.ofSession(judgeRoutes),
	Rule{
		ID: "env-param-not-offered", Level: rfc.MUST, Cites: rfc.Cites("5321 §2.2.1 §4.1.1.11 §4.1.1.3"),
		Text:   "Only what EHLO offered is used.",
		Effect: "Servers answer 555, 504 or 502, and the mail is not sent.",
		Fix:    "Look into the last reply to EHLO, and forget it after STARTTLS.",
	}.ofSession(nil, "not-offered"),
	Rule{
		ID: "bad-parameter", Level: rfc.MUST, Cites: rfc.Cites("5321 §4.1.2"),
		Text:   "A parameter has the form that its extension gives it.",
		Effect: "Servers answer 501.",
		Fix:    "Write KEY=value without blanks; encode as xtext what needs it.",
	}.ofSession(nil, "bad-parameter"),
}

func judgeEndings(s *record.Session, found *sightings) {
	for i, c := range s.Commands {
		if c.Ending == "\n" {
			found.command(i+1, c, "a line ended with LF alone")
		}
	}
}

func judgeArguments(s *record.Session, found *sightings) {
	for i, c := range s.Commands {
		switch c.Verb {
		case "DATA", "RSET", "QUIT", "STARTTLS":
			if strings.Trim(c.Arg, " ") != "" && c.Ending != "" {
				found.command(i+1, c, "%s with an argument", c.Verb)
			}
		}
	}
}

// path returns what stands behind MAIL FROM: or RCPT TO:.
func path(c record.Command) (string, bool) {
	switch c.Verb {
	case "MAIL":
		return record.CutPrefixFold(c.Arg, "FROM:")
	case "RCPT":
		return record.CutPrefixFold(c.Arg, "TO:")
	}
	return "", false
}

func judgePaths(s *record.Session, found *sightings) {
	for i, c := range s.Commands {
		p, ok := path(c)
		switch {
		case c.Verb != "MAIL" && c.Verb != "RCPT", c.Omitted > 0, c.Ending == "":
		case !ok:
			found.command(i+1, c, "%s without FROM: or TO:", c.Verb)
		case strings.HasPrefix(p, " "):
			found.command(i+1, c, "a blank behind the colon")
		case !strings.HasPrefix(p, "<") || !strings.Contains(p, ">"):
			found.command(i+1, c, "a path without brackets")
		}
	}
}

func judgeRoutes(s *record.Session, found *sightings) {
	for i, c := range s.Commands {
		if p, ok := path(c); ok && strings.HasPrefix(p, "<@") {
			found.command(i+1, c, "a source route")
		}
	}
}
