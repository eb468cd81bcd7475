package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"os"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
	"github.com/smtpspec/smtpspec/sender"
)

// session completes the options of the session: trust and credentials.
func (s *send) session(ctx context.Context, a *App, args []string) error {
	if err := s.trust(); err != nil {
		return err
	}
	if s.user == "" {
		return nil
	}
	password, err := a.passwordFor(ctx, s, len(args) > 0 && args[0] == "-")
	if err != nil {
		return err
	}
	s.options.Auth = &sender.Auth{Username: s.user, Password: password, Mechanisms: s.mechanism, AllowClear: s.plaintext}
	return nil
}

func (s *send) trust() error {
	if s.caFile != "" {
		return s.trustFile()
	}
	if s.insecure || s.anyCertificate() {
		s.options.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}
	}
	return nil
}

// anyCertificate says that a certificate need not be verified: who would go on
// in the clear has nothing to lose by TLS with a stranger, RFC 7435 §3. A
// password is something to lose.
func (s *send) anyCertificate() bool {
	return s.options.Security == sender.Opportunistic && s.user == ""
}

func (s *send) trustFile() error {
	content, err := os.ReadFile(s.caFile)
	if err != nil {
		return &settings.Fault{Text: "--ca cannot be read: " + err.Error(), Try: "smtpspec serve --ca-out ca.pem"}
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(content) {
		return &settings.Fault{Text: "--ca: " + s.caFile + " has no certificate in PEM", Try: "smtpspec serve --ca-out ca.pem"}
	}
	s.options.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	return nil
}
