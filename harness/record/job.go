package record

import (
	"bytes"
	"encoding/json"
	"slices"
)

// Job is what a client was asked to send, and how. Its JSON form is the file
// that a command under test reads.
type Job struct {
	Host     string   // "127.0.0.1", or a name where TLS is asked for
	Port     int      //
	Security Security //
	CAFile   string   // PEM file of the CA to trust; "" without one
	User     string   // "" = no authentication
	Pass     string
	Helo     string // the name for EHLO; "" = the client's own choice
	From     string // the reverse-path; "" is the null path
	Rcpts    []string
	Messages []Draft
	Timeout  float64 // seconds that the client may wait for one reply; 0 = its own choice
	LMTP     bool    // speak LMTP, RFC 2033
	DSN      *DSN    // nil = none asked for, RFC 3461
	// RequireTLS asks for RFC 8689's guarantee.
	RequireTLS bool
	// Mechanism is the only SASL mechanism to use; "" = the client's choice.
	Mechanism string
}

// Security says how a client is to protect a connection.
type Security string

const (
	SecurityNone     Security = "none"     // clear text
	SecurityStartTLS Security = "starttls" // STARTTLS or nothing
	SecurityOptional Security = "optional" // STARTTLS if it is offered
	SecurityTLS      Security = "tls"      // implicit TLS, RFC 8314 §3
)

// DSN is the delivery status notification that a client was asked to request.
type DSN struct {
	Return string   // "FULL", "HDRS" or ""
	ID     string   // ENVID before its xtext encoding; "" = none
	Notify []string // the same for every recipient: "NEVER", or some of "SUCCESS", "FAILURE", "DELAY"
}

// Draft is one message of a Job: octets to send as they are, or parts that the
// client composes.
type Draft struct {
	Raw []byte // the message as it is to be sent; nil = compose it from the fields below

	FromHeader  string // "Бат <bat@example.org>"; "" = the Job's From
	To          string // list of mailboxes; "" = the Job's Rcpts
	Cc, Bcc     string
	Subject     string
	Text        string
	HTML        string
	Attachments []Attachment
	Headers     [][2]string // further fields, name and value

	Rcpts []string // recipients of this message, in place of the Job's; nil = those
}

// Attachment is one file of a Draft.
type Attachment struct {
	Name string
	Type string // "application/pdf"
	Data []byte
}

// Composed says that the client is to build the message.
func (d *Draft) Composed() bool { return d.Raw == nil }

// Recipients returns whom message i of the job goes to.
func (j *Job) Recipients(i int) []string {
	if i < len(j.Messages) && j.Messages[i].Rcpts != nil {
		return j.Messages[i].Rcpts
	}
	return j.Rcpts
}

// Clone returns a copy that shares nothing with j: whoever gets it may change it.
func (j *Job) Clone() Job {
	c := *j
	c.Rcpts, c.Messages = slices.Clone(j.Rcpts), slices.Clone(j.Messages)
	for i := range c.Messages {
		c.Messages[i] = c.Messages[i].clone()
	}
	if j.DSN != nil {
		dsn := *j.DSN
		dsn.Notify = slices.Clone(dsn.Notify)
		c.DSN = &dsn
	}
	return c
}

func (d Draft) clone() Draft {
	d.Raw, d.Rcpts, d.Headers = bytes.Clone(d.Raw), slices.Clone(d.Rcpts), slices.Clone(d.Headers)
	d.Attachments = slices.Clone(d.Attachments)
	for i := range d.Attachments {
		d.Attachments[i].Data = bytes.Clone(d.Attachments[i].Data)
	}
	return d
}

type jobJSON struct {
	Host       string      `json:"host"`
	Port       int         `json:"port"`
	Security   Security    `json:"security"`
	CAFile     string      `json:"cafile,omitempty"`
	User       octets      `json:"user,omitempty"`
	Pass       octets      `json:"pass,omitempty"`
	Helo       octets      `json:"helo,omitempty"`
	From       octets      `json:"from"`
	Rcpts      []octets    `json:"rcpts"`
	Messages   []draftJSON `json:"messages"`
	Timeout    float64     `json:"timeout,omitempty"`
	LMTP       bool        `json:"lmtp,omitempty"`
	DSN        *dsnJSON    `json:"dsn,omitempty"`
	RequireTLS bool        `json:"requiretls,omitempty"`
	Mechanism  string      `json:"mechanism,omitempty"`
}

