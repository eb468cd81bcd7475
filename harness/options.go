package harness

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/wire"
)

// Option changes a server before it starts.
type Option interface{ apply(*options) }

// TLSOption changes how a server speaks TLS.
type TLSOption interface{ applyTLS(*tlsOptions) }

type optionFunc func(*options)

func (f optionFunc) apply(o *options) { f(o) }

type tlsOptionFunc func(*tlsOptions)

func (f tlsOptionFunc) applyTLS(o *tlsOptions) { f(o) }

// options are the sum of all Options, with the defaults for what was not
// given.
type options struct {
	cfg         wire.Config
	listen      []listenSpec
	inMemory    bool
	lmtp        bool
	tls         tlsOptions
	xclient     []string // networks that may use XCLIENT
	proxy       []string // networks that have to send a PROXY header
	users       []user
	mechanisms  []string
	check       func(AuthAttempt) error
	plaintext   *bool
	rules       []Rule
	maxSessions int // at the same time
	expected    int // sessions that a test allows; -1 = any number
	noMessages  bool
	keep        Keep
	onMessage   []func(*Message)
	onSession   []func(*Session)
	reportTo    TB
}

type listenSpec struct {
	network, addr  string
	implicit, lmtp bool
}

type user struct{ name, password string }

func defaultOptions() options {
	return options{
		cfg:         wire.Config{Hostname: "mx.harness.test", Limits: wire.DefaultLimits()},
		maxSessions: 1000,
		expected:    -1,
		keep:        Keep{Bytes: 1 << 30, Sessions: 10000},
	}
}

// Limits bound what one client can cost.
type Limits = wire.Limits

// DefaultLimits returns the limits of a server that was given none.
func DefaultLimits() Limits { return wire.DefaultLimits() }

// Keep bounds what a server remembers; the oldest goes first. 0 is no bound.
type Keep struct {
	Messages int // messages
	Bytes    int // octets of messages, those on their way in too
	Sessions int // ended sessions
}

// WithHostname sets the name in the greeting, in EHLO's reply and on the
// certificate. It is "mx.harness.test" otherwise.
func WithHostname(name string) Option { return optionFunc(func(o *options) { o.cfg.Hostname = name }) }

// WithAddr sets the address to listen on, "127.0.0.1:0" otherwise. "unix:/path"
// is a Unix socket.
func WithAddr(addr string) Option {
	return optionFunc(func(o *options) { o.listen = append(o.listen, specOf(addr, false)) })
}

// WithImplicitTLSAddr adds an address on which the handshake comes before the
// greeting, RFC 8314 §3, beside the one of WithAddr.
func WithImplicitTLSAddr(addr string) Option {
	return optionFunc(func(o *options) {
		o.tls.on = true
		o.listen = append(o.listen, specOf(addr, true))
	})
}

// WithLMTPAddr adds an address on which LMTP is spoken, RFC 2033.
func WithLMTPAddr(addr string) Option {
	return optionFunc(func(o *options) {
		spec := specOf(addr, false)
		spec.lmtp = true
		o.listen = append(o.listen, spec)
	})
}

// LMTP makes a server of LMTP, RFC 2033, instead of SMTP.
func LMTP() Option { return optionFunc(func(o *options) { o.lmtp = true }) }

// AcceptXCLIENT offers XCLIENT to clients from these networks ("127.0.0.0/8")
// or addresses: they may speak for others. Behind a PROXY header it is the
// client's address there that counts.
func AcceptXCLIENT(from ...string) Option {
	return optionFunc(func(o *options) { o.xclient = append(o.xclient, from...) })
}

// AcceptPROXY expects a header of the PROXY protocol, version 1 or 2, from
// clients in these networks or addresses, and from no others.
func AcceptPROXY(from ...string) Option {
	return optionFunc(func(o *options) { o.proxy = append(o.proxy, from...) })
}

func specOf(addr string, implicit bool) listenSpec {
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		return listenSpec{network: "unix", addr: path, implicit: implicit}
	}
	return listenSpec{network: "tcp", addr: addr, implicit: implicit}
}

