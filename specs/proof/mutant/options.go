package mutant

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/sender"
)

// options returns how the session of a job is opened. The error matches
// ErrUnsupported, or says why the CA cannot be read.
func options(job *Job) (*sender.Options, error) {
	o := &sender.Options{Hello: job.Helo, LMTP: job.LMTP, Chunking: true, Dialer: job.Dial,
		Timeout: time.Duration(job.Timeout * float64(time.Second))}
	var err error
	if o.Security, err = security(job.Security); err != nil {
		return nil, err
	}
	if o.Auth, err = credentials(job); err != nil {
		return nil, err
	}
	o.TLSConfig, err = tlsConfig(job)
	return o, err
}

func security(s record.Security) (sender.Security, error) {
	switch s {
	case record.SecurityNone, "":
		return sender.Plain, nil
	case record.SecurityStartTLS:
		return sender.STARTTLS, nil
	case record.SecurityOptional:
		return sender.Opportunistic, nil
	case record.SecurityTLS:
		return sender.ImplicitTLS, nil
	}
	return 0, fmt.Errorf("security %q: %w", s, ErrUnsupported)
}

var mechanisms = []string{"SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2", "EXTERNAL"}

// credentials returns nil where the job names no user. The pass of a mechanism
// of OAuth is its token.
func credentials(job *Job) (*sender.Auth, error) {
	mechanism := strings.ToUpper(job.Mechanism)
	if mechanism != "" && !slices.Contains(mechanisms, mechanism) {
		return nil, fmt.Errorf("mechanism %q: %w", mechanism, ErrUnsupported)
	}
	if job.User == "" && mechanism != "EXTERNAL" {
		return nil, nil
	}
	a := &sender.Auth{Username: job.User, Password: job.Pass}
	if mechanism == "" {
		return a, nil
	}
	a.Mechanisms = []string{mechanism}
	if mechanism == "OAUTHBEARER" || mechanism == "XOAUTH2" {
		a.Password, a.Token = "", job.Pass
	}
	return a, nil
}

// tlsConfig returns a configuration of the job's own, which hooks may change.
func tlsConfig(job *Job) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if job.TLS != nil {
		config = job.TLS.Clone()
	} else if job.CAFile != "" {
		pem, err := os.ReadFile(job.CAFile)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("no certificate in %s", job.CAFile)
		}
	}
	if config.ServerName == "" {
		config.ServerName = job.Host
	}
	if config.ServerName == "" {
		config.ServerName, _, _ = net.SplitHostPort(job.Addr)
	}
	return config, nil
}
