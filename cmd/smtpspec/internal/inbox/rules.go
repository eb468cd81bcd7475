package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"sync"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/api"
	"github.com/smtpspec/smtpspec/harness/wire"
)

// Rules are the faults of a running server, as its API changes them.
type Rules struct {
	srv *harness.Server

	mu   sync.Mutex // guards what follows
	list []*added   // the last one is asked first
	next int        // the number of the next rule
}

// added is a rule that the server has.
type added struct {
	id, run string
	rule    harness.Rule // as it was given
	bound   harness.Rule // as the server has it
	before  int          // hits before it was moved
}

// NewRules returns the rule book of a server that began with the rules given.
func NewRules(srv *harness.Server, given ...harness.Rule) *Rules {
	b := &Rules{srv: srv}
	for _, rule := range given {
		b.next++
		b.list = append(b.list, &added{id: strconv.Itoa(b.next), rule: rule, bound: rule})
	}
	return b
}

var _ api.RuleBook = (*Rules)(nil)

// List returns the rules in the order in which they are asked.
func (b *Rules) List(_ context.Context, run string) ([]api.Rule, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []api.Rule
	for _, a := range slices.Backward(b.list) {
		if run != "" && a.run != run {
			continue
		}
		rule, err := a.shown()
		if err != nil {
			return nil, err
		}
		list = append(list, rule)
	}
	return list, nil
}

// Add puts a rule before the others.
func (b *Rules) Add(_ context.Context, run string, text json.RawMessage) (api.Rule, error) {
	rule, err := wire.ParseRule(text)
	if err != nil {
		return api.Rule{}, ruleError(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	a := &added{id: strconv.Itoa(b.next), run: run, rule: rule}
	b.put(a)
	b.list = append(b.list, a)
	return a.shown()
}

// ruleError says what is wrong with a rule, and where if it has a place.
func ruleError(err error) error {
	var located *wire.RuleTextError
	if errors.As(err, &located) {
		return &api.RuleError{Position: located.Position, Text: err.Error()}
	}
	return &api.RuleError{Position: -1, Text: err.Error()}
}

// Get returns one rule.
func (b *Rules) Get(_ context.Context, id string) (api.Rule, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := b.index(id); i >= 0 {
		return b.list[i].shown()
	}
	return api.Rule{}, store.ErrNotFound
}

// Move makes a rule one of a run. What it counts, such as the first two of
// something, begins anew; its hits stay.
func (b *Rules) Move(_ context.Context, id, run string) (api.Rule, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := b.index(id)
	if i < 0 {
		return api.Rule{}, store.ErrNotFound
	}
	a := b.list[i]
	a.before += a.bound.Hits()
	a.run = run
	for _, later := range b.list[i:] {
		b.srv.RemoveRule(later.bound)
		if later != a {
			later.before += later.bound.Hits()
		}
		b.put(later) // in their order
	}
	return a.shown()
}

// Remove takes a rule out.
func (b *Rules) Remove(_ context.Context, id string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := b.index(id)
	if i < 0 {
		return store.ErrNotFound
	}
	b.srv.RemoveRule(b.list[i].bound)
	b.list = slices.Delete(b.list, i, i+1)
	return nil
}

func (b *Rules) index(id string) int {
	return slices.IndexFunc(b.list, func(a *added) bool { return a.id == id })
}

// put gives a rule to the server, limited to its run. In the record of a
// session it stands as it was written.
func (b *Rules) put(a *added) {
	rule := a.rule
	if a.run != "" {
		rule = rule.When(inRun(a.run)).Named(a.rule.Name())
	}
	a.bound = b.srv.AddRule(rule)
}

func (a *added) shown() (api.Rule, error) {
	text, err := json.Marshal(a.rule)
	return api.Rule{ID: a.id, Run: a.run, Rule: text, Text: a.rule.String(), Hits: a.before + a.bound.Hits()}, err
}

// inRun says whether an exchange is of a run, as far as it is known by then: who
// has signed in, the message if it is there, then the recipients so far.
func inRun(run string) func(*harness.Exchange) bool {
	return func(x *harness.Exchange) bool {
		if mine := runOfName(x.User()); mine != "" {
			return mine == run
		}
		if x.Message != nil {
			if mine := runInHeader(x.Message.Prefix(farthestField)); mine != "" {
				return mine == run
			}
		}
		for _, r := range x.Envelope.Recipients {
			if mine := runOfAddress(r.Address); mine != "" {
				return mine == run
			}
		}
		return runOfAddress(x.Address) == run
	}
}
