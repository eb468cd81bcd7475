package harness

import (
	"fmt"
	"time"

	"github.com/smtpspec/smtpspec/harness/wire"
)

// Option changes a server before it starts.
type Option interface{ apply(*options) }

type optionFunc func(*options)

func (f optionFunc) apply(o *options) { f(o) }

// options are the sum of all Options, with the defaults for what was not
// given.
type options struct {
	cfg         wire.Config
	listen      []listenSpec
	inMemory    bool
	narrow      bool
	inTurns     bool
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
	keeper      Keeper
	onSession   []func(*Session)
	reportTo    TB
}

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

// WithRoom has room asked at each MAIL whether a message of so many octets, 0 if
// the client has not said, could be kept now. If not, the client gets 452 4.3.1
// before it sends the message. It is called by many sessions at once.
func WithRoom(room func(octets int) bool) Option {
	return optionFunc(func(o *options) { o.cfg.Room = room })
}

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
