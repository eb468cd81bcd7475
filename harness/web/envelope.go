package web

import (
	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/web/api"
)

// folded is how many of a long list are shown at first.
const folded = 10

// party is somebody that a message names, with what became of the mail to them.
type party struct {
	Name, Address string
	Fate          string    // "got"; "refused"; "absent" from the envelope
	Reply         api.Reply // that refused
}

// parties are a line of recipients.
type parties struct {
	Kind string // "to", "cc", "bcc", "blind", "refused"
	List []party
	More int // that are folded
}

// Sender is who the envelope says sends; "" is <>, the null reverse-path of RFC
// 5321 §4.5.5.
func (m *reading) Sender() string { return m.View.Envelope.From }

// SenderDiffers says that the header names somebody else.
func (m *reading) SenderDiffers() bool {
	for _, a := range m.View.From {
		if message.SameAddress(a.Address, m.Sender()) {
			return false
		}
	}
	return true
}

// ReplyElsewhere says that answers go to somebody who is no author.
func (m *reading) ReplyElsewhere() bool {
	authors := map[string]bool{}
	for _, a := range m.View.From {
		authors[message.AddressKey(a.Address)] = true
	}
	for _, a := range m.View.ReplyTo {
		if !authors[message.AddressKey(a.Address)] {
			return true
		}
	}
	return false
}

// Recipients are those that the header names, and then those that only the
// envelope knows, each with what became of it.
func (m *reading) Recipients() []parties {
	tried := map[string]api.Recipient{}
	for _, r := range m.View.Envelope.Recipients {
		key := message.AddressKey(r.Address)
		if before, again := tried[key]; !again || !before.Accepted {
			tried[key] = r
		}
	}
	named := map[string]bool{}
	lines := []parties{m.named("to", m.View.To, tried, named), m.named("cc", m.View.Cc, tried, named), m.named("bcc", m.View.Bcc, tried, named)}
	lines = append(lines, m.unnamed(tried, named)...)
	var shown []parties
	for _, line := range lines {
		if len(line.List) == 0 {
			continue
		}
		if !m.All() && len(line.List) > folded+2 {
			line.More = len(line.List) - folded
			line.List = line.List[:folded]
		}
		shown = append(shown, line)
	}
	return shown
}

func (m *reading) named(kind string, header []api.Address, tried map[string]api.Recipient, named map[string]bool) parties {
	line := parties{Kind: kind}
	for _, a := range header {
		p := party{Name: a.Name, Address: a.Address, Fate: "absent"}
		key := message.AddressKey(a.Address)
		named[key] = true
		if r, ok := tried[key]; ok {
			p.Fate, p.Reply = fate(r)
		}
		line.List = append(line.List, p)
	}
	return line
}

// unnamed are the recipients of the envelope that no field names: those who got
// the message unseen, and those who were refused.
func (m *reading) unnamed(tried map[string]api.Recipient, named map[string]bool) []parties {
	blind, refused := parties{Kind: "blind"}, parties{Kind: "refused"}
	for _, r := range m.View.Envelope.Recipients {
		key := message.AddressKey(r.Address)
		if named[key] {
			continue
		}
		named[key] = true
		p := party{Address: r.Address}
		if p.Fate, p.Reply = fate(tried[key]); p.Fate == "got" {
			blind.List = append(blind.List, p)
		} else {
			refused.List = append(refused.List, p)
		}
	}
	return []parties{blind, refused}
}

func fate(r api.Recipient) (string, api.Reply) {
	switch {
	case r.Accepted:
		return "got", r.Reply
	case r.Final != nil:
		return "refused", *r.Final
	}
	return "refused", r.Reply
}

// Got is how many recipients the message was taken for.
func (m *reading) Got() (n int) {
	for _, r := range m.View.Envelope.Recipients {
		if r.Accepted {
			n++
		}
	}
	return n
}

// Refused is how many were not.
func (m *reading) Refused() int { return len(m.View.Envelope.Recipients) - m.Got() }
