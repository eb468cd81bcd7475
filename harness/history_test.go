package harness

import (
	"testing"

	"github.com/smtpspec/smtpspec/harness/record"
)

// over puts a session that is gone into a history, with the cost of its record.
func over(h *history, cost int) {
	id := h.next()
	h.sessions = append(h.sessions, chapter{done: &record.Session{ID: id}, cost: cost})
	h.over = append(h.over, id)
	h.kept += cost
}

func TestHistoryResetGivesBackWhatItKept(t *testing.T) {
	var h history
	for range 3 {
		over(&h, 100)
	}
	h.reset()
	if h.kept != 0 || len(h.sessions) != 0 || h.endings() != 0 {
		t.Errorf("behind a reset %d octets of %d sessions are kept, %d ended", h.kept, len(h.sessions), h.endings())
	}
	over(&h, 7)
	if got := h.at(4); got == nil || got.done.ID != 4 || h.at(3) != nil {
		t.Errorf("session 4 is %v, session 3 %v", got, h.at(3))
	}
}

func TestHistoryForgetsAMessageOfASessionThatIsForgotten(t *testing.T) {
	var h history
	over(&h, 1)
	over(&h, 1)
	h.drop(1)
	h.forget(&record.Message{ID: 1, Session: 1})
	h.forget(&record.Message{ID: 2, Session: 9})
	if n := len(h.snapshots()); n != 1 {
		t.Errorf("%d sessions, want the second one alone", n)
	}
}
