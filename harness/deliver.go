package harness

import (
	"fmt"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/wire"
)

// deliver keeps a message. The lock makes the order of IDs the order of the
// store.
func (s *Server) deliver(session *wire.Session, m *record.Message) error {
	put := s.put
	if s.opts.keeper != nil {
		put = s.entrust
	}
	if err := put(session, m); err != nil {
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
	err := s.messages.put(m)
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
