package lint

import (
	"slices"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// The rules of message data on the wire.
var dataRules = []Rule{
	Rule{
		ID: "data-250-not-354", Level: rfc.MUST, Cites: rfc.Cites("5321 §3.3 §4.3.2"),
		Text:   "The message is sent after 354 only.",
		Effect: "Its lines are taken for commands.",
		Fix:    "Look at the code of the reply to DATA.",
	}.ofSession(judgeAfterData),
	Rule{
		ID: "data-lone-lf", Level: rfc.MUST, Cites: rfc.Cites("5321 §2.3.8 §4.1.1.4"),
		Text:   "Message data has no LF without a CR before it.",
		Effect: "Servers disagree about where the message ends, which is how mail is smuggled.",
		Fix:    "Make every end of a line CRLF before the message is sent.",
	}.ofSession(nil, "bare-lf-in-data"),
	Rule{
		ID: "data-lone-cr", Level: rfc.MUST, Cites: rfc.Cites("5321 §2.3.8 §4.1.1.4"),
		Text:   "Message data has no CR without an LF behind it.",
		Effect: "Servers disagree about where the message ends, which is how mail is smuggled.",
		Fix:    "Make every end of a line CRLF before the message is sent, or encode it.",
	}.ofSession(nil, "bare-cr-in-data"),
	Rule{
		ID: "data-dots", Level: rfc.MUST, Cites: rfc.Cites("5321 §4.5.2"),
		Text:   "A line of message data that begins with a dot has one dot more on the wire.",
		Effect: "The dot is lost, or the message ends there and its rest is taken for commands.",
		Fix:    "Double the dot at the beginning of each line.",
	}.ofSession(nil, "unstuffed-dot"),
	Rule{
		ID: "8bit-not-offered", Level: rfc.MUST, Cites: rfc.Cites("5321 §2.4; 6152 §3"),
		Text:   "Octets beyond ASCII are not sent to a server without 8BITMIME.",
		Effect: "They may be cut to seven bits.",
		Fix:    "Encode the body as quoted-printable or base64.",
	}.ofSession(offered("8bit-data", "8BITMIME", false)),
	Rule{
		ID: "8bit-offered", Level: rfc.MUST, Cites: rfc.Cites("6152 §3"),
		Text:   "Octets beyond ASCII come with BODY=8BITMIME on MAIL.",
		Effect: "A server that passes the message on does not know that it has to encode it.",
		Fix:    "Write MAIL FROM:<…> BODY=8BITMIME, or encode the body.",
	}.ofSession(offered("8bit-data", "8BITMIME", true)),
}

// judgeAfterData looks at what came behind a refused DATA once its reply was
// there: a line that no command could be, or message data.
func judgeAfterData(s *record.Session, found *sightings) {
	for i := 1; i < len(s.Commands); i++ {
		data, c := s.Commands[i-1], s.Commands[i]
		if data.Verb != "DATA" || data.Reply.Code == 0 || data.Reply.Code/100 == 3 || c.Pipelined {
			continue
		}
		if c.Stage() == record.BODY && c.Verb == "BODY" || c.Line == "." || fieldLine(c.Line) {
			found.command(i+1, c, "the message came after %d", data.Reply.Code)
		}
	}
}

// fieldLine says that a line is a field of a header and no command.
func fieldLine(line string) bool {
	name, colon := nameOf([]byte(line))
	return colon == name && name > 0
}

// ofLostData adds, for sessions, the anomalies of message data that no message
// is kept of: it was refused, or broke off.
func (r Rule) ofLostData(kinds ...string) Rule {
	return r.ofSession(func(s *record.Session, found *sightings) {
		complete := keepsAll(s)
		for _, a := range s.Anomalies {
			if slices.Contains(kinds, a.Kind) && !(complete && accepted(s, a.Command)) {
				found.anomaly(a)
			}
		}
	})
}

// keepsAll says that a message is there for each that was accepted.
func keepsAll(s *record.Session) bool {
	n := 0
	for i := range s.Commands {
		if accepted(s, i+1) {
			n++
		}
	}
	return n == len(s.Messages)
}

// accepted says that a command ended a message for which the server took
// responsibility, for one recipient of LMTP at least.
func accepted(s *record.Session, command int) bool {
	if command < 1 || command > len(s.Commands) {
		return false
	}
	c := s.Commands[command-1]
	return c.Verb != "" && c.Stage() == record.BODY &&
		(c.Reply.Positive() || slices.ContainsFunc(c.More, record.Reply.Positive))
}
