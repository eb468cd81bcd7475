package harness

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/wire"
)

// Server is an SMTP server on a local address, or in memory, for use in tests.
// It records what its clients do. Make one with NewServer or Listen.
type Server struct {
	opts      options
	cfg       wire.Config
	rules     wire.RuleSet
	listeners []net.Listener
	memory    *wire.Memory
	messages  store.Memory
	changed   signal
	accepting sync.WaitGroup
	serving   sync.WaitGroup

	mu         sync.Mutex // guards what follows
	history    history
	violations []Violation
	nextID     int // of the next message
	inFlight   int // octets of message data on their way in
	closed     bool

	parsed  views
	scopes  registry
	sharing sharing
}

// Listen starts a server that belongs to no test. It accepts connections when
// it returns, until Close. ctx bounds the start only.
func Listen(ctx context.Context, opts ...Option) (*Server, error) {
	s := &Server{opts: defaultOptions()}
	for _, o := range opts {
		o.apply(&s.opts)
	}
	if err := s.opts.finish(); err != nil {
		return nil, err
	}
	if err := s.prepare(); err != nil {
		return nil, err
	}
	return s, s.listenAll(ctx)
}

// prepare fills in the wire's configuration.
func (s *Server) prepare() (err error) {
	for _, r := range s.opts.rules {
		s.rules.Add(r)
	}
	s.messages.Messages, s.messages.Bytes, s.messages.Evicted = s.opts.keep.Messages, s.opts.keep.Bytes, s.forget
	s.cfg = s.opts.cfg
	cfg := &s.cfg
	cfg.Rules = &s.rules
	cfg.Dialogue = converse
	cfg.Deliver, cfg.Reserve, cfg.Release = s.deliver, s.reserve, s.release
	cfg.BadCertificate, cfg.Addressed = s.badCertificate, s.addressed
	cfg.Violated, cfg.Ended, cfg.Gone = s.violated, s.sessionEnded, s.sessionGone
	if s.opts.tls.on {
		if cfg.TLS, err = s.opts.tls.server(cfg.Hostname); err != nil {
			return err
		}
	}
	return cfg.Prepare()
}

func (s *Server) listenAll(ctx context.Context) error {
	if s.opts.inMemory {
		s.memory = wire.NewMemory(s.cfg.Hostname)
		s.serve(s.memory, listenSpec{implicit: s.opts.tls.implicit, lmtp: s.opts.lmtp})
		return nil
	}
	for _, spec := range s.opts.listen {
		// The limits find out who is gone; keep-alives would only cost
		// each connection four system calls more.
		lc := net.ListenConfig{KeepAlive: -1}
		l, err := lc.Listen(ctx, spec.network, spec.addr)
		if err != nil {
			s.Close()
			return fmt.Errorf("harness: %w", err)
		}
		s.serve(l, spec)
	}
	return nil
}

func (s *Server) serve(l net.Listener, spec listenSpec) {
	s.listeners = append(s.listeners, l)
	s.accepting.Go(func() { accept(l, func(conn net.Conn) { s.begin(conn, spec) }) })
}

// accept takes connections until the listener is closed. When the process is
// out of file descriptors it waits, longer each time, and does not spin.
func accept(l net.Listener, begin func(net.Conn)) {
	const shortest, longest = 5 * time.Millisecond, time.Second
	pause := shortest
	for {
		conn, err := l.Accept()
		switch {
		case err == nil:
			pause = shortest
			begin(conn)
		case errors.Is(err, net.ErrClosed):
			return
		default:
			time.Sleep(pause)
			pause = min(2*pause, longest)
		}
	}
}

// begin starts the session of a new connection.
func (s *Server) begin(conn net.Conn, spec listenSpec) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		conn.Close()
		return
	}
	start := wire.Start{ID: s.history.next(), Implicit: spec.implicit, LMTP: spec.lmtp}
	violation := s.admit(&start)
	s.serving.Add(1)
	session := s.cfg.Serve(conn, start)
	s.history.add(session, start.Refusal != nil)
	s.mu.Unlock()
	if violation != nil {
		s.violated(*violation)
	}
	session.Run()
}

var busy = record.NewReply(421, "4.3.2 Too many sessions, try later")

