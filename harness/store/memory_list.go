package store

import (
	"context"
	"iter"
	"slices"
)

// List looks at the messages there were when it began, without a lock.
func (s *Memory) List(ctx context.Context, p Page) (*Listing, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	all := s.messages.snapshot()
	s.mu.Unlock()
	found := &Listing{Total: -1}
	if p.Total {
		found.Total = 0
	}
	for k := range inOrder(all, p.Oldest) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !found.take(k.entry.Load(), p) {
			break
		}
	}
	return found, nil
}

// take adds a message if it belongs to the page, and says whether to go on.
func (l *Listing) take(e *held, p Page) bool {
	counts := p.Total && !l.Least
	if e == nil || p.Run != "" && e.Run != p.Run || !p.within(e.Seq) && !counts || !e.Matches(p.Query) {
		return true
	}
	if counts {
		l.Count(l.Total+1, p)
		counts = !l.Least
	}
	switch {
	case !p.within(e.Seq):
	case len(l.Entries) < p.Size():
		l.Entries = append(l.Entries, e.Copy(true))
	default:
		l.More = true
		return counts
	}
	return true
}

// Count takes note of how many messages a store has found for a page, if it
// goes beyond Most by one at least when there are more.
func (l *Listing) Count(found int, p Page) {
	l.Total = found
	if l.Least = p.Most > 0 && found > p.Most; l.Least {
		l.Total = p.Most
	}
}

// within says that a place is between the bounds of a page.
func (p Page) within(seq int64) bool {
	return seq > p.After && (p.Before == 0 || seq < p.Before)
}

func inOrder[T any](all []*T, oldest bool) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for i := range all {
			if !oldest {
				i = len(all) - 1 - i
			}
			if !yield(all[i]) {
				return
			}
		}
	}
}

// Update changes the state of messages.
func (s *Memory) Update(ctx context.Context, which Selection, change Change) (int, error) {
	if err := s.lock(ctx); err != nil {
		return 0, err
	}
	defer s.mu.Unlock()
	chosen := s.chosen(which)
	var changed []*held
	for _, k := range chosen {
		old := k.entry.Load()
		state := old.Entry
		change.Apply(&state)
		e := &held{old.As(state.Read, state.Pinned, state.Tags), old.raw}
		s.totals.count(&old.Entry, -1)
		s.totals.count(&e.Entry, 1)
		k.entry.Store(e)
		changed = append(changed, e)
	}
	s.event(Updated, changed)
	return len(chosen), nil
}

// Delete removes messages.
func (s *Memory) Delete(ctx context.Context, which Selection) (int, error) {
	if err := s.lock(ctx); err != nil {
		return 0, err
	}
	defer s.mu.Unlock()
	chosen := s.chosen(which)
	s.remove(chosen)
	return len(chosen), nil
}

// chosen returns the messages of a selection. The lock is held.
func (s *Memory) chosen(which Selection) []*kept {
	if which.Query == nil && !which.All {
		return s.named(which)
	}
	var chosen []*kept
	for _, k := range s.messages.members {
		e := k.entry.Load()
		if e != nil && (which.Run == "" || e.Run == which.Run) &&
			(which.All || e.Matches(which.Query) || slices.Contains(which.IDs, e.ID)) {
			chosen = append(chosen, k)
		}
	}
	return chosen
}

// named returns those of a selection by IDs alone, each once.
func (s *Memory) named(which Selection) []*kept {
	var chosen []*kept
	seen := map[ID]bool{}
	for _, id := range which.IDs {
		if k := s.byID[id]; k != nil && !seen[id] && which.Match(&k.entry.Load().Entry) {
			chosen = append(chosen, k)
		}
		seen[id] = true
	}
	return chosen
}

// remove takes messages out and tells of it. The lock is held.
func (s *Memory) remove(messages []*kept) {
	var removed []*held
	for _, k := range messages {
		e := k.entry.Swap(nil)
		delete(s.byID, e.ID)
		s.totals.count(&e.Entry, -1)
		removed = append(removed, e)
	}
	s.messages.lost(len(messages), func(k *kept) bool { return k.entry.Load() == nil })
	s.event(Deleted, removed)
}
