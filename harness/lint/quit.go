package lint

import (
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// The rules of the end of a session.
var quitRules = []Rule{
	Rule{
		ID: "quit-sent", Level: rfc.MUST, Cites: rfc.Cites("5321 §4.1.1.10 §4.1.4"),
		Text:   "A session ends with QUIT.",
		Effect: "Servers note a broken connection, and some throw the last message away.",
		Fix:    "Send QUIT, errors or not, and read its reply.",
	}.ofSession(judgeLeaving, "no-quit"),
	Rule{
		ID: "quit-last", Level: rfc.MUST, Cites: rfc.Cites("5321 §4.1.4 §4.1.1.10; 2920 §3.1"),
		Text:   "Nothing comes behind QUIT.",
		Effect: "It is lost.",
		Fix:    "Close the connection after the 221.",
	}.ofSession(judgeAfterQuit, "octets-behind-quit"),
}

// judgeLeaving is for records without anomalies. A client had a reason to leave
// where its last command got no reply, or one that a rule made or that cannot be
// read, or where the server was about to go.
func judgeLeaving(s *record.Session, found *sightings) {
	n := len(s.Commands)
	left := s.End == record.EndClientClosed || s.End == record.EndClientReset
	if !left || n == 0 || s.Farewell.Code != 0 || len(found.list) > 0 {
		return
	}
	for _, c := range s.Commands {
		if c.Verb == "QUIT" {
			return
		}
	}
	last := s.Commands[n-1]
	r := last.Reply
	if r.Code/100 == 3 || r.Code == 0 || r.Code == 421 || r.Code == 220 || r.Raw != "" || r.Rule != "" || last.Ending == "" && last.Verb != "BODY" {
		return
	}
	found.add(Finding{Command: n, Text: "the client closed an idle session without QUIT"})
}

func judgeAfterQuit(s *record.Session, found *sightings) {
	for i, c := range s.Commands {
		if i > 0 && s.Commands[i-1].Verb == "QUIT" && s.Commands[i-1].Reply.Positive() {
			found.command(i+1, c, "a command came behind QUIT")
			return
		}
	}
}