// admit refuses a connection that is one too many.
func (s *Server) admit(start *wire.Start) *Violation {
	if s.opts.maxSessions > 0 && s.history.admitted >= s.opts.maxSessions {
		start.Refusal = &busy
		return nil
	}
	if s.opts.expected < 0 || start.ID <= s.opts.expected {
		return nil
	}
	start.Refusal = &busy
	return &Violation{Session: start.ID, Rule: fmt.Sprintf("ExpectSessions(%d)", s.opts.expected),
		Text: fmt.Sprintf("session %d was begun, at most %d expected", start.ID, s.opts.expected)}
}

// deliver keeps a message. The lock makes the order of IDs the order of the
// store.
func (s *Server) deliver(session *wire.Session, m *record.Message) error {
	if err := s.put(session, m); err != nil {
		return err
	}
	if s.opts.noMessages {
		s.violated(Violation{Session: m.Session, Rule: "ExpectNoMessages()",
			Text: fmt.Sprintf("a message from <%s> was accepted, none expected", m.Envelope.From)})
	}
	for _, f := range s.opts.onMessage {
		s.guarded("OnMessage", m.Session, func() { f(s.view(m)) })
	}
	s.changed.notify()
	return nil
}

// guarded runs a function that a test gave. A panic in it is a violation: what
// the server has done by then stands.
func (s *Server) guarded(what string, session int, f func()) {
	defer func() {
		if p := recover(); p != nil {
			s.violated(Violation{Session: session, Rule: what, Text: fmt.Sprintf("%s panicked: %v", what, p)})
		}
	}()
	f()
}

func (s *Server) put(session *wire.Session, m *record.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nextID++
	session.Number(m, s.nextID)
	err := s.messages.Put(context.Background(), m)
	if err == nil {
		// With the lock held: whoever evicts it looks for it in the session.
		session.Keep(m)
	}
	return err
}

// forget takes an evicted message out of its session too. It is called with mu
// held, by Put.
func (s *Server) forget(m *record.Message) {
	s.history.forget(m)
	s.parsed.forget(m.ID)
}

// reserve admits message data as long as all that is on its way in fits into
// what the server may keep.
func (s *Server) reserve(n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opts.keep.Bytes > 0 && s.inFlight+n > s.opts.keep.Bytes {
		return false
	}
	s.inFlight += n
	return true
}

func (s *Server) release(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inFlight -= n
}

func (s *Server) violated(v Violation) {
	const most = 1000
	s.mu.Lock()
	if len(s.violations) < most {
		s.violations = append(s.violations, v)
	}
	s.mu.Unlock()
	s.changed.notify()
}

func (s *Server) sessionEnded(session *wire.Session) {
	if len(s.opts.onSession) > 0 {
		snapshot := session.Snapshot().Examined()
		for _, f := range s.opts.onSession {
			s.guarded("OnSession", session.ID(), func() { f(snapshot) })
		}
	}
	s.mu.Lock()
	s.history.ended()
	s.mu.Unlock()
	s.changed.notify()
}

func (s *Server) sessionGone(session *wire.Session) {
	s.mu.Lock()
	s.history.gone(session, s.opts.keep.Sessions)
	s.mu.Unlock()
	s.changed.notify()
	s.serving.Done()
}

// Close cuts every session and returns when nothing of the server runs any
// more. If that takes longer than 5 seconds the error says what is held up,
// and by whom; the server goes on closing.
func (s *Server) Close() error {
	defer s.sharing.close()
	s.stopAccepting()
	for _, session := range s.openSessions() {
		session.Abort()
	}
	done := make(chan struct{})
	go func() {
		s.serving.Wait()
		close(done)
	}()
	patience := time.NewTimer(5 * time.Second)
	defer patience.Stop()
	select {
	case <-done:
		return nil
	case <-patience.C:
		return s.hangReport()
	}
}

func (s *Server) stopAccepting() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	for _, l := range s.listeners {
		l.Close()
	}
	s.accepting.Wait()
}

// Shutdown accepts no more connections, sends 421 to the idle ones, and lets
// open transactions end until ctx is done. Then it closes.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stopAccepting()
	for _, session := range s.openSessions() {
		session.Drain()
	}
	for changed := s.changed.next(); !s.idle(); changed = s.changed.next() {
		select {
		case <-changed:
		case <-ctx.Done():
			return s.Close()
		}
	}
	return s.Close()
}

// Closed says that the server was closed and that none of its sessions runs any
// more: its record will not change.
func (s *Server) Closed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed && s.history.running == 0
}

// idle says that no session is open.
func (s *Server) idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.history.open == 0
}

func (s *Server) openSessions() []*wire.Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.history.live()
}

