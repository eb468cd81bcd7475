package record

import (
	"encoding/json"
	"math"
	"strconv"
	"time"
)

// The JSON form is stable: snake_case names, durations as milliseconds with
// their nanoseconds behind the point, times as RFC 3339. A string of octets
// that is not UTF-8 is an object {"base64": "…"}. Decoding gives back what was
// encoded, without loss.

// octets is a string that may hold any octets.
type octets string

func (o octets) MarshalJSON() ([]byte, error) {
	return appendOctets(nil, string(o)), nil
}

type encoded struct {
	Base64 []byte `json:"base64"`
}

func (o *octets) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		var e encoded
		err := json.Unmarshal(b, &e)
		*o = octets(e.Base64)
		return err
	}
	return json.Unmarshal(b, (*string)(o))
}

func octetMap(m map[string]string) map[string]octets {
	if m == nil {
		return nil
	}
	out := make(map[string]octets, len(m))
	for k, v := range m {
		out[k] = octets(v)
	}
	return out
}

func stringMap(m map[string]octets) map[string]string {
	if m == nil {
		return nil
	}
	out := make(map[string]string, len(m))
	for k, v := range m {
		out[k] = string(v)
	}
	return out
}

func octetList(list []string) []octets {
	var out []octets
	for _, s := range list {
		out = append(out, octets(s))
	}
	return out
}

func stringList(list []octets) []string {
	var out []string
	for _, o := range list {
		out = append(out, string(o))
	}
	return out
}

// millis is a duration as milliseconds: 12.345678.
type millis time.Duration

func (d millis) MarshalJSON() ([]byte, error) {
	return appendMillis(nil, time.Duration(d)), nil
}

func (d *millis) UnmarshalJSON(b []byte) error {
	f, err := strconv.ParseFloat(string(b), 64)
	*d = millis(math.Round(f * 1e6))
	return err
}

type replyJSON struct {
	Code     int      `json:"code"`
	Enhanced string   `json:"enhanced,omitempty"`
	Lines    []octets `json:"lines,omitempty"`
	At       millis   `json:"at"`
	Rule     octets   `json:"rule,omitempty"`
	Raw      octets   `json:"raw,omitempty"`
}

func (r Reply) MarshalJSON() ([]byte, error) {
	return r.appendJSON(nil), nil
}

func (r *Reply) UnmarshalJSON(b []byte) error {
	var j replyJSON
	err := json.Unmarshal(b, &j)
	*r = Reply{j.Code, j.Enhanced, stringList(j.Lines), time.Duration(j.At), string(j.Rule), string(j.Raw)}
	return err
}

type commandJSON struct {
	Verb      octets  `json:"verb"`
	Line      octets  `json:"line"`
	Ending    string  `json:"ending"`
	Masked    bool    `json:"masked,omitempty"`
	Omitted   int     `json:"omitted,omitempty"`
	Size      int     `json:"size,omitempty"`
	At        millis  `json:"at"`
	Pipelined bool    `json:"pipelined,omitempty"`
	Reply     Reply   `json:"reply"`
	More      []Reply `json:"more,omitempty"`
}

func (c Command) MarshalJSON() ([]byte, error) {
	return c.appendJSON(make([]byte, 0, 256)), nil
}

func (c *Command) UnmarshalJSON(b []byte) error {
	var j commandJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*c = Command{Verb: string(j.Verb), Line: string(j.Line), Ending: j.Ending, Masked: j.Masked, Omitted: j.Omitted,
		Size: j.Size, At: time.Duration(j.At), Pipelined: j.Pipelined, Reply: j.Reply, More: j.More}
	if c.Verb != "" {
		c.Arg = NewCommand(c.Line).Arg
	}
	return nil
}

type authJSON struct {
	Mechanism octets `json:"mechanism"`
	Identity  octets `json:"identity,omitempty"`
	Username  octets `json:"username"`
	OK        bool   `json:"ok"`
	Initial   bool   `json:"initial,omitempty"`
	Secret    octets `json:"secret,omitempty"`
	Challenge octets `json:"challenge,omitempty"`
}