// InMemory makes a server without a socket. Clients reach it with Dial or
// DialContext, inside a testing/synctest bubble too.
func InMemory() Option { return optionFunc(func(o *options) { o.inMemory = true }) }

// WithSTARTTLS offers STARTTLS. Without options the certificate comes from a
// throw-away CA that ClientTLSConfig and CAFile let a client trust.
func WithSTARTTLS(o ...TLSOption) Option {
	return optionFunc(func(all *options) { all.tls.use(o, false) })
}

// WithImplicitTLS puts the handshake before the greeting, RFC 8314 §3.
func WithImplicitTLS(o ...TLSOption) Option {
	return optionFunc(func(all *options) { all.tls.use(o, true) })
}

// RequireTLS answers 530 until the session is encrypted, RFC 3207 §4.
func RequireTLS() Option { return optionFunc(func(o *options) { o.cfg.RequireTLS = true }) }

// WithUser lets a user sign in, and offers AUTH. It may be given several
// times. PLAIN and LOGIN are offered under TLS only, if the server has TLS.
func WithUser(name, password string) Option {
	return optionFunc(func(o *options) { o.users = append(o.users, user{name, password}) })
}

// WithAuth offers AUTH and lets f decide. A Reply as its error is sent as it
// is, any other error is a 535.
func WithAuth(f func(AuthAttempt) error) Option {
	return optionFunc(func(o *options) { o.check = f })
}

// WithMechanisms sets which mechanisms are offered, in this order: CRAM-MD5,
// PLAIN and LOGIN otherwise. The others are SCRAM-SHA-256 and SCRAM-SHA-1, each
// with -PLUS under TLS too, OAUTHBEARER, XOAUTH2, ANONYMOUS, and EXTERNAL for
// clients that show a certificate.
func WithMechanisms(names ...string) Option {
	return optionFunc(func(o *options) { o.mechanisms = names })
}

// AllowPlaintextAuth offers PLAIN and LOGIN without TLS too, on a server that
// has it. RFC 4954 §4 does not want that.
func AllowPlaintextAuth(allow bool) Option {
	return optionFunc(func(o *options) { o.plaintext = &allow })
}

// RequireAuth answers MAIL with 530 until the client has signed in.
func RequireAuth() Option { return optionFunc(func(o *options) { o.cfg.RequireAuth = true }) }

// Advertise adds lines to EHLO's reply, or puts them in the place of the
// server's own: "SIZE 1000", which then is the limit too. These keywords are
// offered, and spoken, only if they are advertised: DSN, CHUNKING, BINARYMIME,
// DELIVERBY, MT-PRIORITY, LIMITS, REQUIRETLS.
func Advertise(lines ...string) Option {
	return optionFunc(func(o *options) { o.cfg.Advertise = append(o.cfg.Advertise, lines...) })
}

// Withhold leaves keywords out of EHLO's reply, and refuses what they stand
// for.
func Withhold(keywords ...string) Option {
	return optionFunc(func(o *options) { o.cfg.Withhold = append(o.cfg.Withhold, keywords...) })
}

// WithRules adds rules. A later one comes before an earlier one.
func WithRules(r ...Rule) Option {
	return optionFunc(func(o *options) { o.rules = append(o.rules, r...) })
}

// WithLimits sets the limits. Start from DefaultLimits.
func WithLimits(l Limits) Option { return optionFunc(func(o *options) { o.cfg.Limits = l }) }

// WithTimeout sets for how long a client may be silent before it gets 421
// 4.4.2; 5 minutes otherwise, RFC 5321 §4.5.3.2.7.
func WithTimeout(d time.Duration) Option {
	return optionFunc(func(o *options) { o.cfg.Limits.Idle = d })
}

// WithMaxSessions sets how many sessions may be open at the same time, 1000
// otherwise. One more gets 421.
func WithMaxSessions(n int) Option { return optionFunc(func(o *options) { o.maxSessions = n }) }

// WithKeep sets how much is remembered: 1 GiB of messages and 10,000 ended
// sessions otherwise.
func WithKeep(k Keep) Option { return optionFunc(func(o *options) { o.keep = k }) }

