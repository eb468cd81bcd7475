package harness

import (
	"context"
	"slices"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/wire"
)

// portion is the part of a server's record that belongs to one scope, and the
// rules for it.
type portion struct {
	server   *Server
	tag      string
	after    int // ID of the last message before the scope began
	rules    *wire.RuleSet
	sessions []int // IDs of those that have named an address of the scope; guarded by the registry's lock
}

func (s *Server) portion(process int) *portion {
	p := &portion{server: s, after: s.lastMessage()}
	s.scopes.enrol(p, process)
	p.rules = s.rules.Within(p.concerned)
	return p
}

func (s *Server) lastMessage() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nextID
}

// owns says that an address is one of the scope.
func (p *portion) owns(address string) bool { return tagOf(address) == p.tag }

// inEnvelope says that a transaction is one of the scope.
func (p *portion) inEnvelope(e record.Envelope) bool {
	return p.owns(e.From) || slices.ContainsFunc(e.Recipients, func(r record.Recipient) bool {
		return r.Accepted() && p.owns(r.Address)
	})
}

// concerned says that an exchange is one for the scope's rules.
func (p *portion) concerned(x *Exchange) bool {
	switch x.Stage {
	case record.RCPT:
		return p.owns(x.Address) || p.owns(x.Envelope.From)
	case record.DATA, record.BDAT, record.BODY:
		return p.inEnvelope(x.Envelope)
	case record.MAIL:
		if owner := p.server.scopes.of(x.Address); owner != nil {
			return owner == p
		}
	}
	return p.server.scopes.has(p, x.SessionID)
}

func (p *portion) Addr() string { return p.server.Addr() }

func (p *portion) Report() *Report { return reportOf(p) }

func (p *portion) closed() bool { return p.server.Closed() }

func (p *portion) Messages() []*Message {
	var views []*Message
	for _, m := range p.messages(p.after) {
		views = append(views, p.server.view(m))
	}
	return views
}

// messages returns the scope's messages with greater IDs.
func (p *portion) messages(after int) []*record.Message {
	list := p.server.messages.behind(max(after, p.after))
	return slices.DeleteFunc(list, func(m *record.Message) bool { return !p.inEnvelope(m.Envelope) })
}

func (p *portion) Sessions() []*Session {
	mine := p.snapshots()
	for i := range mine {
		mine[i] = p.cut(mine[i].Examined())
	}
	return mine
}

func (p *portion) snapshots() []*record.Session {
	ids := p.server.scopes.sessionsOf(p)
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	var mine []*record.Session
	for _, id := range ids {
		if c := p.server.history.at(id); c != nil {
			mine = append(mine, c.snapshot())
		}
	}
	return mine
}

// cut returns a session with the scope's messages only.
func (p *portion) cut(s *record.Session) *record.Session {
	foreign := func(m *record.Message) bool { return !p.inEnvelope(m.Envelope) }
	if !slices.ContainsFunc(s.Messages, foreign) {
		return s
	}
	s = s.Clone()
	s.Messages = slices.DeleteFunc(s.Messages, foreign)
	return s
}

func (p *portion) Violations() []Violation {
	ids := p.server.scopes.sessionsOf(p)
	return slices.DeleteFunc(p.server.Violations(), func(v Violation) bool { return !slices.Contains(ids, v.Session) })
}

func (p *portion) await(ctx context.Context, g goal) error {
	return p.server.changed.until(ctx, p.Violations, func() bool { return g.reached(p) })
}

func (p *portion) addRule(r Rule) (Rule, error) { return p.rules.Add(r), nil }

func (p *portion) removeRule(r Rule) { p.rules.Remove(r) }

func (p *portion) endOfTest() []string {
	p.close()
	violations := p.Violations()
	p.server.scopes.tell(violations)
	return complaintsOf(violations, p.rules.Unfired())
}

func (p *portion) close() { p.server.rules.Without(p.rules) }
