package store

import (
	"context"
	"time"
)

// Expire applies the retention and removes the runs that have expired.
func (s *Memory) Expire(ctx context.Context, now time.Time) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	for name, r := range s.runs {
		if !r.Expires.IsZero() && !now.Before(r.Expires) {
			s.evicted += int64(s.removeRun(name))
		}
	}
	if age := s.options.Retention.Age; age > 0 {
		s.expireOlder(now.Add(-age))
	}
	s.evict()
	s.evictSessions()
	return nil
}

func (s *Memory) expireOlder(than time.Time) {
	var old []*kept
	for _, k := range s.messages.members {
		if e := k.entry.Load(); e != nil && !e.Pinned && e.At.Before(than) {
			old = append(old, k)
		}
	}
	s.evicted += int64(len(old))
	s.remove(old)
	var sessions []*keptSession
	for _, k := range s.sessByID {
		if k.session.Started.Before(than) {
			sessions = append(sessions, k)
		}
	}
	s.removeSessions(sessions)
}

// evict removes the oldest messages that are not pinned until the others are
// within the bounds. The lock is held.
func (s *Memory) evict() {
	messages, bytes := s.excess()
	if messages <= 0 && bytes <= 0 {
		return
	}
	var old []*kept
	for _, k := range s.messages.members {
		if messages <= 0 && bytes <= 0 {
			break
		}
		if e := k.entry.Load(); e != nil && !e.Pinned {
			old = append(old, k)
			messages, bytes = messages-1, bytes-int64(e.Size)
		}
	}
	s.evicted += int64(len(old))
	s.remove(old)
}

// excess returns by how much the bounds are passed.
func (s *Memory) excess() (messages int, bytes int64) {
	most := s.options.Retention
	if most.Messages > 0 {
		messages = s.totals.messages - s.totals.pinned - most.Messages
	}
	if most.Bytes > 0 {
		bytes = s.totals.bytes - s.totals.pinnedBytes - most.Bytes
	}
	return messages, bytes
}

// evictSessions removes the oldest sessions. The lock is held.
func (s *Memory) evictSessions() {
	most := s.options.Retention.Sessions
	if most <= 0 {
		return
	}
	var old []*keptSession
	for _, k := range s.sessions.members {
		if len(s.sessByID)-len(old) <= most {
			break
		}
		if !k.gone.Load() {
			old = append(old, k)
		}
	}
	s.removeSessions(old)
}