// ExpectSessions lets a test fail if more than max sessions are begun. One
// more gets 421.
func ExpectSessions(max int) Option { return optionFunc(func(o *options) { o.expected = max }) }

// ExpectNoMessages lets a test fail if any message is accepted.
func ExpectNoMessages() Option { return optionFunc(func(o *options) { o.noMessages = true }) }

// Strict lets a test fail on every anomaly in the record, as soon as it is
// seen. It sees more than the record has otherwise: over TCP only a Strict
// server, and one with a rule that delays the greeting, looks for octets before
// the greeting.
func Strict() Option { return optionFunc(func(o *options) { o.cfg.Strict = true }) }

// RecordSecrets keeps what AUTH carries. Otherwise it is masked in the line
// and in its octets.
func RecordSecrets() Option { return optionFunc(func(o *options) { o.cfg.RecordSecrets = true }) }

// LenientPaths accepts "MAIL FROM: a@b" without brackets, which the grammar of
// RFC 5321 §4.1.2 does not have. The record says so.
func LenientPaths() Option { return optionFunc(func(o *options) { o.cfg.LenientPaths = true }) }

// OnMessage calls f with each accepted message, before its 250 is sent and in
// the goroutine of its session.
func OnMessage(f func(*Message)) Option {
	return optionFunc(func(o *options) { o.onMessage = append(o.onMessage, f) })
}

// OnSession calls f with each session at its end, before its 221 is sent and
// in the goroutine of the session.
func OnSession(f func(*Session)) Option {
	return optionFunc(func(o *options) { o.onSession = append(o.onSession, f) })
}

// ReportTo sends the transcript of a failed test to t too. Inside a
// testing/synctest bubble NewServer needs the bubble's t, whose log a Ginkgo
// report does not have: give ReportTo(GinkgoT()).
func ReportTo(t TB) Option { return optionFunc(func(o *options) { o.reportTo = t }) }

// finish checks the options against each other and fills in what follows from
// them.
func (o *options) finish() error {
	for _, r := range o.rules {
		if err := r.Validate(); err != nil {
			return fmt.Errorf("harness: rule %s: %w", r, err)
		}
	}
	if err := o.finishListeners(); err != nil {
		return err
	}
	if err := o.finishTrust(); err != nil {
		return err
	}
	return o.finishAuth()
}

func (o *options) finishListeners() error {
	if o.inMemory && len(o.listen) > 0 {
		return fmt.Errorf("harness: InMemory() has no address; leave out WithAddr(%q)", o.listen[0].addr)
	}
	plain := slices.ContainsFunc(o.listen, func(l listenSpec) bool { return !l.implicit && !l.lmtp })
	if !o.inMemory && !plain {
		o.listen = slices.Insert(o.listen, 0, listenSpec{network: "tcp", addr: "127.0.0.1:0"})
	}
	for i := range o.listen {
		o.listen[i].implicit = o.listen[i].implicit || o.tls.implicit
		o.listen[i].lmtp = o.listen[i].lmtp || o.lmtp
	}
	if o.cfg.RequireTLS && !o.tls.on {
		return fmt.Errorf("harness: RequireTLS() needs WithSTARTTLS() or WithImplicitTLS()")
	}
	return nil
}

func (o *options) finishTrust() (err error) {
	if o.cfg.XCLIENT, err = networks(o.xclient); err != nil {
		return err
	}
	o.cfg.PROXY, err = networks(o.proxy)
	return err
}

// networks reads networks and addresses.
func networks(list []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, from := range list {
		prefix, err := netip.ParsePrefix(from)
		if addr, e := netip.ParseAddr(from); e == nil {
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("harness: %q is no network; write 127.0.0.0/8 or an address", from)
		}
		all = append(all, prefix)
	}
	return all, nil
}

