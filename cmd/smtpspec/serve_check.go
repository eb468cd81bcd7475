package main

import (
	"slices"

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
		{s.auth() && s.unreachableAuth(), "PLAIN and LOGIN are offered under TLS only, and --no-starttls leaves none", "--no-starttls --allow-plaintext-auth"},
	} {
		if wrong.is {
			return &settings.Fault{Text: wrong.text, Try: "smtpspec serve " + wrong.try}
		}
	}
	return nil
}

// tls says that a client can come by TLS.
func (s *serve) tls() bool { return !s.noSTARTTLS || s.smtps != "" }

// auth says that somebody may sign in.
func (s *serve) auth() bool { return s.acceptAny || len(s.users) > 0 }

func (s *serve) unreachableAuth() bool {
	return !s.tls() && !s.plaintext && s.mechanisms != nil && !slices.Contains(s.mechanisms, "CRAM-MD5")
}