func (s *Server) hangReport() error {
	var b strings.Builder
	for _, session := range s.openSessions() {
		fmt.Fprintf(&b, "\n%s", session.Snapshot().Transcript())
	}
	return fmt.Errorf("harness: closing takes longer than 5 s; a function given to a rule or an option may hold these sessions:%s", b.String())
}

// Messages returns the accepted messages, oldest first. They never change.
func (s *Server) Messages() []*Message {
	list, _ := s.messages.List(context.Background(), store.Query{})
	views := make([]*Message, len(list))
	for i, m := range list {
		views[i] = s.view(m)
	}
	return views
}

// view returns the parsed view of a message, always the same for the same
// message.
func (s *Server) view(m *record.Message) *Message {
	return s.parsed.of(m, func() bool {
		_, err := s.messages.Get(context.Background(), m.ID)
		return err == nil
	})
}

// Sessions returns snapshots of all sessions, in the order of their arrival.
func (s *Server) Sessions() []*Session {
	s.mu.Lock()
	all := s.history.snapshots()
	s.mu.Unlock()
	for i := range all {
		// Without the lock: to look through message data takes its time.
		all[i] = all[i].Examined()
	}
	return all
}

// Violations returns the breaches of what the test asked for, so far.
func (s *Server) Violations() []Violation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Violation(nil), s.violations...)
}

// Reset forgets messages, ended sessions and violations. Rules stay, and so do
// their hits.
func (s *Server) Reset() {
	s.messages.Delete(context.Background(), store.Query{})
	s.mu.Lock()
	s.history.reset()
	s.violations = nil
	s.mu.Unlock()
	s.parsed.reset()
}

// AddRule adds a rule, which comes before the earlier ones, and returns it
// bound to this server: its Hits are the server's. It panics if the rule is
// not valid.
func (s *Server) AddRule(r Rule) Rule {
	if err := r.Validate(); err != nil {
		panic(fmt.Sprintf("harness: rule %s: %v", r, err))
	}
	return s.rules.Add(r)
}

// RemoveRule takes back a rule, as it was given or as AddRule returned it.
func (s *Server) RemoveRule(r Rule) { s.rules.Remove(r) }

// Addr returns the address of the server: "127.0.0.1:40213", the path of a
// Unix socket, or "memory:mx.harness.test".
func (s *Server) Addr() string { return s.listeners[0].Addr().String() }

// Addrs returns the addresses of all listeners, in the order of the options.
func (s *Server) Addrs() []net.Addr {
	var addrs []net.Addr
	for _, l := range s.listeners {
		addrs = append(addrs, l.Addr())
	}
	return addrs
}

// Host returns the address without its port.
func (s *Server) Host() string {
	if a, ok := s.listeners[0].Addr().(*net.TCPAddr); ok {
		return a.IP.String()
	}
	return s.Addr()
}

// Port returns the port, 0 if the server has none.
func (s *Server) Port() int {
	if a, ok := s.listeners[0].Addr().(*net.TCPAddr); ok {
		return a.Port
	}
	return 0
}

// Hostname returns the name in the greeting and on the certificate.
func (s *Server) Hostname() string { return s.cfg.Hostname }

// Dial connects to the server, in memory or over its first listener. The
// caller closes the connection.
func (s *Server) Dial(ctx context.Context) (net.Conn, error) {
	if s.memory != nil {
		return s.memory.Dial(ctx)
	}
	a := s.listeners[0].Addr()
	var d net.Dialer
	return d.DialContext(ctx, a.Network(), a.String())
}

// DialContext is Dial for clients that take a dialer. It ignores network and
// addr, so a client may be told any host name.
func (s *Server) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return s.Dial(ctx)
}

// ClientTLSConfig returns a configuration that trusts the CA of this process
// and expects the server's name. The caller may change it.
func (s *Server) ClientTLSConfig() *tls.Config {
	return &tls.Config{RootCAs: processAuthority().pool(), ServerName: s.Hostname()}
}

// CA returns the certificate of the CA of this process as PEM.
func (s *Server) CA() []byte { return processAuthority().pem() }

// badCertificate makes a certificate for this server that no client may trust.
func (s *Server) badCertificate(kind string) (tls.Certificate, error) {
	for fault, name := range badCertificateNames {
		if strings.ReplaceAll(strings.ToLower(name), " ", "-") == kind {
			return processAuthority().bad(BadCertificate(fault), s.cfg.Hostname)
		}
	}
	return tls.Certificate{}, fmt.Errorf("harness: no certificate of the kind %q", kind)
}
