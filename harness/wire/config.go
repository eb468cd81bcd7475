package wire

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Config is what the sessions of one server share. It does not change while
// they run, except for what Rules holds.
type Config struct {
	Hostname string // in the greeting and in EHLO's reply
	Limits   Limits
	Rules    *RuleSet // never nil

	TLS        *tls.Config // nil: STARTTLS is not offered
	RequireTLS bool        // 530 until the session is encrypted
	// BadCertificate makes the certificates that rules ask for, by their kinds.
	BadCertificate func(kind string) (tls.Certificate, error)

	Auth        *Auth // nil: AUTH is not offered
	RequireAuth bool  // 530 until a client has signed in

	Withhold  []string // EHLO keywords that are not offered, and so refused
	Advertise []string // EHLO lines to add, or to put in the place of our own

	XCLIENT []netip.Prefix // take XCLIENT from clients there
	PROXY   []netip.Prefix // expect a PROXY header from clients there

	LenientPaths  bool // take "MAIL FROM: a@b" without brackets
	RecordSecrets bool // keep what AUTH masks
	Strict        bool // an anomaly is a violation

	// Dialogue runs the base commands of RFC 5321 on conn, in a goroutine of
	// its own that closes conn at its end. It answers with Session's
	// Deliver and Authenticate.
	Dialogue func(conn net.Conn, s *Session)

	// Script, if it is not nil, runs whole sessions in place of the Dialogue.
	Script func(*Peer) error

	// Deliver keeps a message, after it has numbered it with Number, and tells
	// the session with Keep. The client gets its 250 if it returns nil, the
	// reply if it returns a record.Reply, else 451.
	Deliver func(s *Session, m *record.Message) error
	// Reserve asks for room for n octets of message data in flight, Release
	// gives it back.
	Reserve func(n int) bool
	Release func(n int)
	// Room says whether a message of so many octets, 0 if the client has not
	// said, could be kept now. If not, MAIL is answered with 452. nil = always.
	Room func(octets int) bool
	// Addressed is told of each path of MAIL and RCPT, as it came and without its
	// brackets, before a rule is looked for; nil for nobody.
	Addressed func(session int, path string)
	// Violated is told of a breach of what a test asked for.
	Violated func(v record.Violation)
	// Ended is told once, when the end of the session is in the record.
	Ended func(s *Session)
	// Gone is told once, when nothing of the session runs any more.
	Gone func(s *Session)

	offers   [2]*offer // in clear and under TLS
	greeting record.Reply
	closing  record.Reply
}

// Prepare checks the configuration and works out what does not change. It
// comes before the first session.
func (cfg *Config) Prepare() error {
	for _, line := range cfg.Advertise {
		if err := cfg.advertised(line); err != nil {
			return err
		}
	}
	if cfg.TLS != nil {
		cfg.TLS = cfg.TLS.Clone()
		cfg.TLS.GetConfigForClient = noteHello
	}
	cfg.greeting = record.NewReply(220, cfg.Hostname+" ESMTP ready")
	cfg.closing = record.NewReply(221, "2.0.0 "+cfg.Hostname+" closing")
	cfg.offers[0] = cfg.offering(client{}, nil, nil)
	cfg.offers[1] = cfg.offering(client{tls: true}, nil, nil)
	return nil
}

// advertised makes an advertised line true where it sets a limit.
func (cfg *Config) advertised(line string) error {
	word, value, _ := strings.Cut(line, " ")
	if !keyword(word) || hasControl([]byte(line)) {
		return fmt.Errorf("wire: %q is no EHLO line; write a keyword and its parameters: SIZE 1000", line)
	}
	switch n, err := strconv.Atoi(value); {
	case strings.EqualFold(word, limits.keyword):
		cfg.Limits.advertised(value)
	case strings.EqualFold(word, size.keyword) && err == nil && n > 0:
		cfg.Limits.Message = n
	}
	return nil
}

// Auth is who may sign in, and how.
type Auth struct {
	Mechanisms []string // in the order in which EHLO lists them
	Plaintext  bool     // offer PLAIN and LOGIN without TLS too
	// Check decides. A record.Reply as the error is sent as it is, any other
	// error is a 535.
	Check func(record.AuthAttempt) error
	// Password returns a user's password, for SCRAM, which shows no secret that
	// Check could look at; nil without users.
	Password func(user string) (password string, known bool)
}

// Limits bound what one client can cost. A zero value of Limits is not useful:
// start from DefaultLimits.
type Limits struct {
	Message      int           // octets of one message; 552 5.3.4 beyond
	Recipients   int           // of one transaction; 452 4.5.3 beyond
	Domains      int           // of the recipients of one session, the same; 0 = any number
	Transactions int           // MAIL commands of one session, the same; 0 = any number
	Line         int           // octets of a command line; 500 5.5.2 beyond
	AuthLine     int           // octets of a line inside AUTH, RFC 4954 §4
	Discard      int           // octets of one overlong line before the session ends
	Commands     int           // in one session; 421 beyond
	Errors       int           // replies 500 to 504 in one session; 421 beyond
	Record       int           // octets of lines kept of one session; 421 beyond
	Idle         time.Duration // silence before 421 4.4.2
	Data         time.Duration // for the whole message data, and longer while DataRate is kept
	DataRate     int           // octets a second
	Session      time.Duration // of a whole session; 421 beyond
}

// DefaultLimits returns the limits that hold unless a server is told otherwise.
// RFC 5321 §4.5.3.1 has the minima that they stay above.
func DefaultLimits() Limits {
	return Limits{
		Message:    50 << 20,
		Recipients: 1000,
		Line:       4096,
		AuthLine:   12288,
		Discard:    1 << 20,
		Commands:   10000,
		Errors:     100,
		Record:     4 << 20,
		Idle:       5 * time.Minute,
		Data:       10 * time.Minute,
		DataRate:   500,
		Session:    time.Hour,
	}
}
