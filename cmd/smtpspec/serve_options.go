package main

import (
	"crypto/tls"
	"net"
	"os"
	"slices"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/inbox"
	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
	"github.com/smtpspec/smtpspec/harness"
)

// options are the settings as the harness takes them.
func (s *serve) options(out *reports, keeper *inbox.Keeper) ([]harness.Option, error) {
	options := []harness.Option{
		harness.WithHostname(s.hostname),
		harness.WithAddr(s.smtp),
		harness.WithLimits(s.limits),
		harness.WithMaxSessions(s.maxSessions),
		harness.WithKeep(harness.Keep{Bytes: s.storing.inFlight, Sessions: 1}),
		harness.WithKeeper(keeper),
		harness.Withhold(s.withhold...),
		harness.Advertise(s.advertise...),
		harness.AcceptXCLIENT(s.xclient...),
		harness.AcceptPROXY(s.proxy...),
		harness.WithRules(s.rules...),
		harness.OnMessage(out.message),
		harness.OnSession(keeper.Ended),
		harness.OnSession(out.session),
	}
	if s.secrets {
		options = append(options, harness.RecordSecrets())
	}
	options = append(options, s.authOptions()...)
	encryption, err := s.tlsOptions()
	options = append(options, encryption...)
	if s.lmtp != "" {
		options = append(options, harness.WithLMTPAddr(s.lmtp))
	}
	return options, err
}

func (s *serve) authOptions() []harness.Option {
	if !s.auth() {
		return nil
	}
	options := []harness.Option{
		harness.AllowPlaintextAuth(s.plaintext),
		harness.WithMechanisms(s.mechanisms...),
	}
	for _, u := range s.users {
		options = append(options, harness.WithUser(u.name, u.password))
	}
	if s.acceptAny {
		options = append(options, harness.WithAuth(func(harness.AuthAttempt) error { return nil }))
	}
	if s.requireAuth {
		options = append(options, harness.RequireAuth())
	}
	return options
}

func (s *serve) tlsOptions() ([]harness.Option, error) {
	if !s.tls() {
		return nil, nil
	}
	var how []harness.TLSOption
	if s.certFile != "" {
		certificate, err := tls.LoadX509KeyPair(s.certFile, s.keyFile)
		if err != nil {
			return nil, &settings.Fault{Text: "the certificate cannot be used: " + err.Error(),
				Try: "smtpspec serve --tls-cert cert.pem --tls-key key.pem"}
		}
		how = append(how, harness.WithCertificate(certificate))
	}
	if slices.Contains(s.mechanisms, "EXTERNAL") {
		// A client shows a certificate only if it is asked for one.
		how = append(how, harness.WithTLSConfig(&tls.Config{ClientAuth: tls.RequestClientCert}))
	}
	options := []harness.Option{harness.WithSTARTTLS(how...)}
	if s.smtps != "" {
		options = append(options, harness.WithImplicitTLSAddr(s.smtps))
	}
	if s.noSTARTTLS {
		options = append(options, harness.Withhold("STARTTLS"))
	}
	if s.requireTLS {
		options = append(options, harness.RequireTLS())
	}
	return options, nil
}

// writeCA lets other processes trust the server.
func (s *serve) writeCA(srv *harness.Server) error {
	if s.caOut == "" {
		return nil
	}
	if err := os.WriteFile(s.caOut, srv.CA(), 0o644); err != nil {
		return &settings.Fault{Text: "--ca-out cannot be written: " + err.Error(), Try: "smtpspec serve --ca-out /tmp/ca.pem"}
	}
	return nil
}

// listening is where a server can be reached, and how.
type listening struct {
	smtp, smtps, lmtp string
	http              string // "" without
	store             string // where mail is kept, in words
	ca                string // the file of --ca-out; "" without
	hostname          string
	tls               string // "" without TLS, else whose certificate it is
}

func (s *serve) listeningAt(srv *harness.Server) listening {
	l := listening{ca: s.caOut, hostname: s.hostname, tls: s.certificateOf()}
	addrs := srv.Addrs()
	l.smtp = shownAddress(addrs[0])
	if s.smtps != "" {
		l.smtps = shownAddress(addrs[1])
	}
	if s.lmtp != "" {
		l.lmtp = shownAddress(addrs[len(addrs)-1])
	}
	return l
}

func (s *serve) certificateOf() string {
	switch {
	case !s.tls():
		return ""
	case s.certFile != "":
		return "the certificate in " + s.certFile
	}
	return "a certificate of a throw-away CA"
}

// shownAddress writes an address as --smtp takes it.
func shownAddress(a net.Addr) string {
	if a.Network() == "unix" {
		return "unix:" + a.String()
	}
	return a.String()
}
