package harness

import (
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/wire"
)

// history is the list of sessions. The server's lock guards it.
type history struct {
	sessions []chapter // in the order of their IDs, without gaps
	begun    int       // sessions so far, so the ID of the last one
	open     int       // whose end is not in the record
	running  int       // that are not gone
	kept     int       // octets of the records of sessions that are gone
}

// chapter is one session: the live one, or its record once it is gone.
type chapter struct {
	live *wire.Session
	done *record.Session
	cost int
}

// maxHistory bounds what the records of ended sessions take, whatever their
// number: a hostile client's session can be as long as its limit allows.
const maxHistory = 256 << 20

func (h *history) next() int {
	h.begun++
	return h.begun
}

func (h *history) add(s *wire.Session) {
	h.sessions = append(h.sessions, chapter{live: s})
	h.open++
	h.running++
}

func (h *history) ended() { h.open-- }

// at returns the chapter of a session, nil if it was dropped.
func (h *history) at(id int) *chapter {
	i := id - (h.begun - len(h.sessions)) - 1
	if i < 0 || i >= len(h.sessions) {
		return nil
	}
	return &h.sessions[i]
}

// gone keeps the record of a session in place of the session itself, and drops
// the oldest records over the bounds. A session that is open stays, and so
// does what is behind it.
func (h *history) gone(s *wire.Session, most int) {
	h.running--
	c := h.at(s.ID())
	if c == nil {
		return
	}
	*c = chapter{done: s.Snapshot(), cost: s.Kept()}
	h.kept += c.cost
	for len(h.sessions) > 1 && h.sessions[0].done != nil && (h.kept > maxHistory || most > 0 && len(h.sessions)-h.running > most) {
		h.kept -= h.sessions[0].cost
		h.sessions[0] = chapter{}
		h.sessions = h.sessions[1:]
	}
}

// forget drops a message from the record of its session.
func (h *history) forget(m *record.Message) {
	c := h.at(m.Session)
	switch {
	case c == nil:
	case c.live != nil:
		c.live.Forget(m.ID)
	default:
		c.done = c.done.Without(m.ID)
	}
}

// reset drops the sessions that are over, and the messages of the others.
func (h *history) reset() {
	for len(h.sessions) > 0 && h.sessions[0].done != nil {
		h.sessions = h.sessions[1:]
	}
	for i := range h.sessions {
		if c := &h.sessions[i]; c.live != nil {
			c.live.Forget(0)
		} else {
			c.done = c.done.Without(0)
		}
	}
}

func (h *history) live() []*wire.Session {
	var live []*wire.Session
	for _, c := range h.sessions {
		if c.live != nil {
			live = append(live, c.live)
		}
	}
	return live
}

func (h *history) snapshots() []*record.Session {
	all := make([]*record.Session, 0, len(h.sessions))
	for i := range h.sessions {
		all = append(all, h.sessions[i].snapshot())
	}
	return all
}

func (c *chapter) snapshot() *record.Session {
	if c.live != nil {
		return c.live.Snapshot()
	}
	return c.done
}
