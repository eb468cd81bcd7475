package harness

import (
	"slices"
	"sync"
)

// registry knows the scopes of a server by the tags of their addresses.
type registry struct {
	mu    sync.RWMutex        // guards what follows, and sessions of each portion
	byTag map[string]*portion // those that are over too, so that no tag comes twice
	told  map[Violation]bool  // what a scope's test was told
}

// enrol gives a scope a tag that no other one has had.
func (r *registry) enrol(p *portion, process int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byTag == nil {
		r.byTag = map[string]*portion{}
	}
	for taken := true; taken; _, taken = r.byTag[p.tag] {
		p.tag = newTag(process)
	}
	r.byTag[p.tag] = p
}

// of returns the scope that an address belongs to, nil for none.
func (r *registry) of(address string) *portion {
	tag := tagOf(address)
	if tag == "" {
		return nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.byTag[tag]
}

// joined notes that a session has named an address of a scope, and says
// whether that is new.
func (r *registry) joined(p *portion, session int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.Contains(p.sessions, session) {
		return false
	}
	p.sessions = append(p.sessions, session)
	return true
}

func (r *registry) has(p *portion, session int) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Contains(p.sessions, session)
}

func (r *registry) sessionsOf(p *portion) []int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Sorted(slices.Values(p.sessions))
}

func (r *registry) tell(all []Violation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.told == nil {
		r.told = map[Violation]bool{}
	}
	for _, v := range all {
		r.told[v] = true
	}
}

// untold returns those that no scope's test has heard of.
func (r *registry) untold(all []Violation) []Violation {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.DeleteFunc(all, func(v Violation) bool { return r.told[v] })
}

// addressed is told of each path that a client names.
func (s *Server) addressed(session int, path string) {
	if p := s.scopes.of(path); p != nil && s.scopes.joined(p, session) {
		// A violation may have come before the session was of the scope.
		s.changed.notify()
	}
}
