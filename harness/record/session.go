package record

import (
	"iter"
	"strings"
	"time"
)

// Session is everything that happened on one connection.
type Session struct {
	ID       int               // from 1, in the order of arrival on one server
	Remote   string            // the client's address, "127.0.0.1:34540"
	Client   map[string]string // what a trusted peer said of the client with PROXY or XCLIENT; nil otherwise
	Started  time.Time
	Lasted   time.Duration // until now while the session is open
	Greeting Reply
	Hello    string // the name that the client last gave with EHLO or HELO
	Commands []Command
	Farewell Reply // what the server said unasked before it hung up; Code 0 if nothing
	TLS      *TLS  // nil while everything goes in clear
	Auth     []AuthAttempt
	Messages []*Message // the accepted ones

	Anomalies  []Anomaly   // what a strict server would not like
	Violations []Violation // what the test did not allow
	End        End
	EndDetail  string // more about the end, such as the handshake's error; may be ""

	unexamined bool // Examined has messages to look through
}

// TLS is what a handshake agreed on.
type TLS struct {
	At         time.Duration // when the handshake was done, since the session started
	Implicit   bool          // before the greeting, RFC 8314 §3
	Version    string        // "TLS 1.3"
	Cipher     string        // the IANA name
	ServerName string        // SNI; "" if the client sent none
	ALPN       []string      // what the client offered
	Resumed    bool
	ClientCert string // subject of the client's certificate; "" without one
}

// Anomaly is something a client did that a strict server would not like. It is
// data: the session goes on unless the server has to refuse.
type Anomaly struct {
	Kind    string // stable name, "bare-lf"
	Command int    // index into Commands from 1; 0 before the first
	Octets  string // the octets that show it, at most 80 of them
	Offset  int    // of the fault in message data as it was sent; 0 if it is in a command
	More    int    // later faults of the same kind in the same data, which are not listed
	Text    string // one sentence
	RFC     string // "RFC 5321 §2.3.8"
}

// Violation is a breach of something that a test asked for, such as one session
// at most.
type Violation struct {
	Session int    // 0 if it belongs to none
	Command int    // index into Commands from 1; 0 if it belongs to none
	Rule    string // the demand, as it was written
	Text    string // what happened instead
	RFC     string // "" if no RFC asks for it
}

func (v Violation) String() string { return v.Text }

// Verbs returns the verb of each command in order, BODY for message data. Lines
// inside an AUTH exchange have none.
func (s *Session) Verbs() []string {
	verbs := make([]string, 0, len(s.Commands))
	for _, c := range s.Commands {
		if c.Verb != "" {
			verbs = append(verbs, c.Verb)
		}
	}
	return verbs
}

// Command returns the nth command with that verb, counted from 1.
func (s *Session) Command(verb string, n int) (Command, bool) {
	for _, c := range s.Commands {
		if strings.EqualFold(c.Verb, verb) {
			if n--; n == 0 {
				return c, true
			}
		}
	}
	return Command{}, false
}

// Replies yields the answers given at a stage, in order. CONNECT yields the
// greeting, ANY everything. In LMTP each recipient's is among those at BODY.
func (s *Session) Replies(at Stage) iter.Seq[Reply] {
	return func(yield func(Reply) bool) {
		if (at == CONNECT || at == ANY) && !yield(s.Greeting) {
			return
		}
		for _, c := range s.Commands {
			if (at == ANY || c.Verb != "" && c.Stage() == at) && !c.replies(yield) {
				return
			}
		}
	}
}

// replies yields the reply and those behind it, and says whether more are
// wanted.
func (c Command) replies(yield func(Reply) bool) bool {
	if !yield(c.Reply) {
		return false
	}
	for _, r := range c.More {
		if !yield(r) {
			return false
		}
	}
	return true
}

// Last returns what the client sent last, "" before the first command.
func (s *Session) Last() string {
	if len(s.Commands) == 0 {
		return ""
	}
	return s.Commands[len(s.Commands)-1].shown()
}

// Clone returns a copy that shares only what never changes: messages, reply
// lines and parameters.
func (s *Session) Clone() *Session {
	c := *s
	c.Commands = append([]Command(nil), s.Commands...)
	c.Auth = append([]AuthAttempt(nil), s.Auth...)
	c.Messages = append([]*Message(nil), s.Messages...)
	c.Anomalies = append([]Anomaly(nil), s.Anomalies...)
	c.Violations = append([]Violation(nil), s.Violations...)
	return &c
}

// Without returns the session without one of its messages, or without all of
// them if id is 0.
func (s *Session) Without(id int) *Session {
	c := *s
	c.Messages = nil
	for _, m := range s.Messages {
		if id != 0 && m.ID != id {
			c.Messages = append(c.Messages, m)
		}
	}
	return &c
}

// GomegaString is how a session shows itself in a failed assertion.
func (s *Session) GomegaString() string { return s.Transcript() }
