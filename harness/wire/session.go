package wire

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Session is one connection: its socket, its state, and the record of what
// happened on it. One goroutine runs it, that of the Dialogue; Snapshot,
// Drain, Abort and Forget may be called from any.
type Session struct {
	cfg  *Config
	sock *socket
	conn net.Conn // sock, or TLS over it
	in   input
	out  []byte // replies that were not written yet
	held []byte // those that a rule keeps for the next one
	rec  recorder

	snapshot func() *record.Session // of rec, made once for all exchanges
	user     func() string          // the same
	implicit bool                   // TLS comes before the greeting
	lmtp     bool
	refusal  *record.Reply // given instead of the greeting
	proxied  netip.Addr    // of the client that a PROXY header named

	state
	exchange
	body
	verdicts []verdict // LMTP: what each recipient is told of the message
	again    bool      // LMTP: the reply is not the first to the message
	feeds    feeds     // lines for the dialogue that no client sent
	native   []byte    // what the dialogue has written since it last read
	waiting  await     // what native is the answer to
	restart  bool      // the dialogue is to end and a new one to begin

	over      bool   // nothing more is read or written
	mute      bool   // a rule stalled the session: it reads and never answers
	pipelined bool   // the line being served was there before the last reply
	verb      string // of the line being served
	before    string // of the one before it
	greeted   bool
	early     bool // the client spoke before the greeting
	noEHLO    bool // EHLO was refused, so that HELO has its place
	away      bool // the greeting turned the client away: only QUIT is left, RFC 5321 §3.1
	errors    int
	lines     int             // commands so far
	mails     int             // transactions begun so far
	domains   map[string]bool // of the accepted recipients so far; kept for Limits.Domains only
	mailLine  string          // the last MAIL, which senders repeat
	seen      [stages]int     // exchanges so far by stage
	closing   chan struct{}
	aborted   atomic.Bool
}

// state is what STARTTLS takes back.
type state struct {
	hello      string // the name given with EHLO or HELO
	helloed    bool
	offer      *offer // what EHLO offered; nil before it and after HELO
	auth       authState
	open       bool // MAIL was accepted
	envelope   record.Envelope
	recipients int  // accepted ones
	declared   int  // SIZE= of MAIL; 0 without
	utf8       bool // SMTPUTF8 of MAIL
	binary     bool // BODY=BINARYMIME of MAIL
	chunked    bool // BDAT has begun
	failed     bool // a BDAT was refused: the transaction cannot be completed
}

// Start is how a connection begins.
type Start struct {
	ID       int
	Implicit bool          // TLS before the greeting
	LMTP     bool          // RFC 2033 instead of RFC 5321
	Refusal  *record.Reply // nil, or what the client gets instead of service
}

// Serve starts a session on conn, which it owns from now on, and returns at
// once: the session runs in the goroutine of the Dialogue.
func (cfg *Config) Serve(conn net.Conn, start Start) *Session {
	s := &Session{cfg: cfg, implicit: start.Implicit, lmtp: start.LMTP, refusal: start.Refusal, closing: make(chan struct{})}
	s.sock = &socket{Conn: conn}
	s.conn = s.sock
	s.in.open()
	s.out = make([]byte, 0, 256)
	s.rec.start(start.ID, conn.RemoteAddr(), time.Now())
	s.snapshot, s.user, s.waiting = s.rec.examined, s.rec.user, awaitBanner
	return s
}

// Run hands the session to the Script if there is one, else to the Dialogue.
func (s *Session) Run() {
	if s.cfg.Script != nil && s.refusal == nil {
		go s.runScript(s.cfg.Script)
		return
	}
	s.cfg.Dialogue(&door{s: s}, s)
}

// ID returns the number of the session.
func (s *Session) ID() int { return s.rec.session.ID }

// Snapshot returns the record as it stands, before Examined.
func (s *Session) Snapshot() *record.Session { return s.rec.snapshot() }

// Sketch is a Snapshot without the lists of commands, messages and anomalies,
// which costs the same however long the session is.
func (s *Session) Sketch() *record.Session { return s.rec.sketch() }

// Forget drops a message from the record, whose server does not keep it any
// more, and all of them if message is 0.
func (s *Session) Forget(message int) { s.rec.forget(message) }

// Kept returns about how many octets the record of the session takes, without
// its messages.
func (s *Session) Kept() int { return s.rec.cost() }

// Drain makes the session end with 421 as soon as no transaction is open.
func (s *Session) Drain() { s.sock.wake() }

// Abort cuts the session, whatever it is doing. The record then says that the
// server closed.
func (s *Session) Abort() {
	if !s.aborted.Swap(true) {
		close(s.closing)
		s.sock.Conn.Close()
	}
}

// finish puts the end into the record, once, and tells the server.
func (s *Session) finish(e record.End, detail string) {
	if s.rec.end(e, detail) && s.cfg.Ended != nil {
		s.cfg.Ended(s)
	}
}

// hangUp ends the session: nothing is read or written after it.
func (s *Session) hangUp(e record.End, detail string) {
	s.finish(e, detail)
	s.over = true
	s.conn.Close()
}

// lost ends the session because the connection broke.
func (s *Session) lost(err error) {
	end, detail := s.endOf(err)
	s.noteEnd(err, end)
	s.hangUp(end, detail)
}

// close is the last thing that happens to a session.
func (s *Session) close() {
	if !s.over {
		s.hangUp(record.EndServerClosed, "")
	}
	s.in.release()
	s.body.drop(s.cfg)
	s.out, s.native = nil, nil
	if s.cfg.Gone != nil {
		s.cfg.Gone(s)
	}
}

// sleep waits for d, and says whether the session may go on.
func (s *Session) sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.closing:
		return false
	}
}

// violate records a breach of what the test asked for.
func (s *Session) violate(v record.Violation) {
	v = s.rec.violation(v)
	if s.cfg.Violated != nil {
		s.cfg.Violated(v)
	}
}

// anomaly records something a strict server would not like.
func (s *Session) anomaly(a record.Anomaly) {
	a, added := s.rec.anomaly(a)
	if added && s.cfg.Strict {
		s.violate(record.Violation{Command: a.Command, Rule: "Strict()", Text: violationText(a), RFC: a.RFC})
	}
}

// guarded runs a function that a user gave. A panic in it is a violation and
// not the end of the process.
func (s *Session) guarded(what string, f func()) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			s.violate(panicViolation(what, p))
		}
	}()
	f()
	return true
}

// certificate is what the client showed in the handshake, nil without.
func (s *Session) certificate() *x509.Certificate {
	if conn, ok := s.conn.(*tls.Conn); ok {
		if shown := conn.ConnectionState().PeerCertificates; len(shown) > 0 {
			return shown[0]
		}
	}
	return nil
}

// secured says that the session is encrypted.
func (s *Session) secured() bool {
	_, ok := s.conn.(*tls.Conn)
	return ok
}
