package lint

import (
	"slices"

	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// Rule is one thing that is asked of whoever sends mail.
type Rule struct {
	ID     string     // "lint-date", "quit-sent": that of the catalogue where it has the same rule
	Level  rfc.Level  // how strongly it binds
	Cites  []rfc.Cite // where it stands, the most telling place first
	Text   string     // what is asked, one sentence
	Effect string     // what a breach does to mail
	Fix    string     // the usual fix

	// Session returns the breaches in a session; those in messages that it kept
	// are for Message. What is only to be seen in message data it knows from
	// the anomalies, so that a session of a server has to be Examined first.
	// nil if the rule is about messages only.
	Session func(*record.Session) []Finding

	// Message returns the breaches in a message. nil if the rule is about
	// sessions only.
	Message func(*record.Message) []Finding

	lookAt func(*mail, *sightings)
}

// Rules returns every rule: those of sessions in the order of a session, then
// those of messages.
func Rules() []Rule { return slices.Clone(rules) }

// ByID returns the rule of that ID.
func ByID(id string) (Rule, bool) {
	for _, r := range rules {
		if r.ID == id {
			return r, true
		}
	}
	return Rule{}, false
}

// Session returns what all rules find in a session and then, message by message,
// in those that it carried.
func Session(s *record.Session) []Finding {
	s = s.Examined()
	var all []Finding
	for _, r := range rules {
		if r.Session != nil {
			all = append(all, r.Session(s)...)
		}
	}
	for _, m := range s.Messages {
		all = append(all, Message(m)...)
	}
	return all
}

// Message returns what all rules find in a message.
func Message(m *record.Message) []Finding { return Parsed(message.Of(m)) }

// Parsed is Message for one whose parsed view somebody else looks at too: it is
// taken apart once.
func Parsed(m *message.Message) []Finding {
	var all []Finding
	one := newMail(m)
	for _, r := range rules {
		if r.lookAt != nil {
			all = append(all, r.inMail(one)...)
		}
	}
	return all
}

// Broken returns the IDs of the rules that a message breaks, each once.
func Broken(m *message.Message) []string {
	var ids []string
	for _, f := range Parsed(m) {
		if !slices.Contains(ids, f.Rule) {
			ids = append(ids, f.Rule)
		}
	}
	return ids
}

// ofMessage makes a judge of messages the rule's.
func (r Rule) ofMessage(lookAt func(*mail, *sightings)) Rule {
	r.lookAt = lookAt
	r.Message = func(m *record.Message) []Finding { return r.inMail(newMail(message.Of(m))) }
	return r
}

func (r Rule) inMail(m *mail) []Finding {
	found := sightings{rule: r.ID, session: m.record.Session, message: m.record.ID}
	r.lookAt(m, &found)
	return found.list
}

// ofSession makes a judge of sessions the rule's, behind the anomalies of these
// kinds, which all breach it. The judge is nil if that is all.
func (r Rule) ofSession(lookAt func(*record.Session, *sightings), kinds ...string) Rule {
	r.Session = func(s *record.Session) []Finding {
		found := sightings{rule: r.ID, session: s.ID}
		for _, a := range s.Anomalies {
			if slices.Contains(kinds, a.Kind) {
				found.anomaly(a)
			}
		}
		if lookAt != nil {
			lookAt(s, &found)
		}
		return found.list
	}
	return r
}

// rules are in the order of a session.
var rules = slices.Concat(
	helloRules, commandRules, aheadRules, transactionRules, authRules, dataRules, quitRules,
	envelopeRules, headerRules, addressRules, wordRules, lineRules, mimeRules, transferRules,
)
