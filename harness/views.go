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

// of returns the view of a message. It remembers it as long as the message is
// kept, and so only if it is: what is evicted later is taken out by forget.
func (v *views) of(m *record.Message, kept func() bool) *Message {
	v.mu.Lock()
	defer v.mu.Unlock()
	view := v.byID[m.ID]
	if view != nil {
		return view
	}
	view = message.Of(m)
	if kept() {
		if v.byID == nil {
			v.byID = map[int]*Message{}
		}
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