func (a AuthAttempt) MarshalJSON() ([]byte, error) {
	return json.Marshal(authJSON{octets(a.Mechanism), octets(a.Identity), octets(a.Username), a.OK, a.Initial, octets(a.secret), octets(a.challenge)})
}

func (a *AuthAttempt) UnmarshalJSON(b []byte) error {
	var j authJSON
	err := json.Unmarshal(b, &j)
	*a = AuthAttempt{string(j.Mechanism), string(j.Identity), string(j.Username), j.OK, j.Initial, string(j.Secret), string(j.Challenge)}
	return err
}

type tlsJSON struct {
	At         millis   `json:"at"`
	Implicit   bool     `json:"implicit,omitempty"`
	Version    string   `json:"version"`
	Cipher     string   `json:"cipher"`
	ServerName octets   `json:"server_name,omitempty"`
	ALPN       []octets `json:"alpn,omitempty"`
	Resumed    bool     `json:"resumed,omitempty"`
	ClientCert octets   `json:"client_cert,omitempty"`
}

func (t TLS) MarshalJSON() ([]byte, error) {
	return json.Marshal(tlsJSON{millis(t.At), t.Implicit, t.Version, t.Cipher, octets(t.ServerName), octetList(t.ALPN), t.Resumed, octets(t.ClientCert)})
}

func (t *TLS) UnmarshalJSON(b []byte) error {
	var j tlsJSON
	err := json.Unmarshal(b, &j)
	*t = TLS{time.Duration(j.At), j.Implicit, j.Version, j.Cipher, string(j.ServerName), stringList(j.ALPN), j.Resumed, string(j.ClientCert)}
	return err
}

type anomalyJSON struct {
	Kind    string `json:"kind"`
	Command int    `json:"command"`
	Octets  octets `json:"octets,omitempty"`
	Offset  int    `json:"offset,omitempty"`
	More    int    `json:"more,omitempty"`
	Text    octets `json:"text"`
	RFC     string `json:"rfc,omitempty"`
}

func (a Anomaly) MarshalJSON() ([]byte, error) {
	return json.Marshal(anomalyJSON{a.Kind, a.Command, octets(a.Octets), a.Offset, a.More, octets(a.Text), a.RFC})
}

func (a *Anomaly) UnmarshalJSON(b []byte) error {
	var j anomalyJSON
	err := json.Unmarshal(b, &j)
	*a = Anomaly{j.Kind, j.Command, string(j.Octets), j.Offset, j.More, string(j.Text), j.RFC}
	return err
}

type violationJSON struct {
	Session int    `json:"session,omitempty"`
	Command int    `json:"command,omitempty"`
	Rule    octets `json:"rule,omitempty"`
	Text    octets `json:"text"`
	RFC     string `json:"rfc,omitempty"`
}

func (v Violation) MarshalJSON() ([]byte, error) {
	return json.Marshal(violationJSON{v.Session, v.Command, octets(v.Rule), octets(v.Text), v.RFC})
}

func (v *Violation) UnmarshalJSON(b []byte) error {
	var j violationJSON
	err := json.Unmarshal(b, &j)
	*v = Violation{j.Session, j.Command, string(j.Rule), string(j.Text), j.RFC}
	return err
}

type recipientJSON struct {
	Address  octets            `json:"address"`
	Params   map[string]octets `json:"params,omitempty"`
	Reply    Reply             `json:"reply"`
	Final    *Reply            `json:"final,omitempty"`
	Notify   []string          `json:"notify,omitempty"`
	Original octets            `json:"original,omitempty"`
}

func (r Recipient) MarshalJSON() ([]byte, error) {
	return json.Marshal(recipientJSON{octets(r.Address), octetMap(r.Params), r.Reply, given(&r.Final), r.Notify, octets(r.Original)})
}

// given returns nil for a reply that there was not.
func given(r *Reply) *Reply {
	if r.Code == 0 && r.Raw == "" {
		return nil
	}
	return r
}

func (r *Recipient) UnmarshalJSON(b []byte) error {
	var j recipientJSON
	err := json.Unmarshal(b, &j)
	*r = Recipient{Address: string(j.Address), Params: stringMap(j.Params), Reply: j.Reply, Notify: j.Notify, Original: string(j.Original)}
	if j.Final != nil {
		r.Final = *j.Final
	}
	return err
}

