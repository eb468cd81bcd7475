package harness

import (
	"sync"

	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/record"
)

// views are the parsed views that somebody asked for: one for each message, so
// that it is parsed once and equal to itself.
type views struct {
	mu   sync.Mutex // guards byID
	byID map[int]*Message
}

func (v *views) of(m *record.Message) *Message {
	v.mu.Lock()
	defer v.mu.Unlock()
	view := v.byID[m.ID]
	if view == nil {
		if v.byID == nil {
			v.byID = map[int]*Message{}
		}
		view = message.Of(m)
		v.byID[m.ID] = view
	}
	return view
}

func (v *views) forget(id int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.byID, id)
}

func (v *views) reset() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.byID = nil
}
