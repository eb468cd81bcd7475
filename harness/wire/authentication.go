package wire

import (
	"bytes"
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/emersion/go-sasl"

	"github.com/smtpspec/smtpspec/harness/record"
)

// AUTH, RFC 4954. The dialogue runs the mechanisms; the wire says which are
// offered, keeps secrets out of the record, and remembers who signed in.
var authentication = extension{
	keyword: "AUTH",
	line: func(cfg *Config, to client) string {
		if names := cfg.Auth.offered(to); len(names) > 0 {
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

// sendsPassword says that a mechanism shows the password to whoever listens.
func sendsPassword(mechanism string) bool {
	switch mechanism {
	case "PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2":
		return true
	}
	return false
}

// notePassword records that a mechanism has shown the password to whoever was
// listening.
func (s *Session) notePassword(mechanism string) {
	if sendsPassword(mechanism) && !s.secured() {
		s.note(clearPassword, mechanism)
	}
}

func (a *Auth) suits(mechanism string, to client) bool {
	switch {
	case sendsPassword(mechanism):
		return to.tls || a.Plaintext
	case strings.HasPrefix(mechanism, "SCRAM-"):
		return a.Password != nil && (to.tls || !strings.HasSuffix(mechanism, "-PLUS"))
	case mechanism == "EXTERNAL":
		return to.certificate
	}
	return true
}

// offered lists the mechanisms that a client can use as it stands.
func (a *Auth) offered(to client) []string {
	if a == nil {
		return nil
	}
	var names []string
	for _, m := range a.Mechanisms {
		if a.suits(m, to) {
			names = append(names, m)
		}
	}
	return names
}

// authState is where a session stands with AUTH.
type authState struct {
	done      bool // signed in
	step      bool // inside an exchange: the next line is a response
	wary      bool // an AUTH did not succeed, so what follows may be secrets
	mechanism string
	initial   bool
	response  []byte        // the last one, base64
	reply     *record.Reply // what Check wants to be said
	server    sasl.Server   // of a mechanism that the dialogue does not run; nil otherwise
	denied    bool          // Check said no
}

func (s *Session) serveAuth(c record.Command, text []byte) (record.Reply, []byte) {
	name, initial := mechanismOf(string(text))
	switch {
	case s.cfg.Auth == nil || !s.offers(&authentication):
		s.note(notOffered, c.Line)
		return notImplemented, nil
	case s.auth.done || s.open:
		s.note(authAgain, c.Line)
		return badSequence, nil
	case name == "":
		return noMechanism, nil
	case !slices.Contains(s.cfg.Auth.offered(s.client()), name):
		if initial != "" {
			s.notePassword(name)
		}
		return s.refuseMechanism(c, name), nil
	case initial != "" && challengesFirst(name):
		s.note(badParameter, c.Line)
		return noInitial, nil
	}
	s.auth = authState{wary: true, mechanism: name, initial: initial != "", response: []byte(initial)}
	if !inDialogue(name) {
		return s.startSASL(initial), nil
	}
	return record.Reply{}, slices.Concat(text, []byte("\r\n"))
}

// mechanismOf takes an AUTH command apart, RFC 4954 §4.
func mechanismOf(line string) (name, initial string) {
	name, initial, _ = strings.Cut(strings.TrimLeft(line[len("AUTH"):], " "), " ")
	return strings.ToUpper(name), strings.Trim(initial, " \t")
}

// challengesFirst says that the server has the first word in a mechanism, so
// that no initial response is allowed, RFC 4954 §4.
func challengesFirst(mechanism string) bool { return mechanism == "CRAM-MD5" }

func (s *Session) refuseMechanism(c record.Command, name string) record.Reply {
	if !s.secured() && slices.Contains(s.cfg.Auth.offered(client{tls: true, certificate: true}), name) {
		return encryptFirst
	}
	s.note(notOffered, c.Line)
	return badMechanism
}

// serveAuthLine hands a line inside an exchange to the dialogue.
func (s *Session) serveAuthLine(c record.Command, text, line []byte) []byte {
	s.auth.step = false
	s.exchange = exchange{x: Exchange{Stage: record.AUTH, Command: record.Command{Verb: "AUTH"}}}
	if hasControl(text) {
		s.noteControl(c, text)
		s.cancelAuth(badOctets)
		return nil
	}
	if s.auth.server != nil {
		reply := s.saslResponse(text)
		s.respond(reply)
		s.saslAnswered(reply)
		return nil
	}
	s.auth.response = bytes.Clone(text)
	return line
}

// cancelAuth ends an exchange for the client, and for the dialogue if it runs
// it.
func (s *Session) cancelAuth(reply record.Reply) {
	s.auth.step, s.auth.wary = false, true
	s.respond(reply)
	if s.auth.server == nil {
		s.feeds.push(feedAbort, awaitIgnored)
	}
}

// relayAuth sends the dialogue's part of the exchange on.
func (s *Session) relayAuth(reply record.Reply) {
	switch {
	case reply.Code == 334:
		s.auth.step = true
	case s.auth.reply != nil:
		reply = *s.auth.reply
	}
	s.auth.wary = !s.auth.done
	s.respond(reply)
}

// Authenticate decides an exchange for the dialogue. The challenge is that of
// CRAM-MD5, nil for mechanisms that send the password.
func (s *Session) Authenticate(mechanism, username, secret string, challenge []byte) bool {
	return s.decide(record.NewAuthAttempt(mechanism, s.identity(), username, secret, string(challenge)))
}

// decide asks Check about an attempt, and records it.
func (s *Session) decide(a record.AuthAttempt) bool {
	err := errLocal
	s.guarded("WithAuth", func() { err = s.cfg.Auth.Check(a) })
	reply := record.Reply{}
	if errors.As(err, &reply) {
		s.auth.reply = &reply
	}
	return s.settleAttempt(a, err == nil || reply.Positive())
}

// settleAttempt records an attempt that has been decided.
func (s *Session) settleAttempt(a record.AuthAttempt, ok bool) bool {
	s.notePassword(a.Mechanism)
	a.OK, a.Initial = ok, s.auth.initial
	s.auth.done, s.auth.denied = ok, !ok
	if !s.cfg.RecordSecrets {
		a = a.Masked()
	}
	s.rec.attempt(a)
	return ok
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

// maskCommand hides what an AUTH command carries. Behind one that did not
// succeed it hides lines that are no command too: some clients go on and send
// the password.
func (s *Session) maskCommand(c *record.Command) {
	if s.cfg.RecordSecrets {
		return
	}
	open, isAuth := authOpen(c.Line)
	switch {
	case isAuth:
		s.auth.wary = true
		if open < len(c.Line) {
			*c = record.NewCommand(strings.TrimRight(c.Line[:open], " ") + " " + mask)
			c.Masked = true
		}
	case s.auth.wary && !commandVerb(c.Verb):
		*c = record.Command{Verb: mask, Line: mask, Masked: true}
	default:
		s.auth.wary = false
	}
}

func commandVerb(verb string) bool {
	switch verb {
	case "VRFY", "EXPN", "HELP":
		return true
	}
	return record.StageOf(verb) != record.ANY
}

// authOpen returns how many octets of an AUTH command hold no secret: the verb
// and the mechanism. It knows the command where blanks, tabs or an equals sign
// are in wrong places too, since the secret is right all the same.
func authOpen(line string) (open int, isAuth bool) {
	const verb, separators = "AUTH", " \t="
	rest := strings.TrimLeft(line, " \t")
	if len(rest) < len(verb) || !strings.EqualFold(rest[:len(verb)], verb) || len(rest) > len(verb) && alnum(rest[len(verb)]) {
		return 0, false
	}
	rest = strings.TrimLeft(rest[len(verb):], separators)
	name, secret := rest, ""
	if end := strings.IndexAny(rest, " \t"); end >= 0 {
		name, secret = rest[:end], strings.TrimSpace(rest[end:])
	}
	switch {
	case !mechanismName(name):
		return len(line) - len(rest), true
	case secret == "":
		return len(line), true
	}
	return len(line) - len(rest) + len(name), true
}

// mechanismName says that s is a sasl-mech of RFC 4422 §3.1, in any case, or
// nothing.
func mechanismName(s string) bool {
	for i := range len(s) {
		if !alnum(s[i]) && s[i] != '-' && s[i] != '_' {
			return false
		}
	}
	return len(s) <= 20
}

// maskEarly hides the secrets in octets that came too early to be lines of the
// session.
func (s *Session) maskEarly(octets []byte) string {
	const verb = "AUTH"
	for i := 0; i+len(verb) <= len(octets) && !s.cfg.RecordSecrets; i++ {
		if strings.EqualFold(string(octets[i:i+len(verb)]), verb) {
			return string(octets[:i+len(verb)]) + " " + mask
		}
	}
	return string(octets)
}

func (s *Session) maskedResponse(text []byte) (line string, masked bool) {
	if s.cfg.RecordSecrets || len(text) == 0 || string(text) == "*" {
		return string(text), false
	}
	return mask, true
}
