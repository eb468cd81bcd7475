package wire

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/smtpspec/smtpspec/harness/record"
)

// RuleSet holds the rules of one server. The zero value is empty and ready; it
// is safe for concurrent use and must not be copied. A look-up takes no lock.
type RuleSet struct {
	mu    sync.Mutex                 // guards changes of rules and parts
	rules atomic.Pointer[[]Rule]     // bound, newest last, never changed in place; nil at first
	parts atomic.Pointer[[]*RuleSet] // newest last, never changed in place; nil at first

	belongs func(*Exchange) bool // of a part, to which it is limited
}

// Add puts r above the rules that are there, and returns it bound to this set:
// the returned rule's Hits counts this set only. Add does not ask whether r is
// valid; Validate does.
func (s *RuleSet) Add(r Rule) Rule {
	if r.total == nil {
		r = r.with(0)
	}
	r.label = r.Name()
	r.bound = &ruleTally{}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := append(slices.Clip(s.list()), r)
	s.rules.Store(&list)
	return r
}

// Remove takes out the rule that Add returned or, if r is the value that was
// given to Add, everything that was added as it. What is not there is ignored.
func (s *RuleSet) Remove(r Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.DeleteFunc(slices.Clone(s.list()), func(have Rule) bool { return SameRule(r, have) })
	s.rules.Store(&list)
}

// SameRule says that r stands for the added rule: it is what Add returned, or
// the value that was given to Add.
func SameRule(r, added Rule) bool {
	if r.bound != nil {
		return added.bound == r.bound
	}
	return added.total == r.total
}

// Rules returns the rules of the set, bound to it, the newest last.
func (s *RuleSet) Rules() []Rule { return slices.Clone(s.list()) }

// Unfired returns the rules that are Required and have not fired in this set.
func (s *RuleSet) Unfired() []Rule {
	var unfired []Rule
	for _, r := range s.list() {
		if r.set.has(partRequired) && r.Hits() == 0 {
			unfired = append(unfired, r)
		}
	}
	return unfired
}

func (s *RuleSet) list() []Rule {
	if p := s.rules.Load(); p != nil {
		return *p
	}
	return nil
}

// Match returns the newest rule that matches the exchange, bound to this set,
// and counts a hit of it; nil if none does. Rules with DropAfterBytes are left
// to MatchData. A rule's When may call back into the set.
func (s *RuleSet) Match(x *Exchange) *Rule {
	if r := s.matchPart(x, (*RuleSet).Match); r != nil {
		return r
	}
	list := s.list()
	for i := len(list) - 1; i >= 0; i-- {
		r := &list[i]
		if (r.stage == x.Stage || r.stage == record.ANY) && !r.dropsData() && r.takes(x) {
			r.hit()
			return r
		}
	}
	return nil
}

// MatchData returns the newest rule with DropAfterBytes whose conditions x
// meets, where message data is about to begin; nil if there is none. The hit is
// not counted yet: it is one when the connection really drops, and then the
// caller says hit.
func (s *RuleSet) MatchData(x *Exchange) *Rule {
	if r := s.matchPart(x, (*RuleSet).MatchData); r != nil {
		return r
	}
	list := s.list()
	for i := len(list) - 1; i >= 0; i-- {
		if r := &list[i]; r.dropsData() && dataStage(r.stage) && r.takes(x) {
			return r
		}
	}
	return nil
}

func dataStage(s record.Stage) bool {
	return s == record.DATA || s == record.BODY || s == record.ANY
}
