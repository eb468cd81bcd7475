package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/wire"
)

// Join returns a scope of a server that another process, or this one, has
// shared: shared is what Server.Share returned. The scope lasts until the end
// of t and does what one of Server.Scope does, over a connection of its own. t
// fails at once if the server cannot be reached.
//
// If the connection is lost later, that is a violation: waits end, t fails, and
// the record stays what it was.
func Join(t TB, shared string) *Scope {
	t.Helper()
	to, err := parseInvitation(shared)
	if err != nil {
		t.Fatalf("harness: %v", err)
		return nil
	}
	l, w, err := dial(to, processOf(t))
	if err != nil {
		t.Fatalf("harness: %v", err)
		return nil
	}
	return newScope(t, w.Tag, w.Place, &guest{line: l, addr: w.Place.Addr})
}

// guest is the source of a scope whose server is in another process. It keeps
// what it has been told, so that a message comes once and the record outlives
// the connection.
type guest struct {
	line *line
	addr string

	mu         sync.Mutex // guards what follows
	messages   []*record.Message
	parsed     views
	sessions   []*Session
	violations []Violation

	ruling sync.Mutex // guards rules
	rules  []guestRule
}

// guestRule is a rule that the host applies.
type guestRule struct {
	rule   Rule
	handle int
	hits   int // when they were last told
}

func (g *guest) Addr() string { return g.addr }

func (g *guest) Report() *Report { return reportOf(g) }

func (g *guest) closed() bool { return g.line.why() != nil }

func (g *guest) close() { g.line.close() }

func (g *guest) Messages() []*Message {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.learnMessages()
	var list []*Message
	for _, m := range g.messages {
		list = append(list, g.parsed.of(m, func() bool { return true }))
	}
	return list
}

// learnMessages asks for the new ones, and drops those that the server does
// not keep any more.
func (g *guest) learnMessages() {
	for {
		a, err := g.line.ask(request{Op: opMessages, After: g.lastMessage()})
		if err != nil {
			return
		}
		fresh, err := decoded[record.Message](g.line, a.Items)
		if err != nil {
			return
		}
		g.messages = append(g.messages, fresh...)
		if !a.More || len(fresh) == 0 {
			g.keepMessages(a.IDs)
			return
		}
	}
}

func (g *guest) lastMessage() int {
	if n := len(g.messages); n > 0 {
		return g.messages[n-1].ID
	}
	return 0
}

func (g *guest) keepMessages(ids []int) {
	g.messages = slices.DeleteFunc(g.messages, func(m *record.Message) bool {
		_, kept := slices.BinarySearch(ids, m.ID)
		if !kept {
			g.parsed.forget(m.ID)
		}
		return !kept
	})
}

// decoded reads the items of an answer. What cannot be read ends the line.
func decoded[T any](l *line, items []json.RawMessage) ([]*T, error) {
	var all []*T
	for _, item := range items {
		one := new(T)
		if err := json.Unmarshal(item, one); err != nil {
			l.fail(fmt.Errorf("the shared server is not understood: %w", err))
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func (g *guest) Sessions() []*Session {
	g.mu.Lock()
	defer g.mu.Unlock()
	if fresh, err := g.askSessions(); err == nil {
		g.sessions = g.withMessages(fresh)
	}
	return slices.Clone(g.sessions)
}

func (g *guest) askSessions() (all []*sharedSession, err error) {
	after := 0
	for {
		a, err := g.line.ask(request{Op: opSessions, After: after})
		if err != nil {
			return nil, err
		}
		some, err := decoded[sharedSession](g.line, a.Items)
		if err != nil {
			return nil, err
		}
		if all = append(all, some...); !a.More || len(some) == 0 {
			return all, nil
		}
		after = some[len(some)-1].Session.ID
	}
}

// withMessages puts the messages back into their sessions. They are asked for
// behind the sessions, so that none is missing.
func (g *guest) withMessages(all []*sharedSession) []*Session {
	g.learnMessages()
	var sessions []*Session
	for _, shared := range all {
		for _, m := range g.messages {
			if slices.Contains(shared.Messages, m.ID) {
				shared.Session.Messages = append(shared.Session.Messages, m)
			}
		}
		sessions = append(sessions, shared.Session)
	}
	return sessions
}

func (g *guest) Violations() []Violation {
	g.mu.Lock()
	defer g.mu.Unlock()
	if a, err := g.line.ask(request{Op: opViolations}); err == nil {
		g.violations = a.Violations
	}
	return append(slices.Clone(g.violations), g.loss()...)
}

// loss is the violation that the end of the connection is, before that of the
// test.
func (g *guest) loss() []Violation {
	why := g.line.why()
	if why == nil || errors.Is(why, errOver) {
		return nil
	}
	return []Violation{{Rule: "Join()", Text: why.Error()}}
}

// await lets the host wait, and tells it when ctx ends.
func (g *guest) await(ctx context.Context, goal goal) error {
	a, err := g.line.call(ctx, request{Op: opAwait, Goal: goal})
	switch {
	case err != nil && ctx.Err() != nil && goal.reached(g):
		return nil
	case err == nil && a.Error != "":
		return errors.New(a.Error)
	}
	return err
}

func (g *guest) endOfTest() []string {
	a, err := g.line.ask(request{Op: opEnd})
	if err != nil {
		return complaintsOf(g.loss(), nil)
	}
	return a.Complaints
}

func (g *guest) addRule(r Rule) (Rule, error) {
	text, err := r.MarshalJSON()
	if err != nil {
		return r, fmt.Errorf("the server is in another process, where only the JSON form of a rule goes: %w", err)
	}
	a, err := g.line.ask(request{Op: opAddRule, Rule: text})
	if err != nil {
		return r, fmt.Errorf("rule %s: %w", r, err)
	}
	bound := wire.Elsewhere(r, func() int { return g.hits(a.Handle) })
	g.ruling.Lock()
	defer g.ruling.Unlock()
	g.rules = append(g.rules, guestRule{rule: bound, handle: a.Handle})
	return bound, nil
}

// removeRule leaves the rule in the list: its hits may still be asked for.
func (g *guest) removeRule(r Rule) {
	g.ruling.Lock()
	defer g.ruling.Unlock()
	for i := range g.rules {
		if have := &g.rules[i]; wire.SameRule(r, have.rule) {
			g.aboutRule(opRemoveRule, have)
		}
	}
}

func (g *guest) hits(handle int) int {
	g.ruling.Lock()
	defer g.ruling.Unlock()
	i := slices.IndexFunc(g.rules, func(have guestRule) bool { return have.handle == handle })
	if i < 0 {
		return 0
	}
	g.aboutRule(opHits, &g.rules[i])
	return g.rules[i].hits
}

func (g *guest) aboutRule(op string, r *guestRule) {
	if a, err := g.line.ask(request{Op: op, Of: r.handle}); err == nil {
		r.hits = a.Hits
	}
}