type dsnJSON struct {
	Return string   `json:"ret,omitempty"`
	ID     octets   `json:"envid,omitempty"`
	Notify []string `json:"notify,omitempty"`
}

type draftJSON struct {
	Raw         []byte           `json:"raw,omitempty"` // base64
	Composed    bool             `json:"compose"`       // apart from Raw, which may be empty
	From        octets           `json:"from,omitempty"`
	To          octets           `json:"to,omitempty"`
	Cc          octets           `json:"cc,omitempty"`
	Bcc         octets           `json:"bcc,omitempty"`
	Subject     octets           `json:"subject,omitempty"`
	Text        octets           `json:"text,omitempty"`
	HTML        octets           `json:"html,omitempty"`
	Attachments []attachmentJSON `json:"attachments,omitempty"`
	Headers     [][2]octets      `json:"headers,omitempty"`
	Rcpts       []octets         `json:"rcpts,omitempty"`
}

type attachmentJSON struct {
	Name octets `json:"name"`
	Type string `json:"type"`
	Data []byte `json:"data"` // base64
}

// MarshalJSON writes the form that commands under test read.
func (j Job) MarshalJSON() ([]byte, error) {
	w := jobJSON{Host: j.Host, Port: j.Port, Security: j.Security, CAFile: j.CAFile,
		User: octets(j.User), Pass: octets(j.Pass), Helo: octets(j.Helo), From: octets(j.From),
		Rcpts: octetList(j.Rcpts), Timeout: j.Timeout, LMTP: j.LMTP, RequireTLS: j.RequireTLS, Mechanism: j.Mechanism}
	if w.Rcpts == nil {
		w.Rcpts = []octets{}
	}
	if j.DSN != nil {
		w.DSN = &dsnJSON{j.DSN.Return, octets(j.DSN.ID), j.DSN.Notify}
	}
	for i := range j.Messages {
		w.Messages = append(w.Messages, j.Messages[i].form())
	}
	return json.Marshal(w)
}

func (d *Draft) form() draftJSON {
	w := draftJSON{Raw: d.Raw, Composed: d.Composed(), From: octets(d.FromHeader), To: octets(d.To), Cc: octets(d.Cc), Bcc: octets(d.Bcc),
		Subject: octets(d.Subject), Text: octets(d.Text), HTML: octets(d.HTML), Rcpts: octetList(d.Rcpts)}
	for _, a := range d.Attachments {
		w.Attachments = append(w.Attachments, attachmentJSON{octets(a.Name), a.Type, a.Data})
	}
	for _, h := range d.Headers {
		w.Headers = append(w.Headers, [2]octets{octets(h[0]), octets(h[1])})
	}
	return w
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (j *Job) UnmarshalJSON(b []byte) error {
	var w jobJSON
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*j = Job{Host: w.Host, Port: w.Port, Security: w.Security, CAFile: w.CAFile,
		User: string(w.User), Pass: string(w.Pass), Helo: string(w.Helo), From: string(w.From),
		Rcpts: stringList(w.Rcpts), Timeout: w.Timeout, LMTP: w.LMTP, RequireTLS: w.RequireTLS, Mechanism: w.Mechanism}
	if w.DSN != nil {
		j.DSN = &DSN{w.DSN.Return, string(w.DSN.ID), w.DSN.Notify}
	}
	for i := range w.Messages {
		j.Messages = append(j.Messages, w.Messages[i].draft())
	}
	return nil
}

func (w *draftJSON) draft() Draft {
	d := Draft{Raw: w.Raw, FromHeader: string(w.From), To: string(w.To), Cc: string(w.Cc), Bcc: string(w.Bcc),
		Subject: string(w.Subject), Text: string(w.Text), HTML: string(w.HTML), Rcpts: stringList(w.Rcpts)}
	if d.Raw == nil && !w.Composed {
		d.Raw = []byte{}
	}
	for _, a := range w.Attachments {
		d.Attachments = append(d.Attachments, Attachment{string(a.Name), a.Type, a.Data})
	}
	for _, h := range w.Headers {
		d.Headers = append(d.Headers, [2]string{string(h[0]), string(h[1])})
	}
	return d
}
