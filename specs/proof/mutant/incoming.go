package mutant

import (
	"bytes"

	"github.com/smtpspec/smtpspec/harness/record"
)

// incoming is the way of replies to sender.
type incoming struct {
	pending  []exchange // what replies are due for, in order
	held     []byte     // the reply at hand, as far as it came
	passed   int        // octets of held that sender has been shown
	line     int        // where the last line of held begins
	looked   int        // how far held was searched for its end
	ready    []byte     // for sender
	believed []byte     // clear octets that are to be taken for TLS

	patient   bool // replies wait for their commands, now that some were believed
	upgrading bool // the next octets of sender are a TLS handshake
	responded bool // sender was asked for a response of AUTH
	carrying  bool // sender was asked for the message
	accepted  int  // recipients of the transaction
}

// maxHeld is how much of a reply is held for In; sender breaks off there.
const maxHeld = 128 << 10

// take adds octets from the server.
func (l *layer) take(p []byte) {
	if l.m.Raw != nil && len(p) > 0 {
		l.d.at = l.due()
		p = l.m.Raw(l.d, p)
	}
	l.held = append(l.held, p...)
	l.drain()
}

// drain deals with the replies that are there, and with the answers of this side.
func (l *layer) drain() {
	for {
		l.settle()
		if l.patient && len(l.pending) == 0 {
			return
		}
		end := l.replyEnd()
		if end < 0 {
			break
		}
		l.reply(end)
	}
	if l.streams() {
		l.pass(len(l.held))
	}
}

// due returns what the next reply is for.
func (l *layer) due() exchange {
	if len(l.pending) == 0 {
		return exchange{stage: record.ANY}
	}
	return l.pending[0]
}

func (l *layer) pop() {
	if len(l.pending) > 0 {
		l.pending = l.pending[1:]
	}
}

// streams says that sender sees the reply at hand as it comes.
func (l *layer) streams() bool {
	e := l.due()
	return !e.drop && !e.answered && len(l.held) > 0 && (l.m.In == nil || l.passed > 0 || len(l.held) > maxHeld)
}

// pass shows sender the held octets before end.
func (l *layer) pass(end int) {
	if end > l.passed {
		l.ready = append(l.ready, l.held[l.passed:end]...)
		l.passed = end
	}
}

// replyEnd returns where the first reply of held ends, or -1. A line that does
// not go on, by "ddd-", is the last.
func (l *layer) replyEnd() int {
	for {
		i := bytes.IndexByte(l.held[l.looked:], '\n')
		if i < 0 {
			l.looked = len(l.held)
			return -1
		}
		line := l.held[l.line : l.looked+i]
		l.looked += i + 1
		l.line = l.looked
		if len(line) < 4 || line[3] != '-' || Code(string(line)) == 0 {
			return l.looked
		}
	}
}

// reply deals with the reply that ends at end.
func (l *layer) reply(end int) {
	text := string(l.held[:end])
	e := l.due()
	l.d.at = e
	l.d.note("S: ", text)
	heard := text
	if l.streams() {
		l.pass(end)
	} else if l.m.In != nil {
		heard = l.m.In(l.d, text)
	}
	shown := l.passed > 0
	l.drop(end)
	if heard == "" {
		return
	}
	l.pop()
	if e.drop {
		return
	}
	if !shown {
		l.ready = append(l.ready, heard...)
	}
	l.observe(e, heard)
}

// drop takes the octets of a reply out of held.
func (l *layer) drop(end int) {
	l.held = append([]byte(nil), l.held[end:]...)
	l.passed, l.line, l.looked = 0, 0, 0
}

// settle gives sender the answers of this side whose turn has come.
func (l *layer) settle() {
	for len(l.pending) > 0 && l.pending[0].answered {
		e := l.pending[0]
		l.pop()
		l.ready = append(l.ready, e.answer...)
		l.observe(e, e.answer)
	}
}

// observe notes what sender will do upon a reply.
func (l *layer) observe(e exchange, reply string) {
	code := Code(reply)
	switch {
	case e.stage == record.MAIL:
		l.accepted = 0
	case e.stage == record.RCPT && code/100 == 2:
		l.accepted++
	case e.stage == record.DATA:
		l.carrying = code == 354
	case e.stage == record.AUTH:
		l.responded = code == 334
	case e.stage == record.STARTTLS && code == 220:
		l.upgrading = true
		l.believe()
	}
}

// believe keeps what came behind the 220 from sender.
func (l *layer) believe() {
	if l.m.Believe == nil || len(l.held) == 0 {
		return
	}
	l.believed = l.m.Believe(l.d, l.held)
	l.patient = len(l.believed) > 0
	l.drop(len(l.held))
}
