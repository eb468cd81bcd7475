package store

import "slices"

// series is a list in the order of Seq that grows at its end and loses members
// anywhere. What snapshot returned is never changed.
type series[T any] struct {
	members []*T
	gone    int // of members
}

// sparse is how many members may be gone before they are taken out, besides
// half of all.
const sparse = 64

func (s *series[T]) add(m *T) { s.members = append(s.members, m) }

// snapshot returns all members, the gone ones among them.
func (s *series[T]) snapshot() []*T { return slices.Clip(s.members) }

// lost says that so many members are gone by now, as the function says.
func (s *series[T]) lost(n int, gone func(*T) bool) {
	s.gone += n
	for len(s.members) > 0 && gone(s.members[0]) {
		s.members, s.gone = s.members[1:], s.gone-1
	}
	if s.gone < sparse || s.gone < len(s.members)/2 {
		return
	}
	alive := make([]*T, 0, len(s.members)-s.gone)
	for _, m := range s.members {
		if !gone(m) {
			alive = append(alive, m)
		}
	}
	s.members, s.gone = alive, 0
}
