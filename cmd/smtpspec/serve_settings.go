package main

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"unicode"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
)

func (s *serve) define(set *settings.Set) {
	s.defineListeners(set)
	s.defineAuth(set)
	s.defineBehaviour(set)
	s.defineLimits(set)
	s.defineStore(set)
	s.web.define(set)
	s.defineOutput(set)
}

func (s *serve) defineListeners(set *settings.Set) {
	set.Add((*listenAddress)(&s.smtp), "smtp", "ADDR", "SMTP with STARTTLS; HOST:PORT or unix:/path, port 0 is any free one")
	set.Add((*listenAddress)(&s.smtps), "smtps", "ADDR", "SMTP with implicit TLS, off unless given").Example = "127.0.0.1:1465"
	set.Add((*listenAddress)(&s.lmtp), "lmtp", "ADDR", "LMTP with STARTTLS, off unless given").Example = "127.0.0.1:1024"
	set.Add((*hostName)(&s.hostname), "hostname", "NAME", "the server's name: greeting, EHLO, certificate")
	set.String(&s.certFile, "tls-cert", "FILE", "certificate (PEM) in place of one of a throw-away CA")
	set.String(&s.keyFile, "tls-key", "FILE", "key of --tls-cert (PEM)")
	set.String(&s.caOut, "ca-out", "FILE", "write the certificate of the throw-away CA, for clients to trust (PEM)")
	set.Bool(&s.noSTARTTLS, "no-starttls", "do not offer STARTTLS")
	set.Bool(&s.requireTLS, "require-tls", "answer 530 until the session is encrypted")
	set.Many(networksInto(&s.xclient), "xclient-from", "NETWORKS", "offer XCLIENT to clients from there, who may then speak for others").Example = "127.0.0.0/8"
	set.Many(networksInto(&s.proxy), "proxy-from", "NETWORKS", "demand a PROXY header, version 1 or 2, of clients from there").Example = "127.0.0.0/8"
}

func (s *serve) defineAuth(set *settings.Set) {
	set.Many(s.addUser, "user", "NAME:PASSWORD", "who may sign in; offers AUTH; may be repeated").Example = "ann:secret"
	set.Bool(&s.acceptAny, "accept-any-auth", "offer AUTH and let everybody in")
	set.Bool(&s.requireAuth, "require-auth", "answer 530 to MAIL until the client has signed in")
	set.Func(s.setMechanisms, "mechanisms", "LIST", "AUTH mechanisms, in the order in which they are offered").Default = "CRAM-MD5,PLAIN,LOGIN"
	set.Bool(&s.plaintext, "allow-plaintext-auth", "offer PLAIN and LOGIN without TLS too")
}

func (s *serve) defineBehaviour(set *settings.Set) {
	set.Many(s.addAdvertise, "advertise", "LINE", "a line of EHLO to add, or to replace: DSN, 'SIZE 1000'; may be repeated").Example = "DSN"
	set.Func(s.setWithhold, "withhold", "LIST", "EHLO keywords that are not offered, and so refused: SIZE,8BITMIME")
	set.Many(s.addRules, "rule", "JSON|@FILE", "change one thing about a good server; the last one that fits wins; may be repeated")
}

func (s *serve) defineLimits(set *settings.Set) {
	set.Size(&s.limits.Message, 1, "max-size", "SIZE", "largest message")
	set.Int(&s.limits.Recipients, 1, "max-recipients", "N", "recipients of one message")
	set.Int(&s.maxSessions, 1, "max-sessions", "N", "sessions at the same time")
	set.Duration(&s.limits.Idle, "timeout", "TIME", "how long a client may be silent")
}

func (s *serve) defineOutput(set *settings.Set) {
	set.Bool(&s.json, "json", "print one JSON object a line, and nothing else")
	set.Bool(&s.transcript, "transcript", "print the dialogue of each session at its end")
	set.Bool(&s.secrets, "record-secrets", "do not mask what AUTH carries")
	set.Func(s.setLogFormat, "log-format", "text|json", "form of the log on standard error").Default = "text"
}

// login is somebody who may sign in.
type login struct{ name, password string }

// addUser never shows what it was given.
func (s *serve) addUser(v string) error {
	name, password, ok := strings.Cut(v, ":")
	if !ok || name == "" || password == "" {
		return errors.New("write a name, a colon and a password")
	}
	s.users = append(s.users, login{name, password})
	return nil
}

func (s *serve) addRules(v string) error {
	rules, err := parseRules(v)
	s.rules = append(s.rules, rules...)
	return err
}

func (s *serve) setLogFormat(v string) error {
	if v != "text" && v != "json" {
		return fmt.Errorf("%q is neither text nor json", v)
	}
	s.jsonLogs = v == "json"
	return nil
}

// list reads words between commas or blanks.
func list(v string) []string {
	return strings.FieldsFunc(v, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
}

// listenAddress is HOST:PORT or unix:/path.
type listenAddress string

func (l *listenAddress) String() string { return string(*l) }

func (l *listenAddress) Set(v string) error {
	*l = listenAddress(v)
	if path, ok := strings.CutPrefix(v, "unix:"); ok && path != "" {
		return nil
	}
	if _, _, err := net.SplitHostPort(v); err != nil {
		return fmt.Errorf("%q is no address; write HOST:PORT or unix:/path", v)
	}
	return nil
}

// hostName is a word that goes into replies.
type hostName string

func (h *hostName) String() string { return string(*h) }

func (h *hostName) Set(v string) error {
	odd := strings.ContainsFunc(v, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	if v == "" || len(v) > 255 || odd {
		return fmt.Errorf("%q is no host name", v)
	}
	*h = hostName(v)
	return nil
}
