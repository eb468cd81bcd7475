package conform

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness"
)

// withheld are the extensions that a harness.Server has by itself. The baseline
// of a Script offers none.
var withheld = []string{"PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"}

// play puts the client before the script once.
func (k *check) play(ctx context.Context, s *Script) *Trial {
	e := k.env(s)
	run := &Trial{Script: s.ID, Unit: e.T, Started: time.Now()}
	if run.Guard = k.guard(e); s.Guard != nil {
		run.Guard = s.Guard(e)
	}
	if s.Network != nil {
		k.playNetwork(ctx, s, e, run)
		return run
	}
	srv, err := harness.Listen(ctx, append(s.options(e), e.listen()...)...)
	if err != nil {
		run.Error = err.Error()
		return run
	}
	job := k.job(s, e)
	job.Dial = srv.DialContext
	switch {
	case !e.Virtual:
		job.Port = srv.Port()
	case job.Port != 0: // the script's own
	case job.LMTP:
		job.Port = 24 // RFC 2033 §5 wants none of 25
	default:
		job.Port = 25
	}
	k.have(ctx, run, job, func() { srv.Close() })
	k.settle(ctx, srv)
	if err := srv.Close(); err != nil {
		run.Error = err.Error()
	}
	for _, session := range srv.Sessions() {
		run.Sessions = append(run.Sessions, session.Examined())
	}
	for _, v := range srv.Violations() {
		run.Error = strings.TrimPrefix(run.Error+"; "+v.Text, "; ")
	}
	return run
}

// settle waits for sessions that are still ending.
func (k *check) settle(ctx context.Context, srv *harness.Server) {
	quiet, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	srv.WaitIdle(quiet)
}

// playNetwork runs a script that has no server.
func (k *check) playNetwork(ctx context.Context, s *Script, e Env, run *Trial) {
	n, err := s.Network(e)
	if err != nil {
		run.Error = err.Error()
		return
	}
	job := k.job(s, e)
	job.Host, job.Port = n.Host, n.Port
	if n.Dial != nil {
		job.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) { return nil, n.Dial(ctx) }
	} else {
		var d net.Dialer
		job.Dial = d.DialContext
	}
	k.have(ctx, run, job, func() {})
	if err := n.Close(); err != nil {
		run.Error = err.Error()
	}
}

// have lets the client do the job. cut ends the server's side when the guard
// has passed.
func (k *check) have(ctx context.Context, run *Trial, job Job, cut func()) {
	job.Addr = address(job.Host, job.Port)
	if k.claims.Host != "" && job.Host == "127.0.0.1" {
		job.Host = k.claims.Host
	}
	run.Job = job.Job
	job.Job = job.Job.Clone() // the client may outlive its trial, and do with its own what it likes
	guarded, cancel := context.WithTimeout(ctx, run.Guard)
	defer cancel()
	watch := k.lateness.watch()
	began := time.Now()
	if r, ok := k.client.(guarding); ok {
		run.Outcome = r.runGuarded(guarded, job, cut)
	} else {
		run.Outcome = k.client.Run(guarded, job)
	}
	run.Outcome.Took = time.Since(began)
	run.Late = watch()
}

// job is the whole job of a script but for the port.
func (k *check) job(s *Script, e Env) Job {
	job := Job{Job: s.job(e)}
	job.CAFile = k.caFile
	if s.TLS.For(e.Profile) != NoTLS && s.Addr == "" && net.ParseIP(job.Host) != nil {
		job.Host = "localhost" // clients differ in whether they match addresses in certificates
	}
	job.TLS = &tls.Config{RootCAs: k.roots, ServerName: job.Host}
	return job
}

// options are those of the server of the script.
func (s *Script) options(e Env) []harness.Option {
	opts := []harness.Option{harness.WithHostname("mx.test"), harness.WithTimeout(time.Hour)}
	opts = append(opts, s.extensions()...)
	opts = append(opts, s.tls(e)...)
	if s.Auth != nil {
		opts = append(opts, harness.WithUser(User, Password), harness.WithMechanisms(s.Auth...), harness.AllowPlaintextAuth(true))
	}
	opts = append(opts, harness.WithRules(s.Rules...))
	if s.Peer != nil {
		opts = append(opts, harness.WithPeer(func(p *harness.Peer) error { return s.Peer(e, p) }))
	}
	if s.Options != nil {
		opts = append(opts, s.Options(e)...)
	}
	return opts
}

// listen is where the server of the script listens.
func (e Env) listen() []harness.Option {
	if e.Virtual {
		return []harness.Option{harness.InMemory(), harness.InTurns()}
	}
	return []harness.Option{harness.WithAddr(address(e.Host, 0))}
}

func (s *Script) extensions() []harness.Option {
	var opts []harness.Option
	for _, keyword := range withheld {
		if !slices.ContainsFunc(s.Offer, func(line string) bool { return firstWord(line) == keyword }) {
			opts = append(opts, harness.Withhold(keyword))
		}
	}
	var lines []string
	for _, line := range s.Offer {
		if !slices.Contains(withheld, line) {
			lines = append(lines, line)
		}
	}
	if lines == nil {
		return opts
	}
	return append(opts, harness.Advertise(lines...))
}

func firstWord(line string) string {
	word, _, _ := strings.Cut(line, " ")
	return strings.ToUpper(word)
}

func (s *Script) tls(e Env) []harness.Option {
	mode := s.TLS.For(e.Profile)
	if mode == NoTLS {
		return nil
	}
	var opts []harness.TLSOption
	if e.Profile.Legacy {
		opts = append(opts, harness.WithTLSConfig(legacyTLS()))
	}
	if s.ServerTLS != nil {
		opts = append(opts, s.ServerTLS(e)...)
	}
	if mode == ImplicitTLS {
		return []harness.Option{harness.WithImplicitTLS(opts...)}
	}
	return []harness.Option{harness.WithSTARTTLS(opts...)}
}

func (k *check) env(s *Script) Env {
	e := Env{T: k.unit, Profile: k.profile, Virtual: k.bubble != nil, Host: "127.0.0.1"}
	if s.Addr != "" {
		e.Host = s.Addr
	}
	return e
}

// guard is when a client counts as hung.
func (k *check) guard(e Env) time.Duration {
	return 3*e.T + 4*k.profile.Startup + 2*time.Second + k.claims.Settle
}

func rootsOf(pem []byte) (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("conform: the certificate of the test's CA cannot be read")
	}
	return pool, nil
}
