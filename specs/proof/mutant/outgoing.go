package mutant

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// outgoing is the way of commands and messages to the server.
type outgoing struct {
	out     []byte // to be written
	command []byte // a line that is not complete
	message []byte // of DATA or a chunk, for its hook
	end     int    // how much of the terminator of DATA has been seen
	chunk   int    // octets of the chunk that are still to come
	chunked bool   // a chunk is under way
}

// put adds octets from sender.
func (l *layer) put(p []byte) {
	if !l.carrying {
		l.end = len(crlf)
	}
	for len(p) > 0 {
		switch {
		case l.chunked:
			p = l.putChunk(p)
		case l.carrying:
			p = l.putData(p)
		default:
			p = l.putCommand(p)
		}
	}
	l.drain()
}

func (l *layer) putCommand(p []byte) []byte {
	n := bytes.IndexByte(p, '\n') + 1
	if n == 0 {
		n = len(p)
	}
	l.command = append(l.command, p[:n]...)
	if l.command[len(l.command)-1] == '\n' {
		line := string(l.command)
		l.command = nil
		l.send(line)
	}
	return p[n:]
}

// send sends one line of sender, as the mutant would have it.
func (l *layer) send(line string) {
	replies := 1
	stage := record.StageOf(Verb(line))
	switch {
	case l.responded:
		stage = record.AUTH
		l.responded = false
	case stage == record.BDAT:
		stage, replies = l.openChunk(line)
	}
	l.d.at = l.d.next(stage, line)
	e := l.d.at
	l.d.answered = false
	sent := line
	if l.m.Out != nil {
		sent = l.m.Out(l.d, line)
	}
	l.expect(e, sent, replies)
	if sent != "" {
		l.d.note("C: ", sent)
		l.out = append(l.out, sent...)
	}
}

// expect notes the replies that are due for what is sent: of several lines the
// last one's is for sender.
func (l *layer) expect(e exchange, sent string, replies int) {
	due := 0
	if sent != "" {
		due = max(strings.Count(sent, "\n"), 1) - 1 + replies
	}
	if l.d.answered { // before what the server will say, or sender would wait for that
		own := e
		own.answered, own.answer = true, l.d.answer
		l.pending = append(l.pending, own)
	}
	for i := range due {
		e.drop = l.d.answered || i < due-replies
		l.pending = append(l.pending, e)
	}
}

// openChunk begins a chunk; its reply, or with LMTP replies, come behind it.
func (l *layer) openChunk(line string) (record.Stage, int) {
	var last string
	_, _ = fmt.Sscanf(line, "BDAT %d %s", &l.chunk, &last)
	l.chunked = l.chunk > 0
	if !strings.EqualFold(last, "LAST") {
		return record.BDAT, 1
	}
	return record.BODY, l.finals()
}

func (l *layer) putChunk(p []byte) []byte {
	n := min(l.chunk, len(p))
	l.chunk -= n
	l.carry(p[:n], l.m.Chunk != nil)
	if l.chunk == 0 {
		l.chunked = false
		if l.m.Chunk != nil {
			l.out = append(l.out, l.m.Chunk(l.d, l.message)...)
			l.message = nil
		}
	}
	return p[n:]
}

// carry keeps octets of a message for its hook, or sends them.
func (l *layer) carry(p []byte, keep bool) {
	if keep {
		l.message = append(l.message, p...)
	} else {
		l.out = append(l.out, p...)
	}
}

const (
	crlf       = "\r\n"
	terminator = "\r\n.\r\n"
)

func (l *layer) putData(p []byte) []byte {
	n := l.dataEnd(p)
	l.carry(p[:n], l.m.Data != nil)
	if l.end == len(terminator) {
		l.endData()
	}
	return p[n:]
}

// dataEnd returns how many octets of p belong to the message.
func (l *layer) dataEnd(p []byte) int {
	for i, c := range p {
		switch {
		case c == terminator[l.end]:
			l.end++
		case c == '\r':
			l.end = 1
		default:
			l.end = 0
		}
		if l.end == len(terminator) {
			return i + 1
		}
	}
	return len(p)
}

func (l *layer) endData() {
	l.carrying = false
	l.end = len(crlf)
	l.d.at = l.d.next(record.BODY, "")
	e := l.d.at
	l.d.answered = false
	if l.m.Data != nil {
		l.out = append(l.out, l.m.Data(l.d, l.message)...)
		l.message = nil
	}
	l.d.note("C: ", "(message)")
	l.expect(e, ".\n", l.finals())
}

// finals is the number of final replies (RFC 2033 §4.2).
func (l *layer) finals() int {
	if l.d.run.job.LMTP {
		return max(l.accepted, 1)
	}
	return 1
}

// say sends lines of a hook's own.
func (l *layer) say(lines string) {
	for line := range strings.Lines(lines) {
		e := exchange{stage: record.StageOf(Verb(line)), command: line, drop: true}
		l.pending = append(l.pending, e)
	}
	l.d.note("C: ", lines)
	l.out = append(l.out, lines...)
}
