package record

import (
	"slices"
	"sync"
)

// unexamined is message data that waits to be looked through for anomalies. All
// copies of a session share it, so that this is done once.
type unexamined struct {
	message *Message
	command int // that the data came with
	find    func(*Message) []Anomaly
	once    sync.Once
	found   []Anomaly // good once the once is done
}

func (u *unexamined) anomalies() []Anomaly {
	u.once.Do(func() {
		u.found = u.find(u.message)
		for i := range u.found {
			u.found[i].Command = u.command
		}
	})
	return u.found
}

// ExamineLater leaves it to Examined to find the anomalies in the data of m,
// which came with a command, counted from 1. It is for whoever makes the
// record: to look through message data while it is captured would slow it
// down. What is found goes when the message is forgotten.
func (s *Session) ExamineLater(m *Message, command int, find func(*Message) []Anomaly) {
	s.unread = append(s.unread, &unexamined{message: m, command: command, find: find})
}

// maxFound bounds the anomalies that the message data of one session adds to
// its record.
const maxFound = 200

// Examined returns a copy of the session with the anomalies that its message
// data has. Without ExamineLater it is like Clone.
func (s *Session) Examined() *Session {
	c := s.Clone()
	c.unread = nil
	room := maxFound
	for _, u := range s.unread {
		found := u.anomalies()
		found = found[:min(len(found), room)]
		room -= len(found)
		c.Anomalies = append(c.Anomalies, found...)
	}
	slices.SortStableFunc(c.Anomalies, func(a, b Anomaly) int { return a.Command - b.Command })
	return c
}

// unreadWithout returns what is left to be looked through without one message,
// or without all of them if id is 0.
func (s *Session) unreadWithout(id int) []*unexamined {
	var left []*unexamined
	for _, u := range s.unread {
		if id != 0 && u.message.ID != id {
			left = append(left, u)
		}
	}
	return left
}
