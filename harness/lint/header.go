package lint

import (
	"bytes"
	"strings"

	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// The rules of the header as such and of the fields that name no mailbox.
var headerRules = []Rule{
	Rule{
		ID: "lint-header-syntax", Level: rfc.MUST, Cites: rfc.Cites("5322 §2.2 §2.1"),
		Text:   "Every line of the header is a field or goes on with one.",
		Effect: "Readers take the rest of the header for the body, or drop it.",
		Fix:    "Write Name: value, and an empty line behind the last field.",
	}.ofMessage(judgeSyntax),
	Rule{
		ID: "lint-date", Level: rfc.MUST, Cites: rfc.Cites("5322 §3.6.1 §3.6 §3.3"),
		Text:   "A message has a Date field with a date that exists.",
		Effect: "It is sorted to the wrong place, and filters count it as a sign of spam.",
		Fix:    "Write the time of composing: Mon, 02 Jan 2006 15:04:05 +0800.",
	}.ofMessage(judgeDate),
	Rule{
		ID: "lint-message-id", Level: rfc.SHOULD, Cites: rfc.Cites("5322 §3.6.4"),
		Text:   "A message has a Message-ID of its own, <left@right>.",
		Effect: "Threads break, and duplicates cannot be told.",
		Fix:    "Make one from random octets and a domain of your own.",
	}.ofMessage(judgeMessageID),
	Rule{
		ID: "lint-unique-headers", Level: rfc.MUST, Cites: rfc.Cites("5322 §3.6"),
		Text:   "Date, From, Sender, Reply-To, To, Cc, Bcc, Message-ID, In-Reply-To, References and Subject stand once at most.",
		Effect: "Each reader picks another one, which is how signatures are made to say what nobody signed.",
		Fix:    "Set a field, do not add it; put all addresses into one field.",
	}.ofMessage(judgeUnique),
	Rule{
		ID: "lint-fold", Level: rfc.MUST, Cites: rfc.Cites("5322 §3.2.2 §2.2.3"),
		Text:   "No line of a folded field is white space only.",
		Effect: "Programs that strip blanks take it for the end of the header.",
		Fix:    "Fold before a word, never behind the last one.",
	}.ofMessage(judgeFold),
	Rule{
		ID: "lint-empty-header", Level: rfc.SHOULD, Cites: rfc.Cites("5322 §3.2.2 §2.2.3"),
		Text:   "A field without content is not folded.",
		Effect: "Programs that strip blanks take it for the end of the header.",
		Fix:    "Leave the field out, or end it on its first line.",
	}.ofMessage(judgeEmpty),
	Rule{
		ID: "lint-header-8bit", Level: rfc.MUST, Cites: rfc.Cites("5322 §2.2; 2047 §1; 6531 §3.4; 6532 §3.2"),
		Text:   "A header is ASCII, or UTF-8 where SMTPUTF8 came with the message.",
		Effect: "Names and subjects arrive as garbage, or the message is refused.",
		Fix:    "Write encoded-words: =?utf-8?B?…?=.",
	}.ofMessage(judgeEightBit).ofLostData("8bit-header"),
	Rule{
		ID: "lint-return-path", Level: rfc.SHOULD, Cites: rfc.Cites("5321 §4.4"),
		Text:   "A message has no Return-Path when it is sent: final delivery adds it.",
		Effect: "There are two of them in the end, and the wrong one may get the bounces.",
		Fix:    "Take it off; the reverse-path belongs into MAIL.",
	}.ofMessage(func(m *mail, found *sightings) {
		m.sentWith("Return-Path", "was there when the message was sent", found)
	}),
	Rule{
		ID: "lint-trace", Level: rfc.INFO, Cites: rfc.Cites("5321 §4.4"),
		Text:   "Received fields come from servers: a client that composes a message adds none.",
		Effect: "Filters judge a path that the message never took.",
		Fix:    "Leave Received to the servers.",
	}.ofMessage(func(m *mail, found *sightings) {
		m.sentWith("Received", "was there when the message was sent", found)
	}),
}

func shown(s string) string { return record.Escape(record.Clip(s, 60)) }

func judgeSyntax(m *mail, found *sightings) {
	if len(m.fields) == 0 && len(m.stray) == 0 {
		if line, next := lineAt(m.raw, 0); len(line) > 0 && next > 0 {
			found.at(0, line, "there is no header")
		}
		return
	}
	for _, f := range m.stray {
		found.at(f.start, m.octets(f), "a line of the header is no field")
	}
	for _, p := range m.own {
		m.judgePart(p, found)
	}
}

// judgePart looks for text that stands right behind the fields of an entity, or
// among those of a part.
func (m *mail) judgePart(p *message.Part, found *sightings) {
	see := func(message.Warning) {
		at, line := m.strayIn(p)
		found.in(p.Path, at, line, "a line of the header is no field")
	}
	if p.Path != "" {
		m.warnings(p, see, message.NoHeader, message.HeaderNoColon)
	}
	if len(bytes.TrimSpace(p.Encoded)) > 0 {
		m.warnings(p, see, message.HeaderUnended)
	}
}

// strayIn returns the first line in the header of a part that is no field: that
// of its body if there is no header at all.
func (m *mail) strayIn(p *message.Part) (at int, line []byte) {
	at = m.place(p.Encoded)
	for _, f := range p.Header {
		if f.Name == "" && p.Path != "" {
			at = m.inHeader(p, f)
			break
		}
	}
	return at, firstLine(m.raw[at:])
}

func judgeUnique(m *mail, found *sightings) {
	seen := map[string]bool{}
	for f := range m.named("Date", "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Message-ID", "In-Reply-To", "References", "Subject") {
		key := strings.ToLower(f.name)
		if seen[key] {
			found.at(f.start, m.octets(f), "%s stands once more", f.name)
		}
		seen[key] = true
	}
}

func judgeFold(m *mail, found *sightings) {
	for _, f := range m.fields {
		if strings.Trim(f.body, " \t\r\n") == "" {
			continue
		}
		for at, line := range lines(m.raw[f.start:f.end]) {
			if at > 0 && len(bytes.Trim(line, " \t")) == 0 {
				found.at(f.start+at, m.octets(f), "a line of %s is white space only", shown(f.name))
			}
		}
	}
}

func judgeEmpty(m *mail, found *sightings) {
	for _, f := range m.fields {
		whole := m.raw[f.value:f.end]
		if len(bytes.Trim(whole, " \t\r\n")) == 0 && bytes.Count(whole, []byte("\n")) > 1 {
			found.at(f.start, m.raw[f.start:f.end], "%s is empty and folded", shown(f.name))
		}
	}
}

func judgeEightBit(m *mail, found *sightings) {
	for _, f := range append(m.fields, m.stray...) {
		octets := m.octets(f)
		if text := wrongText(octets, m.utf8()); text != "" {
			found.at(f.start, octets, "%s", text)
		}
	}
	for _, p := range m.own {
		if p.Path == "" {
			continue
		}
		for _, f := range p.Header {
			if text := wrongText(f.Raw, m.utf8()); text != "" {
				m.eightBitIn(p, f, text, found)
			}
		}
	}
}

// eightBitIn looks for the place of a field only if it will be listed.
func (m *mail) eightBitIn(p *message.Part, f message.Field, text string, found *sightings) {
	if found.full() {
		found.more(1)
		return
	}
	found.in(p.Path, m.inHeader(p, f), []byte(f.Name+":"+f.Raw), "%s", text)
}

func wrongText[T string | []byte](octets T, utf8 bool) string {
	switch {
	case beyondASCII(octets) < 0:
		return ""
	case !utf8:
		return "octets beyond ASCII in the header"
	case !validUTF8(octets):
		return "octets in the header that are not UTF-8"
	}
	return ""
}

// inHeader returns where a field of a part stands: its header is right before
// its body.
func (m *mail) inHeader(p *message.Part, f message.Field) int {
	body := m.place(p.Encoded)
	if at := bytes.LastIndex(m.raw[:body], []byte(f.Raw)); f.Raw != "" && at >= 0 {
		return at
	}
	return body
}

// judgeMessageID takes the forms of RFC 5322 §4.5.4 too.
func judgeMessageID(m *mail, found *sightings) {
	f, ok := m.first("Message-ID")
	if !ok {
		m.lacks("Message-ID", found)
		return
	}
	if len(f.body) > maxStructured {
		return
	}
	all := tokens(f.body)
	n := len(all)
	at := index(all, '@')
	if n < 5 || all[0].kind != '<' || all[n-1].kind != '>' || !dotted(all[1:max(at, 1)], "a\"") || !idRight(all[at+1:n-1]) {
		found.at(f.start, m.octets(f), "Message-ID is not <left@right>")
	}
}

func idRight(all []token) bool {
	return dotted(all, "a") || len(all) == 1 && all[0].kind == '['
}

// sentWith notes fields that servers add, in a message that a client sent. A file
// may have been delivered.
func (m *mail) sentWith(name, text string, found *sightings) {
	if len(m.record.Envelope.Recipients) == 0 {
		return
	}
	for f := range m.named(name) {
		found.at(f.start, m.octets(f), "%s %s", name, text)
	}
}
