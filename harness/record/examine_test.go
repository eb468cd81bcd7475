package record

import (
	"slices"
	"sync"
	"testing"
)

func examined(s *Session) (kinds []string) {
	for _, a := range s.Examined().Anomalies {
		kinds = append(kinds, a.Kind)
	}
	return kinds
}

func TestExaminedLooksOnce(t *testing.T) {
	looks := 0
	s := &Session{ID: 1, Anomalies: []Anomaly{{Kind: "first", Command: 1}, {Kind: "last", Command: 3}}}
	m := &Message{ID: 1}
	s.Messages = []*Message{m}
	s.ExamineLater(m, 2, func(*Message) []Anomaly { looks++; return []Anomaly{{Kind: "data"}} })
	copied := s.Clone()
	if looks != 0 || len(copied.Anomalies) != 2 {
		t.Fatalf("a copy has looked: %+v", copied.Anomalies)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got := examined(copied); !slices.Equal(got, []string{"first", "data", "last"}) {
				t.Errorf("got %q", got)
			}
		})
	}
	all.Wait()
	if again := examined(s.Examined()); looks != 1 || len(again) != 3 {
		t.Errorf("looked %d times, and then there were %q", looks, again)
	}
}

func TestExaminedForgetsWithTheMessage(t *testing.T) {
	s := &Session{ID: 1}
	for id := 1; id <= 3; id++ {
		m := &Message{ID: id}
		s.Messages = append(s.Messages, m)
		s.ExamineLater(m, id, func(m *Message) []Anomaly { return []Anomaly{{Kind: string(rune('0' + m.ID))}} })
	}
	if got := examined(s.Without(2)); !slices.Equal(got, []string{"1", "3"}) {
		t.Errorf("got %q", got)
	}
	if got := examined(s.Without(0)); got != nil {
		t.Errorf("got %q", got)
	}
}

func TestExaminedIsBounded(t *testing.T) {
	s := &Session{ID: 1}
	for range 100 {
		m := &Message{}
		s.Messages = append(s.Messages, m)
		s.ExamineLater(m, 1, func(*Message) []Anomaly { return make([]Anomaly, 7) })
	}
	if n := len(s.Examined().Anomalies); n != maxFound {
		t.Errorf("there are %d", n)
	}
}
