package record

import "time"

// Envelope says from whom and to whom a transaction was, which is not what the
// headers of its message say, RFC 5321 §2.3.1.
type Envelope struct {
	From       string            // the reverse-path without its brackets; "" for <>
	Params     map[string]string // of MAIL, keys in upper case; nil without any
	Recipients []Recipient       // every RCPT, the refused ones too, in order
}

// Recipient is one forward-path with the answer that it got.
type Recipient struct {
	Address string
	Params  map[string]string // of RCPT, keys in upper case; nil without any
	Reply   Reply
}

// Accepted says that the server took responsibility for this recipient.
func (r Recipient) Accepted() bool { return r.Reply.Positive() }

// To returns the accepted recipients.
func (e Envelope) To() []string {
	to := make([]string, 0, len(e.Recipients))
	for _, r := range e.Recipients {
		if r.Accepted() {
			to = append(to, r.Address)
		}
	}
	return to
}

// Message is a message that a server accepted. It never changes once it is in
// the record, and its content is not looked at while it is captured.
type Message struct {
	ID       int // from 1, in the order of acceptance on one server
	Session  int // the ID of its session
	At       time.Time
	Envelope Envelope
	Reply    Reply // the final one, which took responsibility
	Data
}
