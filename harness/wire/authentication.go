package wire

import (
	"bytes"
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// AUTH, RFC 4954. The dialogue runs the mechanisms; the wire says which are
// offered, keeps secrets out of the record, and remembers who signed in.
var authentication = extension{
	keyword: "AUTH",
	line: func(cfg *Config, tls bool) string {
		if names := cfg.Auth.offered(tls); len(names) > 0 {
			return "AUTH " + strings.Join(names, " ")
		}
		return ""
	},
	mail: map[string]take{"AUTH": takeAuthParam},
}

// takeAuthParam takes AUTH= of MAIL, RFC 4954 §5, for the envelope.
func takeAuthParam(s *Session, value string, _ bool) record.Reply {
	if value == "" {
		s.note(badParameter, "AUTH=")
		return badParam
	}
	return record.Reply{}
}

// mechanisms are those that the dialogue runs.
var mechanisms = []string{"CRAM-MD5", "PLAIN", "LOGIN"}

// sendsPassword says that a mechanism shows the password to whoever listens.
func sendsPassword(mechanism string) bool { return mechanism == "PLAIN" || mechanism == "LOGIN" }

func (a *Auth) offered(tls bool) []string {
	if a == nil {
		return nil
	}
	var names []string
	for _, m := range a.Mechanisms {
		if tls || a.Plaintext || !sendsPassword(m) {
			names = append(names, m)
		}
	}
	return names
}

// authState is where a session stands with AUTH.
type authState struct {
	done      bool // signed in
	step      bool // inside an exchange: the next line is a response
	refused   bool // the last exchange failed, so what follows may be secrets
	mechanism string
	initial   bool
	response  []byte        // the last one, base64
	reply     *record.Reply // what Check wants to be said
}

func (s *Session) serveAuth(c record.Command, text []byte) (record.Reply, []byte) {
	name, initial, hasInitial := strings.Cut(string(text)[min(len(text), len("AUTH ")):], " ")
	name = strings.ToUpper(name)
	switch {
	case s.cfg.Auth == nil || !s.offers(&authentication):
		s.note(notOffered, c.Line)
		return notImplemented, nil
	case s.auth.done || s.open:
		s.note(authAgain, c.Line)
		return badSequence, nil
	case !slices.Contains(s.cfg.Auth.offered(s.secured()), name):
		return s.refuseMechanism(name), nil
	}
	s.auth = authState{mechanism: name, initial: hasInitial, response: []byte(initial)}
	return record.Reply{}, slices.Concat(text, []byte("\r\n"))
}

func (s *Session) refuseMechanism(name string) record.Reply {
	s.auth.refused = true
	if slices.Contains(s.cfg.Auth.Mechanisms, name) {
		return encryptFirst
	}
	s.note(notOffered, "AUTH "+name)
	return badMechanism
}

// serveAuthLine hands a line inside an exchange to the dialogue.
func (s *Session) serveAuthLine(c record.Command, text, line []byte) []byte {
	s.auth.step = false
	s.exchange = exchange{x: Exchange{Stage: record.AUTH, Command: record.Command{Verb: "AUTH"}}}
	if hasControl(text) {
		s.note(controlOctets, c.Line)
		s.respond(badOctets)
		s.feeds.push(feedAbort, awaitIgnored)
		return nil
	}
	s.auth.response = bytes.Clone(text)
	return line
}

// relayAuth sends the dialogue's part of the exchange on.
func (s *Session) relayAuth(reply record.Reply) {
	switch {
	case reply.Code == 334:
		s.auth.step = true
	case s.auth.reply != nil:
		reply = *s.auth.reply
	}
	s.auth.refused = reply.Code != 334 && !s.auth.done
	s.respond(reply)
}

// Authenticate decides an exchange for the dialogue. The challenge is that of
// CRAM-MD5, nil for mechanisms that send the password.
func (s *Session) Authenticate(mechanism, username, secret string, challenge []byte) bool {
	a := record.NewAuthAttempt(mechanism, s.identity(), username, secret, string(challenge))
	a.Initial = s.auth.initial
	err := error(localError)
	s.guarded("WithAuth", func() { err = s.cfg.Auth.Check(a) })
	reply := record.Reply{}
	if errors.As(err, &reply) {
		s.auth.reply = &reply
	}
	a.OK = err == nil || reply.Positive()
	s.auth.done = a.OK
	if !s.cfg.RecordSecrets {
		a = a.Masked()
	}
	s.rec.attempt(a)
	return s.auth.done
}

// identity returns the authorization identity of PLAIN, RFC 4616 §2, which the
// dialogue does not pass on.
func (s *Session) identity() string {
	if s.auth.mechanism != "PLAIN" {
		return ""
	}
	decoded, _ := base64.StdEncoding.DecodeString(string(s.auth.response))
	identity, _, _ := bytes.Cut(decoded, []byte{0})
	return string(identity)
}

const mask = "****"

// maskCommand hides what an AUTH command carries. After a refusal it hides
// lines that are no command too: some clients go on and send the password.
func (s *Session) maskCommand(c *record.Command) {
	if s.cfg.RecordSecrets {
		return
	}
	switch {
	case c.Verb == "AUTH":
		s.auth.refused = false
		name, initial, ok := strings.Cut(strings.TrimLeft(c.Arg, " "), " ")
		if !ok || initial == "" {
			return
		}
		c.Arg = name + " " + mask
		c.Line = c.Line[:len("AUTH ")] + c.Arg
		c.Masked = true
	case s.auth.refused && record.StageOf(c.Verb) == record.ANY:
		*c = record.Command{Verb: mask, Line: mask, Masked: true}
	default:
		s.auth.refused = false
	}
}

func (s *Session) maskedResponse(text []byte) (line string, masked bool) {
	if s.cfg.RecordSecrets || len(text) == 0 || string(text) == "*" {
		return string(text), false
	}
	return mask, true
}

// shown returns octets that came out of turn, for an anomaly. What stands
// behind an AUTH among them is hidden.
func (s *Session) shown(octets []byte) string {
	if at := bytes.Index(bytes.ToUpper(octets), []byte("AUTH ")); at >= 0 && !s.cfg.RecordSecrets {
		return string(octets[:at]) + "AUTH " + mask
	}
	return string(octets)
}
