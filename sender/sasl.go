package sender

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"net"
	"strings"
)

// mechanism is one SASL exchange, client side (RFC 4422).
type mechanism interface {
	name() string
	// initial returns the initial response; nil means that the server begins.
	initial() []byte
	// next answers a challenge; an error cancels the exchange.
	next(challenge []byte) ([]byte, error)
	// done says whether a success of the server may be believed.
	done() error
}

// mechanism returns a fresh exchange, or nil for a name that is not known.
func (a *Auth) mechanism(name, server string) mechanism {
	switch name {
	case "PLAIN":
		return &oneShot{mech: name, response: a.Identity + "\x00" + a.Username + "\x00" + a.Password}
	case "EXTERNAL":
		return &oneShot{mech: name, response: a.Identity}
	case "XOAUTH2":
		return &oneShot{mech: name, response: "user=" + a.Username + "\x01auth=Bearer " + a.Token + "\x01\x01", onError: []byte{}}
	case "OAUTHBEARER":
		return &oneShot{mech: name, response: a.bearer(server), onError: []byte{1}}
	case "LOGIN":
		return &login{answers: []string{a.Username, a.Password}}
	case "CRAM-MD5":
		return &cramMD5{user: a.Username, password: a.Password}
	case "SCRAM-SHA-256", "SCRAM-SHA-1":
		return newScram(name, a)
	}
	return nil
}

// bearer is the client's only message in RFC 7628 §3.1.
func (a *Auth) bearer(server string) string {
	var b strings.Builder
	b.WriteString("n,")
	if a.Username != "" {
		b.WriteString("a=" + scramName(a.Username))
	}
	b.WriteString(",\x01")
	if host, port, err := net.SplitHostPort(server); err == nil {
		b.WriteString("host=" + host + "\x01port=" + port + "\x01")
	}
	b.WriteString("auth=Bearer " + a.Token + "\x01\x01")
	return b.String()
}

// oneShot is a mechanism of one message: PLAIN (RFC 4616), EXTERNAL, and those
// of OAuth, which answer an error challenge once to get at the error's reply.
type oneShot struct {
	mech     string
	response string
	onError  []byte // nil: there is no error challenge
	failed   bool
}

func (o *oneShot) name() string    { return o.mech }
func (o *oneShot) initial() []byte { return []byte(o.response) }

func (o *oneShot) next([]byte) ([]byte, error) {
	if o.onError == nil || o.failed {
		return nil, &ProtocolError{"a challenge where " + o.mech + " has none", ""}
	}
	o.failed = true
	return o.onError, nil
}

func (o *oneShot) done() error {
	if o.failed {
		return &ProtocolError{"success after an error challenge", ""}
	}
	return nil
}

// login is LOGIN: it has no specification, only a usage. Prompts differ from
// server to server and are not looked at; their order does not.
type login struct {
	answers []string
	given   int
}

func (l *login) name() string    { return "LOGIN" }
func (l *login) initial() []byte { return nil }

func (l *login) next([]byte) ([]byte, error) {
	if l.given == len(l.answers) {
		return nil, &ProtocolError{"a third challenge in LOGIN", ""}
	}
	l.given++
	return []byte(l.answers[l.given-1]), nil
}

func (l *login) done() error {
	if l.given < len(l.answers) {
		return &ProtocolError{"success before the password was asked for", ""}
	}
	return nil
}

// cramMD5 is RFC 2195.
type cramMD5 struct {
	user, password string
	answered       bool
}

func (m *cramMD5) name() string    { return "CRAM-MD5" }
func (m *cramMD5) initial() []byte { return nil }

func (m *cramMD5) next(challenge []byte) ([]byte, error) {
	if m.answered || len(challenge) == 0 {
		return nil, &ProtocolError{"a challenge that CRAM-MD5 does not have", ""}
	}
	m.answered = true
	mac := hmac.New(md5.New, []byte(m.password))
	mac.Write(challenge)
	return []byte(m.user + " " + hex.EncodeToString(mac.Sum(nil))), nil
}

func (m *cramMD5) done() error {
	if !m.answered {
		return errors.New("success before the challenge")
	}
	return nil
}
