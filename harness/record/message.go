package record

import "time"

// Envelope says from whom and to whom a transaction was, which is not what the
// headers of its message say, RFC 5321 §2.3.1.
type Envelope struct {
	From       string            // the reverse-path without its brackets; "" for <>
	Params     map[string]string // of MAIL, keys in upper case; nil without any
	Recipients []Recipient       // every RCPT, the refused ones too, in order
	Return     string            // RET: "FULL", "HDRS", or "" (RFC 3461 §4.3)
	ID         string            // ENVID, with its xtext decoded (RFC 3461 §4.4); "" without
}

// Recipient is one forward-path with the answer that it got.
type Recipient struct {
	Address string
	Params  map[string]string // of RCPT, keys in upper case; nil without any
	Reply   Reply
	Final   Reply // LMTP: the reply behind the message data (RFC 2033 §4.2); Code 0 in SMTP

	Notify   []string // NOTIFY: "NEVER", or some of "SUCCESS", "FAILURE", "DELAY" (RFC 3461 §4.1)
	Original string   // ORCPT, "rfc822;bat@example.com", with its xtext decoded (RFC 3461 §4.2)
}

// Accepted says that the server took responsibility for this recipient.
func (r Recipient) Accepted() bool {
	return r.Reply.Positive() && (r.Final.Code == 0 || r.Final.Positive())
}

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
	ID       int    // from 1, in the order of acceptance on one server
	Key      string // the name under which a keeper has it, "queued as KEY"; "" without one
	Session  int    // the ID of its session
	At       time.Time
	Envelope Envelope
	Reply    Reply // the final one, which took responsibility
	Data

	examination
}

// Stub returns the message without its data and what was found in it, for a
// record whose data somebody else keeps.
func (m *Message) Stub() *Message {
	return &Message{ID: m.ID, Key: m.Key, Session: m.Session, At: m.At, Envelope: m.Envelope, Reply: m.Reply}
}