type envelopeJSON struct {
	From       octets            `json:"from"`
	Params     map[string]octets `json:"params,omitempty"`
	Return     string            `json:"return,omitempty"`
	ID         octets            `json:"id,omitempty"`
	To         []octets          `json:"to"`
	Recipients []Recipient       `json:"recipients"`
}

// MarshalJSON writes the accepted recipients as "to" beside all of them.
func (e Envelope) MarshalJSON() ([]byte, error) {
	to := octetList(e.To())
	if to == nil {
		to = []octets{}
	}
	return json.Marshal(envelopeJSON{octets(e.From), octetMap(e.Params), e.Return, octets(e.ID), to, e.Recipients})
}

func (e *Envelope) UnmarshalJSON(b []byte) error {
	var j envelopeJSON
	err := json.Unmarshal(b, &j)
	*e = Envelope{From: string(j.From), Params: stringMap(j.Params), Recipients: j.Recipients, Return: j.Return, ID: string(j.ID)}
	return err
}

type messageJSON struct {
	ID       int       `json:"id"`
	Key      string    `json:"key,omitempty"`
	Session  int       `json:"session"`
	At       time.Time `json:"at"`
	Envelope Envelope  `json:"envelope"`
	Reply    Reply     `json:"reply"`
	Size     int       `json:"size"`
	Dots     int       `json:"dots,omitempty"`
	Sent     octets    `json:"sent"`
}

func (m *Message) MarshalJSON() ([]byte, error) {
	return json.Marshal(messageJSON{m.ID, m.Key, m.Session, m.At, m.Envelope, m.Reply, m.Size(), m.dots, octets(m.Sent())})
}

func (m *Message) UnmarshalJSON(b []byte) error {
	var j messageJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	m.ID, m.Key, m.Session, m.At, m.Envelope, m.Reply = j.ID, j.Key, j.Session, j.At, j.Envelope, j.Reply
	m.SetSent(j.Dots, []byte(j.Sent))
	return nil
}

type sessionJSON struct {
	ID         int               `json:"id"`
	Remote     string            `json:"remote"`
	Client     map[string]octets `json:"client,omitempty"`
	Started    time.Time         `json:"started"`
	Lasted     millis            `json:"lasted"`
	Greeting   Reply             `json:"greeting"`
	Hello      octets            `json:"hello"`
	TLS        *TLS              `json:"tls,omitempty"`
	Auth       []AuthAttempt     `json:"auth,omitempty"`
	Commands   []Command         `json:"commands"`
	Farewell   *Reply            `json:"farewell,omitempty"`
	Messages   []*Message        `json:"messages,omitempty"`
	Anomalies  []Anomaly         `json:"anomalies,omitempty"`
	Violations []Violation       `json:"violations,omitempty"`
	End        End               `json:"end"`
	EndDetail  octets            `json:"end_detail,omitempty"`
}

func (s *Session) MarshalJSON() ([]byte, error) {
	j := sessionJSON{s.ID, s.Remote, octetMap(s.Client), s.Started, millis(s.Lasted), s.Greeting, octets(s.Hello), s.TLS,
		s.Auth, s.Commands, given(&s.Farewell), s.Messages, s.Anomalies, s.Violations, s.End, octets(s.EndDetail)}
	return json.Marshal(j)
}

func (s *Session) UnmarshalJSON(b []byte) error {
	var j sessionJSON
	err := json.Unmarshal(b, &j)
	*s = Session{ID: j.ID, Remote: j.Remote, Client: stringMap(j.Client), Started: j.Started, Lasted: time.Duration(j.Lasted), Greeting: j.Greeting,
		Hello: string(j.Hello), TLS: j.TLS, Auth: j.Auth, Commands: j.Commands, Messages: j.Messages,
		Anomalies: j.Anomalies, Violations: j.Violations, End: j.End, EndDetail: string(j.EndDetail)}
	if j.Farewell != nil {
		s.Farewell = *j.Farewell
	}
	return err
}
