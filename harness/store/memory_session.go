package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// PutSession keeps a session that has ended.
func (s *Memory) PutSession(ctx context.Context, session *Session) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if s.sessByID[session.ID] != nil {
		return fmt.Errorf("store: there is a session %s already", session.ID)
	}
	s.open(session.Opens)
	s.seq++
	session.Seq = s.seq
	c := *session
	c.Opens = nil
	k := &keptSession{session: &c}
	s.sessions.add(k)
	s.sessByID[c.ID] = k
	s.log.Append(&Event{Seq: s.seq, Kind: NewSession, IDs: []ID{c.ID}, Run: c.Run})
	s.evictSessions()
	return nil
}

// Session returns one session.
func (s *Memory) Session(ctx context.Context, id ID) (*Session, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	k := s.sessByID[id]
	if k == nil {
		return nil, ErrNotFound
	}
	c := *k.session
	return &c, nil
}

// Sessions returns a page of sessions.
func (s *Memory) Sessions(ctx context.Context, p Page) ([]*Session, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	all := s.sessions.snapshot()
	s.mu.Unlock()
	var page []*Session
	for k := range inOrder(all, p.Oldest) {
		if len(page) == p.Size() {
			break
		}
		if !k.gone.Load() && p.within(k.session.Seq) && (p.Run == "" || k.session.Run == p.Run) && k.session.Is(p.Show) {
			c := *k.session
			c.Record = nil
			page = append(page, &c)
		}
	}
	return page, nil
}

// removeSessions takes sessions out. The lock is held.
func (s *Memory) removeSessions(sessions []*keptSession) {
	for _, k := range sessions {
		k.gone.Store(true)
		delete(s.sessByID, k.session.ID)
	}
	s.sessions.lost(len(sessions), func(k *keptSession) bool { return k.gone.Load() })
}

// PutRun creates a run, or changes when it expires.
func (s *Memory) PutRun(ctx context.Context, r Run) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	s.open(&r)
	return nil
}

// open makes a run be there, nil for none. The lock is held.
func (s *Memory) open(run *Run) {
	if run == nil {
		return
	}
	r := *run
	if old, ok := s.runs[r.Name]; ok {
		r = old.Prolonged(r)
	}
	r.Messages = 0
	s.runs[r.Name] = r
}

// Runs returns the runs by name.
func (s *Memory) Runs(ctx context.Context) ([]Run, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	counts := map[string]int{}
	for _, k := range s.byID {
		counts[k.entry.Load().Run]++
	}
	var runs []Run
	for _, r := range s.runs {
		r.Messages = counts[r.Name]
		runs = append(runs, r)
	}
	slices.SortFunc(runs, func(a, b Run) int { return strings.Compare(a.Name, b.Name) })
	return runs, nil
}

// DeleteRun removes a run with its messages and sessions.
func (s *Memory) DeleteRun(ctx context.Context, name string) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if _, ok := s.runs[name]; !ok {
		return ErrNotFound
	}
	s.removeRun(name)
	return nil
}

// removeRun returns how many messages went with the run. The lock is held.
func (s *Memory) removeRun(name string) int {
	delete(s.runs, name)
	var gone []*keptSession
	for _, k := range s.sessByID {
		if k.session.Run == name {
			gone = append(gone, k)
		}
	}
	s.removeSessions(gone)
	messages := s.chosen(Selection{All: true, Run: name})
	s.remove(messages)
	return len(messages)
}
