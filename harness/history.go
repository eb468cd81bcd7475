package harness

import (
	"slices"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/wire"
)

// history is the list of sessions. The server's lock guards it.
type history struct {
	sessions []chapter // in the order of their IDs; a zero one was forgotten
	over     []int     // IDs of those that are gone and not forgotten, in that order
	begun    int       // sessions so far, so the ID of the last one
	open     int       // whose end is not in the record
	running  int       // that are not gone
	admitted int       // those of them that were not turned away
	kept     int       // octets of the records of sessions that are gone
}

// chapter is one session: the live one, or its record once it is gone.
type chapter struct {
	live    *wire.Session
	done    *record.Session
	cost    int
	refused bool
}

func (c *chapter) forgotten() bool { return c.live == nil && c.done == nil }

// maxHistory bounds what the records of ended sessions take, whatever their
// number: a hostile client's session can be as long as its limit allows.
const maxHistory = 256 << 20

func (h *history) next() int {
	h.begun++
	return h.begun
}

func (h *history) add(s *wire.Session, refused bool) {
	h.sessions = append(h.sessions, chapter{live: s, refused: refused})
	h.open++
	h.running++
	if !refused {
		h.admitted++
	}
}

func (h *history) ended() { h.open-- }

// endings returns how many of the sessions that are there have ended.
func (h *history) endings() int { return len(h.over) + h.running - h.open }

// at returns the chapter of a session, nil if it was forgotten.
func (h *history) at(id int) *chapter {
	i := id - (h.begun - len(h.sessions)) - 1
	if i < 0 || i >= len(h.sessions) || h.sessions[i].forgotten() {
		return nil
	}
	return &h.sessions[i]
}

// gone keeps the record of a session in place of the session itself, and
// forgets the oldest records over the bounds. A session that is open holds up
// none of them.
func (h *history) gone(s *wire.Session, most int) {
	h.running--
	c := h.at(s.ID())
	if !c.refused {
		h.admitted--
	}
	*c = chapter{done: s.Snapshot(), cost: s.Kept()}
	h.kept += c.cost
	h.over = append(h.over, s.ID())
	for len(h.over) > 1 && (h.kept > maxHistory || most > 0 && len(h.over) > most) {
		h.drop(h.over[0])
		h.over = h.over[1:]
	}
	h.trim()
}

// drop forgets the record of a session that is gone.
func (h *history) drop(id int) {
	c := h.at(id)
	h.kept -= c.cost
	*c = chapter{}
}

// trim takes off what was forgotten before the oldest session that is there.
func (h *history) trim() {
	n := slices.IndexFunc(h.sessions, func(c chapter) bool { return !c.forgotten() })
	if n < 0 {
		n = len(h.sessions)
	}
	h.sessions = h.sessions[n:]
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

// reset forgets the sessions that are over, and the messages of the others.
func (h *history) reset() {
	for _, id := range h.over {
		h.drop(id)
	}
	h.over = nil
	h.trim()
	for _, s := range h.live() {
		s.Forget(0)
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
		if c := &h.sessions[i]; !c.forgotten() {
			all = append(all, c.snapshot())
		}
	}
	return all
}

func (c *chapter) snapshot() *record.Session {
	if c.live != nil {
		return c.live.Snapshot()
	}
	return c.done.Clone()
}
