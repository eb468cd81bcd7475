package wire

import "slices"

// Within returns a new set below s. Its rules act on the exchanges that belongs
// says yes to, and come before those of s; of two such sets the newer comes
// first. belongs is asked on the sessions' own goroutines, only while the set
// has rules. Without takes it away.
func (s *RuleSet) Within(belongs func(*Exchange) bool) *RuleSet {
	part := &RuleSet{belongs: belongs}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := append(slices.Clip(s.partList()), part)
	s.parts.Store(&list)
	return part
}

// Without takes away a set that Within returned, with its rules.
func (s *RuleSet) Without(part *RuleSet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.DeleteFunc(slices.Clone(s.partList()), func(have *RuleSet) bool { return have == part })
	s.parts.Store(&list)
}

func (s *RuleSet) partList() []*RuleSet {
	if p := s.parts.Load(); p != nil {
		return *p
	}
	return nil
}

// matchPart is Match or MatchData of the sets below s.
func (s *RuleSet) matchPart(x *Exchange, match func(*RuleSet, *Exchange) *Rule) *Rule {
	for _, part := range slices.Backward(s.partList()) {
		if len(part.list()) == 0 || !part.belongs(x) {
			continue
		}
		if r := match(part, x); r != nil {
			return r
		}
	}
	return nil
}
