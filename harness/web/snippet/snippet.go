// Package snippet writes down what was seen so that it can be pasted: a spec in
// Go, a line for a shell that waits for the mail, and a rule that refuses as it
// was refused.
//
// All of it is made from what a peer sent, so each text quotes for where it
// goes.
package snippet

import (
	"slices"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/web/dialogue"
)

// Seen is what a snippet is made from: a message, a session, or both.
type Seen struct {
	Server  string // "http://localhost:8025"
	Run     string // "" = none
	Message *Message
	Session *record.Session // nil if it is not known
}

// Message is one that was taken.
type Message struct {
	ID       string
	Envelope record.Envelope
	Raw      []byte
	From     string // the only address of the field; "" for none or several
	Subject  string
	Text     string   // text/plain
	Files    []string // names of attachments
}

// transaction is what a client wanted, RFC 5321 §3.3.
type transaction struct {
	from  string
	to    []recipient
	taken bool // the server took responsibility for a message
}

type recipient struct {
	address string
	refused bool
}

// accepted are the recipients that were not refused.
func (t *transaction) accepted() []string {
	to := []string{}
	for _, r := range t.to {
		if !r.refused {
			to = append(to, r.address)
		}
	}
	return to
}

// transaction returns that of the message, or the one that was refused, or else
// the first one; nil if there was none.
func (s Seen) transaction() *transaction {
	if s.Message != nil {
		t := &transaction{from: s.Message.Envelope.From, taken: true}
		for _, r := range s.Message.Envelope.Recipients {
			t.to = append(t.to, recipient{r.Address, !r.Accepted()})
		}
		return t
	}
	if s.Session == nil {
		return nil
	}
	upTo := len(s.Session.Commands)
	if r := s.refusal(); r != nil && r.Command > 0 {
		upTo = r.Command
	}
	return transactionAt(s.Session.Commands, upTo)
}

// transactionAt returns the transaction that a command belongs to, counted from
// 1.
func transactionAt(commands []record.Command, n int) *transaction {
	begins := func(c record.Command) bool { return c.Verb == "MAIL" }
	first := -1
	for i, c := range commands[:n] {
		if begins(c) {
			first = i
		}
	}
	if first < 0 {
		return nil
	}
	t := &transaction{from: dialogue.Path(commands[first].Arg)}
	rest := commands[first+1:]
	if next := slices.IndexFunc(rest, begins); next >= 0 {
		rest = rest[:next]
	}
	for _, c := range rest {
		switch {
		case c.Verb == "RCPT":
			t.to = append(t.to, recipient{dialogue.Path(c.Arg), !c.Reply.Positive()})
		case c.Stage() == record.BODY:
			t.taken = c.Reply.Positive()
		}
	}
	return t
}

// refusal is the first one that was seen; nil if nothing was refused.
func (s Seen) refusal() *dialogue.Refusal {
	if s.Message != nil {
		for _, r := range s.Message.Envelope.Recipients {
			if !r.Reply.Positive() {
				return &dialogue.Refusal{Stage: record.RCPT, Command: -1, Object: r.Address, Reply: r.Reply}
			}
		}
		return nil
	}
	if s.Session == nil {
		return nil
	}
	return dialogue.FirstRefusal(s.Session)
}
