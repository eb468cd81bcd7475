package lint

import (
	"fmt"
	"strconv"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Finding is one breach of a rule.
type Finding struct {
	Rule    string `json:"rule"`              // the ID; ByID has the rest
	Session int    `json:"session,omitempty"` // its ID; 0 for a message that nobody sent
	Command int    `json:"command,omitempty"` // index into Commands from 1; 0 if it belongs to none
	Message int    `json:"message,omitempty"` // its ID; 0 if the finding is about a session
	Part    string `json:"part,omitempty"`    // the path of the part, "2.1"; "" for the message itself
	Octets  string `json:"octets,omitempty"`  // the octets that show it, at most MaxOctets of them; "" if something is missing
	Offset  int    `json:"offset,omitempty"`  // where they stand in the message, or in data as it was sent; 0 without Octets
	More    int    `json:"more,omitempty"`    // later breaches of the same rule in the same place, which are not listed
	Text    string `json:"text"`              // one line of evidence, peer text escaped
}

// Bounds of what one rule says about one message or one session.
const (
	MaxSightings = 5  // findings that are listed; the last one counts the others
	MaxOctets    = 80 // of Finding.Octets
)

// String returns the finding on one line, what the peer sent escaped:
//
//	lint-line-998: a line of 1200 octets at 310, 2 more: "aaaa"
func (f Finding) String() string {
	s := f.Rule + ": "
	if f.Part != "" {
		s += "part " + f.Part + ": "
	}
	s += f.Text
	if inMessage := f.Session == 0 || f.Message != 0; f.Octets != "" && inMessage || f.Offset != 0 {
		s += " at " + strconv.Itoa(f.Offset)
	}
	if f.More > 0 {
		s += ", " + strconv.Itoa(f.More) + " more"
	}
	if f.Octets != "" {
		s += `: "` + record.Escape(f.Octets) + `"`
	}
	return s
}

// sightings are the findings of one rule in one message or session.
type sightings struct {
	rule             string
	session, message int
	list             []Finding
	commands         map[int]bool // those that an anomaly was about
}

func (s *sightings) add(f Finding) {
	if s.full() {
		s.more(1 + f.More)
		return
	}
	f.Rule, f.Session, f.Message = s.rule, s.session, s.message
	s.list = append(s.list, f)
}

// full says that what else is found is only counted.
func (s *sightings) full() bool { return len(s.list) == MaxSightings }

func (s *sightings) more(n int) { s.list[len(s.list)-1].More += n }

// missing is about something that is not there.
func (s *sightings) missing(format string, args ...any) {
	s.add(Finding{Text: fmt.Sprintf(format, args...)})
}

// at is about octets of a message.
func (s *sightings) at(offset int, octets []byte, format string, args ...any) {
	s.in("", offset, octets, format, args...)
}

// in is about octets of a part.
func (s *sightings) in(part string, offset int, octets []byte, format string, args ...any) {
	if s.full() {
		s.more(1)
		return
	}
	s.add(Finding{Part: part, Offset: offset, Octets: clip(octets), Text: fmt.Sprintf(format, args...)})
}

// command is about a command, counted from 1. Where an anomaly said it already,
// it is not said twice.
func (s *sightings) command(n int, c record.Command, format string, args ...any) {
	if s.commands[n] {
		return
	}
	s.add(Finding{Command: n, Octets: clip([]byte(c.Line)), Text: fmt.Sprintf(format, args...)})
}

func (s *sightings) anomaly(a record.Anomaly) {
	if s.commands == nil {
		s.commands = map[int]bool{}
	}
	s.commands[a.Command] = true
	s.add(Finding{Command: a.Command, Octets: clip([]byte(a.Octets)), Offset: a.Offset, More: a.More, Text: record.Escape(record.Clip(a.Text, 200))})
}

func clip(octets []byte) string { return string(octets[:edge(octets, min(len(octets), MaxOctets))]) }
