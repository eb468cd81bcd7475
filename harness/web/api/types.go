package api

import (
	"encoding/json"
	"time"

	"github.com/smtpspec/smtpspec/harness/message"
)

// The shapes of the JSON form. Lists are never null; times are RFC 3339 with
// nanoseconds in UTC; what does not apply is left out only where it says
// omitempty.

// List is a page of something.
type List[T any] struct {
	Items   []T    `json:"items"`
	Next    string `json:"next"`     // for after, to go on; "" at the end
	Total   int    `json:"total"`    // of all pages; -1 if the store does not count them
	AtLeast bool   `json:"at_least"` // there are more than total, which is not counted to the end
	Cursor  string `json:"cursor"`   // for waits and events: what comes behind this answer
}

// Address is one of a header field.
type Address struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// Summary is a message as lists have it.
type Summary struct {
	ID           string    `json:"id"`
	Session      string    `json:"session"`
	Run          string    `json:"run"`
	At           string    `json:"at"` // when the server took it
	EnvelopeFrom string    `json:"envelope_from"`
	EnvelopeTo   []string  `json:"envelope_to"` // the accepted recipients
	Refused      []string  `json:"refused"`     // the other ones
	From         []Address `json:"from"`
	To           []Address `json:"to"`
	Cc           []Address `json:"cc"`
	ReplyTo      []Address `json:"reply_to"`
	Subject      string    `json:"subject"`
	MessageID    string    `json:"message_id"`
	Date         string    `json:"date,omitempty"` // that the message gives
	Snippet      string    `json:"snippet"`
	Size         int       `json:"size"`     // octets
	Files        []string  `json:"files"`    // names of the attachments
	Warnings     int       `json:"warnings"` // what had to be repaired to read it
	Lint         []string  `json:"lint"`     // rules that it breaks
	Read         bool      `json:"read"`
	Pinned       bool      `json:"pinned"`
	Tags         []string  `json:"tags"`
}

// Message is all that one message says.
type Message struct {
	ID        string            `json:"id"`
	Session   string            `json:"session"`
	Run       string            `json:"run"`
	At        string            `json:"at"`
	Size      int               `json:"size"`
	Read      bool              `json:"read"`
	Pinned    bool              `json:"pinned"`
	Tags      []string          `json:"tags"`
	Client    Client            `json:"client"`
	Envelope  Envelope          `json:"envelope"`
	Reply     Reply             `json:"reply"`
	Headers   []Header          `json:"headers"` // in order
	From      []Address         `json:"from"`
	To        []Address         `json:"to"`
	Cc        []Address         `json:"cc"`
	Bcc       []Address         `json:"bcc"`   // the field of that name
	Blind     []string          `json:"blind"` // accepted recipients that no field names
	ReplyTo   []Address         `json:"reply_to"`
	Subject   string            `json:"subject"`
	MessageID string            `json:"message_id"`
	Date      string            `json:"date,omitempty"`
	Text      string            `json:"text"`           // text/plain
	HTML      string            `json:"html,omitempty"` // as it came: not to be put into a page
	Cut       bool              `json:"cut"`            // text or html is longer than here; their own routes have all
	Parts     []Part            `json:"parts"`          // the root first
	Files     []Part            `json:"attachments"`
	Links     []message.Link    `json:"links"`
	Codes     []string          `json:"codes"` // one-time codes
	Warnings  []message.Warning `json:"warnings"`
	Findings  []Finding         `json:"findings"`
}

// Client is what is known of whoever sent a message or made a session.
type Client struct {
	Remote    string `json:"remote"`
	Hello     string `json:"hello"`
	TLS       string `json:"tls"`  // version; "" in the clear
	Auth      string `json:"auth"` // user; "" for nobody
	Mechanism string `json:"mechanism"`
	LMTP      bool   `json:"lmtp"`
}

// Envelope is from whom and to whom a message was.
type Envelope struct {
	From       string            `json:"from"` // "" for <>
	Params     map[string]string `json:"params"`
	Recipients []Recipient       `json:"recipients"`
}

// Recipient is one RCPT with its answer.
type Recipient struct {
	Address  string            `json:"address"`
	Accepted bool              `json:"accepted"`
	Params   map[string]string `json:"params"`
	Reply    Reply             `json:"reply"`
	Final    *Reply            `json:"final,omitempty"` // LMTP: behind the message
}

// Reply is an answer of SMTP.
type Reply struct {
	Code     int    `json:"code"`
	Enhanced string `json:"enhanced"`
	Text     string `json:"text"` // lines by LF, without the code
	Rule     string `json:"rule"` // the fault that made it; "" for the server's own
}

// Header is one header field.
type Header struct {
	Name  string `json:"name"`  // "" for a line that is no field
	Value string `json:"value"` // decoded, on one line
	Raw   string `json:"raw"`   // as sent, folding included
}

