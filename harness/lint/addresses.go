package lint

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness/rfc"
)

// The rules of the fields that name authors and recipients.
var addressRules = []Rule{
	Rule{
		ID: "lint-from", Level: rfc.MUST, Cites: rfc.Cites("5322 §3.6.2 §3.6 §3.4; 6854 §2"),
		Text:   "A message has a From field with a list of addresses.",
		Effect: "Filters refuse it, and nobody can be answered.",
		Fix:    "Write From: Name <local@domain>, the name quoted or encoded.",
	}.ofMessage(func(m *mail, found *sightings) {
		f, ok := m.first("From")
		if !ok {
			m.lacks("From", found)
			return
		}
		m.addressList(f, found)
	}),
	Rule{
		ID: "lint-sender", Level: rfc.MUST, Cites: rfc.Cites("5322 §3.6.2; 6854 §2"),
		Text:   "A message of several authors has a Sender field, and Sender has one address.",
		Effect: "Nobody knows who sent it; some servers refuse it.",
		Fix:    "Add Sender with the mailbox that sends.",
	}.ofMessage(judgeSender),
	Rule{
		ID: "lint-destination", Level: rfc.SHOULD, Cites: rfc.Cites("5322 §3.6.3 §3.4"),
		Text:   "To, Cc, Bcc and Reply-To are lists of addresses; only Bcc may be empty.",
		Effect: "Answers to all go astray, and filters take the message for spam.",
		Fix:    "Leave the field out when there is nobody to name; put commas between addresses.",
	}.ofMessage(judgeDestination),
	Rule{
		ID: "lint-phrase-quoting", Level: rfc.MUST, Cites: rfc.Cites("5322 §3.2.5 §3.2.3 §3.4"),
		Text:   "A display name with specials in it is a quoted-string.",
		Effect: "A reader sees other mailboxes than were meant, or none.",
		Fix:    `Write "Doe, Joe" <joe@example.org>.`,
	}.ofMessage(func(m *mail, found *sightings) { m.troubles(found, specialName) }),
	Rule{
		ID: "lint-obsolete", Level: rfc.SHOULD, Cites: rfc.Cites("5322 §4 §3.4.1 §4.1 §4.3 §4.4 §4.5"),
		Text:   "A new message has none of the forms that are there for old ones only.",
		Effect: "Strict readers do not understand it.",
		Fix:    "Write +hhmm for a time zone and four digits for a year, quote a name with a dot, put no blank before a colon.",
	}.ofMessage(judgeObsolete),
}

// lacks notes a field that is missing, if that can be told.
func (m *mail) lacks(name string, found *sightings) {
	if !m.partial {
		found.missing("there is no %s field", name)
	}
}

// addressFields are those with a list of addresses, RFC 5322 §3.6.
var addressFields = []string{
	"From", "Sender", "Reply-To", "To", "Cc", "Bcc",
	"Resent-From", "Resent-Sender", "Resent-To", "Resent-Cc", "Resent-Bcc",
}

// addresses returns what an address field says.
func (m *mail) addresses(f field) *addressList {
	l := m.lists[f.start]
	if l == nil {
		l = readAddresses(f.body)
		m.lists[f.start] = l
	}
	return l
}

// addressList notes what in an address field is no address.
func (m *mail) addressList(f field, found *sightings) {
	l := m.addresses(f)
	for _, t := range l.troubles {
		if t.kind == badAddress {
			found.at(f.start, m.octets(f), "%s: %s", f.name, t.text)
			return
		}
	}
	if l.mailboxes+l.groups == 0 && len(l.troubles) == 0 {
		found.at(f.start, m.octets(f), "%s has no address", f.name)
	}
}

// troubles notes what is of some kinds in all address fields.
func (m *mail) troubles(found *sightings, kinds ...troubleKind) {
	for f := range m.named(addressFields...) {
		for _, t := range m.addresses(f).troubles {
			for _, kind := range kinds {
				if t.kind == kind {
					at := min(f.value+max(t.at, 0), f.end)
					found.at(at, firstLine(m.raw[at:f.end]), "%s: %s", f.name, t.text)
				}
			}
		}
	}
}

func firstLine(b []byte) []byte {
	line, _ := lineAt(b, 0)
	return line
}

func judgeSender(m *mail, found *sightings) {
	sender, ok := m.first("Sender")
	if !ok {
		from, ok := m.first("From")
		if !ok || m.partial {
			return
		}
		if l := m.addresses(from); !l.unclear && l.mailboxes > 1 && l.groups == 0 {
			found.at(from.start, m.octets(from), "From has %d mailboxes and there is no Sender", l.mailboxes)
		}
		return
	}
	m.addressList(sender, found)
	if l := m.addresses(sender); !l.unclear && (l.groups == 0 && l.mailboxes > 1 || l.groups > 1) {
		found.at(sender.start, m.octets(sender), "Sender is not one address")
	}
}

func judgeDestination(m *mail, found *sightings) {
	for f := range m.named("To", "Cc", "Reply-To", "Resent-To", "Resent-Cc") {
		m.addressList(f, found)
	}
	for f := range m.named("Bcc", "Resent-Bcc") {
		if strings.TrimSpace(f.body) != "" && len(tokens(f.body)) > 0 {
			m.addressList(f, found)
		}
	}
}

func judgeObsolete(m *mail, found *sightings) {
	for _, f := range m.fields {
		if f.spaced {
			found.at(f.start, m.octets(f), "white space before the colon of %s", shown(f.name))
		}
	}
	if f, ok := m.first("Date"); ok {
		if _, obsolete := readDate(f.body); obsolete != "" {
			found.at(f.start, m.octets(f), "Date has %s", obsolete)
		}
	}
	m.troubles(found, obsoleteForm)
}
