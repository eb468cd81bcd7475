package main

import (
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
)

// check refuses flags that contradict each other, and those that would do
// nothing.
func (s *serve) check() error {
	for _, wrong := range []struct {
		is        bool
		text, try string
	}{
		{s.json && s.transcript, "--json and --transcript both want standard output, and --json has the dialogue too", "--json"},
		{(s.certFile == "") != (s.keyFile == ""), "--tls-cert and --tls-key go together", "--tls-cert cert.pem --tls-key key.pem"},
		{s.caOut != "" && s.certFile != "", "--ca-out has no CA to write where --tls-cert brings a certificate", "--ca-out ca.pem"},
		{!s.tls() && (s.caOut != "" || s.certFile != ""), "--no-starttls leaves no use for a certificate", "--no-starttls --smtps 127.0.0.1:1465"},
		{!s.tls() && s.requireTLS, "--no-starttls leaves no way to the TLS that --require-tls asks for", "--require-tls --smtps 127.0.0.1:1465"},
		{!s.auth() && s.requireAuth, "--require-auth needs somebody who may sign in", "--require-auth --user NAME:PASSWORD"},
		{!s.auth() && s.plaintext, "--allow-plaintext-auth needs somebody who may sign in", "--allow-plaintext-auth --user NAME:PASSWORD"},
		{!s.auth() && s.mechanisms != nil, "--mechanisms needs somebody who may sign in", "--mechanisms PLAIN --user NAME:PASSWORD"},
		{s.auth() && len(s.users) == 0 && s.onlyMechanisms(isSCRAM), "SCRAM goes by the password of a --user, and there is none", "--mechanisms SCRAM-SHA-256 --user NAME:PASSWORD"},
		{s.auth() && !s.tls() && s.onlyMechanisms(s.needsTLS), strings.Join(s.mechanisms, " and ") + " are offered under TLS only, and --no-starttls leaves none", "--no-starttls --smtps 127.0.0.1:1465"},
		{s.sharedAddress(), "two listeners cannot have one address", "--smtp 127.0.0.1:1025 --smtps 127.0.0.1:1465 --lmtp 127.0.0.1:1024"},
	} {
		if wrong.is {
			return &settings.Fault{Text: wrong.text, Try: "smtpspec serve " + wrong.try}
		}
	}
	if err := s.web.check(); err != nil {
		return err
	}
	return s.checkAdvertised()
}

// checkAdvertised refuses lines that would not be in the reply to EHLO, since
// the server cannot do what they say.
func (s *serve) checkAdvertised() error {
	for _, line := range s.advertise {
		word := strings.ToUpper(firstWord(line))
		text := ""
		switch {
		case slices.Contains(s.withhold, word):
			text = "--withhold " + word + " takes back what --advertise offers"
		case word == "STARTTLS" && s.noSTARTTLS:
			text = "--no-starttls takes back what --advertise STARTTLS offers"
		case word == "AUTH" && !s.auth():
			text = "--advertise AUTH needs somebody who may sign in"
		case word == "XCLIENT" && s.xclient == nil:
			text = "--advertise XCLIENT needs to know who may use it"
		}
		if text != "" {
			return &settings.Fault{Text: text, Try: "smtpspec serve " + advertiseTry[word]}
		}
	}
	return nil
}

// advertiseTry are the flags that offer what --advertise alone does not.
var advertiseTry = map[string]string{
	"STARTTLS": "--advertise STARTTLS",
	"AUTH":     "--user NAME:PASSWORD",
	"XCLIENT":  "--xclient-from 127.0.0.0/8",
}

// sharedAddress says that two listeners have the same address, one that is not
// any free port.
func (s *serve) sharedAddress() bool {
	seen := map[string]bool{}
	for _, address := range []string{s.smtp, s.smtps, s.lmtp} {
		if seen[address] {
			return true
		}
		seen[address] = address != "" && !strings.HasSuffix(address, ":0")
	}
	return false
}

// tls says that a client can come by TLS.
func (s *serve) tls() bool { return !s.noSTARTTLS || s.smtps != "" }

// auth says that somebody may sign in.
func (s *serve) auth() bool {
	return s.acceptAny || len(s.users) > 0 ||
		slices.Contains(s.mechanisms, "ANONYMOUS") || slices.Contains(s.mechanisms, "EXTERNAL")
}

// onlyMechanisms says that all of --mechanisms are of a kind.
func (s *serve) onlyMechanisms(kind func(string) bool) bool {
	return s.mechanisms != nil && !slices.ContainsFunc(s.mechanisms, func(m string) bool { return !kind(m) })
}

func isSCRAM(mechanism string) bool { return strings.HasPrefix(mechanism, "SCRAM-") }

// needsTLS says that a mechanism is not offered in the clear: it shows the
// password, or is bound to the TLS around it.
func (s *serve) needsTLS(mechanism string) bool {
	switch mechanism {
	case "PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2":
		return !s.plaintext
	case "EXTERNAL":
		return true
	}
	return strings.HasSuffix(mechanism, "-PLUS")
}