// Part is one entity of a message.
type Part struct {
	N           int    `json:"n"`    // for /parts/{n}; 0 is the root
	Path        string `json:"path"` // "2.1"; "" for the root
	Type        string `json:"type"`
	Charset     string `json:"charset"`
	Encoding    string `json:"encoding"`
	Disposition string `json:"disposition"`
	Name        string `json:"name"`
	ContentID   string `json:"content_id"`
	Size        int    `json:"size"`             // decoded octets
	SHA256      string `json:"sha256,omitempty"` // of them; multiparts have none
	MD5         string `json:"md5,omitempty"`    // of them too, to compare with older lists; it proves nothing
	Served      string `json:"served"`           // the type that /parts/{n} answers with; only what no browser runs keeps its own
	Attachment  bool   `json:"attachment"`
	Embedded    bool   `json:"embedded"` // shown within the HTML
}

// Finding is one breach of a rule of mail.
type Finding struct {
	ID      string `json:"id"`
	Level   string `json:"level"` // MUST, SHOULD …
	Text    string `json:"text"`  // what was found
	Rule    string `json:"rule"`  // what is asked
	RFC     string `json:"rfc"`   // "RFC 5322 §3.6"
	URL     string `json:"url"`   // where it can be read
	Effect  string `json:"effect"`
	Fix     string `json:"fix"`
	Part    string `json:"part"`
	Command int    `json:"command"` // of the session's record, from 1; 0 for none
	Offset  int    `json:"offset"`  // in the message; 0 without octets
	Octets  string `json:"octets"`  // that show it
	More    int    `json:"more"`    // further ones of the kind
}

// Session is a session as lists have it.
type Session struct {
	ID       string   `json:"id"`
	Run      string   `json:"run"`
	Started  string   `json:"started"`
	Seconds  float64  `json:"seconds"`
	Client   Client   `json:"client"`
	End      string   `json:"end"`
	Codes    []int    `json:"codes"`
	Messages []string `json:"messages"` // IDs of the accepted ones
	Faults   int      `json:"faults"`   // what a strict server would not like
}

// SessionView is one session with its record.
type SessionView struct {
	Session
	Findings []Finding       `json:"findings"`
	Record   json.RawMessage `json:"record"` // without messages
}

// Run is a namespace for the mail of one test job.
type Run struct {
	Name     string   `json:"name"`
	Created  string   `json:"created"`
	Expires  string   `json:"expires,omitempty"` // never without
	Messages int      `json:"messages"`
	SMTPUser string   `json:"smtp_user"` // mail of whoever signs in so is of the run
	PlusTag  string   `json:"plus_tag"`  // mail to local+TAG@anywhere is
	Header   string   `json:"header"`    // mail with this field is
	Address  string   `json:"address"`   // one to send to
	SMTP     []string `json:"smtp"`      // where mail is taken
}

// Tag is what people and tests mark messages with.
type Tag struct {
	Name     string `json:"name"`
	Messages int    `json:"messages"`
}

// Waited is the answer of a wait.
type Waited struct {
	Items  []Summary `json:"items"` // in the order of their coming
	Cursor string    `json:"cursor"`
}

// Event is what a stream tells of everything but a new message, which is a
// Summary, and a rule, which is a Rule.
type Event struct {
	IDs []string `json:"ids"`
	Run string   `json:"run"`
}

// Rule is one fault of the server.
type Rule struct {
	ID   string          `json:"id"`
	Run  string          `json:"run"`  // "" = for all mail
	Rule json.RawMessage `json:"rule"` // its JSON form
	Text string          `json:"text"` // the same as people read it
	Hits int             `json:"hits"`
}

// Info is what the daemon says of itself.
type Info struct {
	Version    string           `json:"version"`
	Addresses  []string         `json:"addresses"`
	Extensions []string         `json:"extensions"`
	Limits     map[string]int64 `json:"limits"`
	Store      StoreInfo        `json:"store"`
	Cursor     string           `json:"cursor"`
}

// StoreInfo is what the store says of itself.
type StoreInfo struct {
	Kind       string    `json:"kind"`
	Durability string    `json:"durability"` // memory, process or power: what a message survives
	Retention  Retention `json:"retention"`
	Messages   int       `json:"messages"`
	Bytes      int64     `json:"bytes"`
	Unread     int       `json:"unread"`
	Sessions   int       `json:"sessions"`
	Evicted    int64     `json:"evicted"`
	Unindexed  int       `json:"unindexed"`
}

// Retention bounds what is kept; 0 is no bound.
type Retention struct {
	Messages int     `json:"messages"`
	Bytes    int64   `json:"bytes"`
	Seconds  float64 `json:"seconds"`
	Sessions int     `json:"sessions"`
}

// stamp is the form of times; "" for none and for what no calendar has.
func stamp(t time.Time) string {
	if t = t.UTC(); t.IsZero() || t.Year() < 0 || t.Year() > 9999 {
		return ""
	}
	return t.Format("2006-01-02T15:04:05.000000000Z")
}

// listed is a list that is never null.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
