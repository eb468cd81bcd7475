package wire

import (
	"errors"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// body is message data on its way in. What arrives is read to where it stays:
// a short message is copied once out of the input buffer, a long one goes
// straight into pieces that the record keeps.
type body struct {
	reading  bool
	term     terminator
	began    time.Time
	size     int      // octets seen, the final dot line included
	pieces   [][]byte // full ones
	last     []byte   // the one being filled; its capacity is the room
	borrowed bool     // last is in a buffer that is used again
	scratch  *[scratchSize]byte
	reserved int
	cut      *Rule // drops the connection inside the data
	cutAt    int64 // after so many octets; -1 for never
	oversize bool  // beyond the limit: read to its end, not kept
	noRoom   bool  // no memory was to be had: the same
	examined bool  // its faults are in the record

	message *record.Message // waits for the dialogue's turn
	final   record.Reply    // to the end of the data
}

// takeBody reads the message data and prepares what follows: the dialogue is
// fed a final dot, and a RSET too if the message was refused.
func (s *Session) takeBody() {
	s.body = body{reading: true, began: time.Now(), scratch: s.body.scratch}
	if !s.readBody() {
		return
	}
	s.reading = false
	c := record.Command{Verb: "BODY", Size: s.came(), At: s.rec.now()}
	s.rec.command(c)
	if s.mute {
		s.refuseBody() // nobody can be told that it was taken
		return
	}
	if s.keepable() {
		s.message = s.newMessage()
	}
	s.judge(c)
}

// judge decides on the message whose data is there.
func (s *Session) judge(c record.Command) {
	if s.lmtp {
		var refusal *record.Reply
		if s.unkept() {
			reply := s.bodyRefusal()
			refusal = &reply
		}
		s.judgeForEach(c, refusal)
		return
	}
	s.begin(record.BODY, c, "")
	s.judgeBody()
}

// newMessage makes the message out of what was read. It has no ID until it is
// accepted.
func (s *Session) newMessage() *record.Message {
	m := &record.Message{Session: s.ID(), At: time.Now().Round(0).UTC(), Envelope: s.envelope}
	if len(s.pieces) == 0 {
		m.SetSent(s.term.dots, s.last)
		return m
	}
	m.SetSent(s.term.dots, s.pieces[0], append(s.pieces[1:], s.last)...)
	return m
}

// judgeBody decides on the message: by a rule, by a limit, or by handing it to
// the dialogue, whose handler delivers it.
func (s *Session) judgeBody() {
	s.examineEarly(s.message)
	switch {
	case s.ruledOut(2):
		s.refuseBody()
	case s.unkept():
		s.respond(s.bodyRefusal())
		s.refuseBody()
	default:
		s.hand()
	}
}

// hand gives the message to the dialogue. Of chunks it knows nothing: it has to
// be told of DATA first.
func (s *Session) hand() {
	if s.chunked {
		s.feeds.push(feedData, awaitIgnored)
	}
	s.feeds.push(feedDot, awaitBody)
}

// unkept says that the data is read to its end and not kept.
func (b *body) unkept() bool { return b.oversize || b.noRoom }

func (s *Session) bodyRefusal() record.Reply {
	if s.noRoom {
		return tooMuchInWork
	}
	return tooBig
}

// refuseBody ends the transaction for the dialogue too, which keeps what MAIL
// and RCPT said after it refused a message.
func (s *Session) refuseBody() {
	s.examine(s.message)
	if !s.chunked {
		s.feeds.push(feedDot, awaitIgnored)
	}
	s.feeds.push(feedReset, awaitIgnored)
	s.drop(s.cfg)
	s.closeTransaction()
}

var (
	errRefused       = errors.New("451 refused")
	errLocal   error = localError
)

// Deliver keeps the message whose final dot the dialogue has read. The error
// means that it was refused.
func (s *Session) Deliver() error {
	m := s.message
	if m == nil {
		return errRefused
	}
	s.message = nil
	err := errLocal
	s.guarded("Deliver", func() { err = s.cfg.Deliver(s, m) })
	if err != nil {
		s.examine(m)
		s.final = localError
		errors.As(err, &s.final)
		return errRefused
	}
	s.final = m.Reply
	return nil
}

// Keep puts a message that was kept into the record of its session. It is
// called before the message can be forgotten again.
func (s *Session) Keep(m *record.Message) { s.rec.message(m, s.finder()) }

// KeepStub is Keep for a message whose data is kept elsewhere: the record has
// it without, and the faults in it are found now.
func (s *Session) KeepStub(m *record.Message) {
	s.examine(m)
	s.rec.message(m.Stub(), nil)
}

// Number gives a message that is about to be kept its ID, and the reply that
// takes responsibility for it, RFC 5321 §4.2.5.
func (s *Session) Number(m *record.Message, id int) {
	m.ID = id
	if m.Reply = queuedAs(m); s.override != nil && !s.lmtp {
		m.Reply = *s.override
	}
	m.Reply.At = s.rec.now()
	if s.lmtp {
		s.promise(m)
	}
}

// bodyAnswered sends the final reply, once the dialogue has given its own.
func (s *Session) bodyAnswered() {
	ok := s.final.Positive()
	if s.lmtp {
		s.announce(s.final)
	} else {
		s.respond(s.final)
	}
	if !ok && !s.over {
		s.feeds.push(feedReset, awaitIgnored)
	}
	s.drop(s.cfg)
	s.closeTransaction()
}