func (o *options) finishAuth() error {
	names, err := mechanismNames(o.mechanisms)
	if err != nil {
		return err
	}
	if o.check == nil && len(o.users) == 0 && !slices.Contains(names, "ANONYMOUS") && !slices.Contains(names, "EXTERNAL") {
		if o.cfg.RequireAuth {
			return fmt.Errorf("harness: RequireAuth() needs WithUser(name, password) or WithAuth(func)")
		}
		return nil
	}
	o.cfg.Auth = &wire.Auth{Mechanisms: names, Plaintext: !o.tls.on, Check: o.check}
	if o.plaintext != nil {
		o.cfg.Auth.Plaintext = *o.plaintext
	}
	if o.check == nil {
		o.cfg.Auth.Check = o.checkUser
	}
	if len(o.users) > 0 {
		o.cfg.Auth.Password = o.password
	}
	return nil
}

// mechanismNames checks the names that a caller gave; without any they are
// those that clients know best.
func mechanismNames(given []string) ([]string, error) {
	if len(given) == 0 {
		return []string{"CRAM-MD5", "PLAIN", "LOGIN"}, nil
	}
	known := wire.Mechanisms()
	var names []string
	for _, m := range given {
		name := strings.ToUpper(m)
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("harness: mechanism %q is not known; use some of %s", m, strings.Join(known, ", "))
		}
		names = append(names, name)
	}
	return names, nil
}

// password looks a user up, for mechanisms that never show a secret.
func (o *options) password(name string) (string, bool) {
	for _, u := range o.users {
		if u.name == name {
			return u.password, true
		}
	}
	return "", false
}

// checkUser decides by the list of users. Whoever may use ANONYMOUS needs no
// secret, and for EXTERNAL the certificate has spoken.
func (o *options) checkUser(a AuthAttempt) error {
	switch a.Mechanism {
	case "ANONYMOUS":
		return nil
	case "EXTERNAL":
		if a.Username != "" && (a.Identity == "" || a.Identity == a.Username) {
			return nil
		}
	}
	for _, u := range o.users {
		if a.Username == u.name && a.Proves(u.password) {
			return nil
		}
	}
	return record.NewReply(535, "5.7.8 Authentication credentials invalid")
}

// tlsOptions are the sum of all TLSOptions.
type tlsOptions struct {
	on, implicit bool
	certificate  *tls.Certificate
	bad          *BadCertificate
	min, max     uint16
	config       *tls.Config
}

func (t *tlsOptions) use(o []TLSOption, implicit bool) {
	t.on, t.implicit = true, t.implicit || implicit
	for _, one := range o {
		one.applyTLS(t)
	}
}

// WithCertificate sets the server's certificate.
func WithCertificate(c tls.Certificate) TLSOption {
	return tlsOptionFunc(func(t *tlsOptions) { t.certificate = &c })
}

// WithBadCertificate gives the server a certificate that no client may trust.
func WithBadCertificate(k BadCertificate) TLSOption {
	return tlsOptionFunc(func(t *tlsOptions) { t.bad = &k })
}

// WithTLSVersions bounds the versions that the server speaks, by the constants
// of crypto/tls. 0 is no bound of our own.
func WithTLSVersions(min, max uint16) TLSOption {
	return tlsOptionFunc(func(t *tlsOptions) { t.min, t.max = min, max })
}

// WithTLSConfig starts from a configuration of the caller's: client
// certificates, cipher suites.
func WithTLSConfig(c *tls.Config) TLSOption {
	return tlsOptionFunc(func(t *tlsOptions) { t.config = c })
}

// server makes the configuration of the server's side.
func (t *tlsOptions) server(hostname string) (*tls.Config, error) {
	c := &tls.Config{}
	if t.config != nil {
		c = t.config.Clone()
	}
	c.MinVersion, c.MaxVersion = cmp.Or(t.min, c.MinVersion), cmp.Or(t.max, c.MaxVersion)
	if t.certificate == nil && len(c.Certificates) > 0 && t.bad == nil {
		return c, nil
	}
	certificate, err := t.choose(hostname)
	c.Certificates = []tls.Certificate{certificate}
	return c, err
}

func (t *tlsOptions) choose(hostname string) (tls.Certificate, error) {
	switch {
	case t.certificate != nil:
		return *t.certificate, nil
	case t.bad != nil:
		return processAuthority().bad(*t.bad, hostname)
	}
	return processAuthority().leaf(hostname)
}
