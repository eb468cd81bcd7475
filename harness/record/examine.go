package record

import (
	"slices"
	"sync"
)

// examination is what a message has for those who look through its data for
// anomalies, which is done once for all copies of its session.
type examination struct {
	find    func(*Message) []Anomaly // nil: there is nothing to look for
	command int                      // that the data came with
	once    sync.Once
	found   []Anomaly // good once the once is done
}

func (m *Message) examined() []Anomaly {
	e := &m.examination
	if e.find == nil {
		return nil
	}
	e.once.Do(func() {
		e.found = e.find(m)
		for i := range e.found {
			e.found[i].Command = e.command
		}
	})
	return e.found
}

// ExamineLater leaves it to Examined to find the anomalies in the data of m,
// one of the session's messages, which came with a command, counted from 1. It
// is for whoever makes the record: to look through message data while it is
// captured would slow that down. What is found goes when the message is
// forgotten.
func (s *Session) ExamineLater(m *Message, command int, find func(*Message) []Anomaly) {
	m.find, m.command = find, command
	s.unexamined = true
}

// maxFound bounds the anomalies that the message data of one session adds to
// its record.
const maxFound = 200

// Examined returns a copy of the session with the anomalies that its message
// data has. Without ExamineLater it is like Clone.
func (s *Session) Examined() *Session {
	c := s.Clone()
	if c.unexamined = false; !s.unexamined {
		return c
	}
	room := maxFound
	for _, m := range s.Messages {
		if room == 0 {
			break
		}
		found := m.examined()
		found = found[:min(len(found), room)]
		room -= len(found)
		c.Anomalies = append(c.Anomalies, found...)
	}
	slices.SortStableFunc(c.Anomalies, func(a, b Anomaly) int { return a.Command - b.Command })
	return c
}
