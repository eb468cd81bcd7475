package wire

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/emersion/go-sasl"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Mechanisms returns the names of all AUTH mechanisms, the strongest first. The
// first three of them run in the dialogue; the others are those of kept
// libraries, and run here.
func Mechanisms() []string {
	return []string{"CRAM-MD5", "PLAIN", "LOGIN", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1",
		"OAUTHBEARER", "XOAUTH2", "EXTERNAL", "ANONYMOUS"}
}

// inDialogue says that the dialogue runs a mechanism.
func inDialogue(mechanism string) bool {
	return mechanism == "CRAM-MD5" || mechanism == "PLAIN" || mechanism == "LOGIN"
}

// newMechanism returns the server's side of an exchange.
func (s *Session) newMechanism(name string) sasl.Server {
	switch name {
	case "ANONYMOUS":
		return sasl.NewAnonymousServer(func(trace string) error {
			return s.decideErr(record.NewAuthAttempt(name, "", trace, "", ""))
		})
	case "EXTERNAL":
		return sasl.NewExternalServer(func(identity string) error {
			return s.decideErr(record.NewAuthAttempt(name, identity, s.certificateName(), "", ""))
		})
	case "OAUTHBEARER":
		return &oauthBearer{s: s, server: sasl.NewOAuthBearerServer(s.decideBearer)}
	case "XOAUTH2":
		return &xoauth2{s: s}
	}
	return newSCRAM(s, name)
}

func (s *Session) decideBearer(o sasl.OAuthBearerOptions) *sasl.OAuthBearerError {
	user := saslName.Replace(o.Username)
	if s.decide(record.NewAuthAttempt("OAUTHBEARER", "", user, o.Token, "")) {
		return nil
	}
	return &sasl.OAuthBearerError{Status: "invalid_token", Schemes: "bearer"}
}

// saslName decodes a saslname, RFC 5801 §4.
var saslName = strings.NewReplacer("=2C", ",", "=3D", "=")

func (s *Session) decideErr(a record.AuthAttempt) error {
	if s.decide(a) {
		return nil
	}
	return errDenied
}

var (
	errDenied    = errors.New("denied")
	errMalformed = errors.New("malformed")
)

// startSASL begins an exchange that the dialogue does not run, RFC 4954 §4. An
// initial response of "=" is an empty one.
func (s *Session) startSASL(initial string) record.Reply {
	s.auth.server = s.newMechanism(s.auth.mechanism)
	switch initial {
	case "":
		return s.saslStep(nil)
	case "=":
		return s.saslStep([]byte{})
	}
	return s.saslResponse([]byte(initial))
}

// saslResponse takes a line of the exchange in base64.
func (s *Session) saslResponse(line []byte) record.Reply {
	response := make([]byte, base64.StdEncoding.DecodedLen(len(line)))
	n, err := base64.StdEncoding.Strict().Decode(response, line)
	switch {
	case string(line) == "*":
		return authCancelled
	case err != nil:
		return badBase64
	case s.auth.denied:
		// The challenge before told the client why; this is its leave to end.
		return s.authRefusal()
	}
	return s.saslStep(response[:n])
}

func (s *Session) saslStep(response []byte) record.Reply {
	var challenge []byte
	var done bool
	err := errMalformed
	s.guarded("SASL", func() { challenge, done, err = s.auth.server.Next(response) })
	switch {
	case err != nil && !s.auth.denied:
		return badResponse
	case err != nil, done && !s.auth.done:
		return s.authRefusal()
	case done && s.auth.reply != nil:
		return *s.auth.reply
	case done:
		return signedIn
	}
	return record.NewReply(334, base64.StdEncoding.EncodeToString(challenge))
}

func (s *Session) authRefusal() record.Reply {
	if s.auth.reply != nil {
		return *s.auth.reply
	}
	return badCredentials
}

// saslAnswered follows what a reply of the wire's own means for the exchange.
func (s *Session) saslAnswered(reply record.Reply) {
	s.auth.step = reply.Code == 334
	s.auth.wary = !s.auth.done
}

// certificateName is who the client's certificate is for, "" without one.
func (s *Session) certificateName() string {
	c := s.certificate()
	switch {
	case c == nil:
		return ""
	case len(c.EmailAddresses) > 0:
		return c.EmailAddresses[0]
	}
	return c.Subject.CommonName
}

// oauthBearer ends OAUTHBEARER behind an error challenge, whatever the client
// answers: its ^A, nothing at all, or something else (RFC 7628 §3.2.3).
type oauthBearer struct {
	s      *Session
	server sasl.Server
}

func (o *oauthBearer) Next(response []byte) (challenge []byte, done bool, err error) {
	challenge, done, err = o.server.Next(response)
	if response != nil && !done {
		o.s.auth.denied = true
	}
	return challenge, done, err
}

// xoauth2 is the mechanism that OAUTHBEARER has replaced and many mail
// providers still ask for: user=NAME^Aauth=Bearer TOKEN^A^A.
type xoauth2 struct{ s *Session }

func (x *xoauth2) Next(response []byte) (challenge []byte, done bool, err error) {
	if response == nil {
		return []byte{}, false, nil
	}
	user, token, ok := parseXOAUTH2(response)
	if !ok {
		return nil, false, errMalformed
	}
	if x.s.decide(record.NewAuthAttempt("XOAUTH2", "", user, token, "")) {
		return nil, true, nil
	}
	return []byte(`{"status":"400","schemes":"Bearer","scope":"mail"}`), false, nil
}

func parseXOAUTH2(b []byte) (user, token string, ok bool) {
	body, ok := bytes.CutSuffix(b, []byte("\x01\x01"))
	if !ok {
		return "", "", false
	}
	first, second, _ := bytes.Cut(body, []byte{1})
	name, ok := record.CutPrefixFold(string(first), "user=")
	bearer, ok2 := record.CutPrefixFold(string(second), "auth=Bearer ")
	return name, bearer, ok && ok2
}

var (
	authCancelled = record.NewReply(501, "5.7.0 Authentication cancelled")
	badBase64     = record.NewReply(501, "5.5.2 Syntax error (unable to decode)")
	badResponse   = record.NewReply(501, "5.5.2 Syntax error (unable to parse)")
)
