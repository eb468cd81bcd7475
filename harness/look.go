package harness

import (
	"fmt"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Messages returns the accepted messages, oldest first. They never change.
func (s *Server) Messages() []*Message {
	list := s.messages.behind(0)
	views := make([]*Message, len(list))
	for i, m := range list {
		views[i] = s.view(m)
	}
	return views
}

// view returns the parsed view of a message, always the same for the same
// message.
func (s *Server) view(m *record.Message) *Message {
	return s.parsed.of(m, func() bool { return s.messages.has(m.ID) })
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
	s.messages.clear()
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
