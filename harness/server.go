package harness

import (
	"context"
	"fmt"
	"net"
	"sync"

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
	messages  kept
	changed   signal
	stop      chan struct{} // closed when no more connections are taken
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
	s := &Server{opts: defaultOptions(), stop: make(chan struct{})}
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
	s.messages.bound, s.messages.evicted = s.opts.keep, s.forget
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
		s.memory.InTurns = s.opts.inTurns
		if s.opts.narrow {
			s.memory.Buffer = narrowBuffer
		}
		s.serve(s.memory, listenSpec{implicit: s.opts.tls.implicit, lmtp: s.opts.lmtp})
		return nil
	}
	for _, spec := range s.opts.listen {
		// The limits find out who is gone; keep-alives would only cost
		// each connection four system calls more.
		lc := net.ListenConfig{KeepAlive: -1}
		if s.opts.narrow {
			lc.Control = narrowSocket
		}
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
	s.accepting.Go(func() { accept(l, s.stop, func(conn net.Conn) { s.begin(conn, spec) }) })
}
