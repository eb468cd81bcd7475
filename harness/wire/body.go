package wire

import (
	"bytes"
	"errors"
	"sync"
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

// scratchSize is the room for data whose length is not known. Most messages
// are shorter; they are copied out of it to their true length.
const scratchSize = 64 << 10

var scratchPool = sync.Pool{New: func() any { return new([scratchSize]byte) }}

// nextPiece returns the size of the piece behind so many full ones. Full ones
// are never copied, the last one is half empty as a rule and is: a piece is
// large only where that copy is little beside the whole.
func nextPiece(full int) int {
	if full <= 4 {
		return 256 << 10
	}
	return 1 << 20
}

// trustedSize bounds how much is allocated on a client's word.
const trustedSize = 16 << 20

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
	s.x.Message = s.message
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

// Number gives a message that is about to be kept its ID, and the reply that
// takes responsibility for it, RFC 5321 §4.2.5.
func (s *Session) Number(m *record.Message, id int) {
	m.ID = id
	if m.Reply = queuedAs(id); s.override != nil && !s.lmtp {
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

// readBody reads up to the final dot line. It says whether the session goes
// on.
func (s *Session) readBody() bool {
	s.findCut()
	if s.cutAt == 0 {
		s.dropInBody()
		return false
	}
	if s.in.empty() && !s.fillBody() {
		return false
	}
	for done := s.takeBuffered(); ; {
		switch {
		case s.cutAt >= 0 && int64(s.came()) >= s.cutAt:
			s.dropInBody()
			return false
		case done:
			s.shorten(len(feedDot))
			return true
		case s.size > 4*s.cfg.Limits.Message:
			s.farewell(tooBig, record.EndRefused, "message data far beyond the limit")
			return false
		}
		var ok bool
		if done, ok = s.readOn(); !ok {
			return false
		}
	}
}

// readOn reads once. It says whether the data is complete, and whether the
// session goes on.
func (s *Session) readOn() (done, ok bool) {
	room := s.room()
	n, err := s.readData(room)
	if n > 0 {
		return s.took(room[:n]), true
	}
	if err != nil {
		s.readFailed(err)
	}
	return false, err == nil
}

// came returns how many octets of the message have come, without the dots that
// are there for the wire only.
func (b *body) came() int { return b.size - b.term.dots - b.term.pending() }

// findCut looks for a rule that cuts the connection inside the data.
func (s *Session) findCut() {
	s.cutAt = -1
	s.x.Stage, s.x.Command = record.BODY, record.Command{Verb: "BODY"}
	s.guarded("When", func() {
		if s.cut = s.cfg.Rules.MatchData(&s.x); s.cut != nil {
			s.cutAt = s.cut.act.dropAfter
		}
	})
}

func (s *Session) dropInBody() {
	if !s.flush() {
		return
	}
	s.cut.hit()
	s.rec.command(record.Command{Verb: "BODY", Size: s.came(), At: s.rec.now(),
		Reply: record.Reply{Rule: s.cut.Name(), At: s.rec.now()}})
	s.examineCut()
	s.hangUp(record.EndDropped, s.cut.Name())
}

// fillBody reads into the input buffer, where a short message finds room.
func (s *Session) fillBody() bool {
	if !s.flush() {
		return false
	}
	s.limitBody()
	if err := s.in.fill(s.conn, len(s.in.buf)); err != nil {
		s.readFailed(err)
		return false
	}
	return true
}

func (s *Session) readData(room []byte) (int, error) {
	if !s.flush() {
		return 0, errGone
	}
	s.limitBody()
	return s.conn.Read(room)
}

func (s *Session) limitBody() {
	by := s.patience(s.cfg.Limits.Idle)
	if end := s.deadline(s.began, s.size); end.Before(by) {
		by = end
	}
	s.sock.limitRead(by)
}

// takeBuffered takes what the input buffer holds, and says whether that is the
// whole of the data.
func (s *Session) takeBuffered() bool {
	unread := s.in.unread()
	end := s.term.scan(unread)
	if end < 0 {
		s.copyIn(s.in.take())
		return false
	}
	s.in.r += end
	s.last, s.borrowed = unread[:0:end], true
	s.grow(end)
	return true
}

func (s *Session) copyIn(b []byte) {
	for len(b) > 0 {
		n := copy(s.room(), b)
		s.grow(n)
		b = b[n:]
	}
}

// took accounts for octets that were read into the room, and says whether they
// hold the end. What is behind the end goes back to the input.
func (s *Session) took(b []byte) bool {
	end := s.term.scan(b)
	if end < 0 {
		s.grow(len(b))
		return false
	}
	s.in.put(b[end:])
	s.grow(end)
	return true
}

// grow counts n octets more, and gives everything back once that is over the
// limit.
func (s *Session) grow(n int) {
	s.size += n
	if s.unkept() {
		return
	}
	s.last = s.last[:len(s.last)+n]
	if s.came() > s.cfg.Limits.Message {
		s.oversize = true
		s.forgetPieces(s.cfg)
	}
}

// room returns where the next octets go, never empty.
func (s *Session) room() []byte {
	if !s.unkept() && len(s.last) == cap(s.last) {
		s.nextRoom()
	}
	if s.unkept() {
		return s.ownScratch()[:]
	}
	return s.last[len(s.last):cap(s.last)]
}

// nextRoom puts the full piece aside and makes the next one.
func (s *Session) nextRoom() {
	switch {
	case s.last == nil && s.declared <= scratchSize:
		s.last, s.borrowed = s.ownScratch()[:0], true
		return
	case s.last == nil:
		s.newPiece(min(s.declared+512, trustedSize))
		return
	case s.borrowed && !s.own():
		return
	}
	if s.pieces == nil {
		s.pieces = make([][]byte, 0, 8)
	}
	s.pieces = append(s.pieces, s.last)
	s.newPiece(nextPiece(len(s.pieces)))
}

// own copies the borrowed octets to where they stay.
func (s *Session) own() bool {
	if !s.reserve(len(s.last)) {
		return false
	}
	s.last, s.borrowed = bytes.Clone(s.last), false
	return true
}

// newPiece makes a smaller one where there is no room for n octets: the message
// may end in it.
func (s *Session) newPiece(n int) {
	if n > scratchSize && !s.fits(n) {
		n = scratchSize
	}
	if s.reserve(n) {
		s.last = make([]byte, 0, n)
	}
}

func (b *body) ownScratch() *[scratchSize]byte {
	if b.scratch == nil {
		b.scratch = scratchPool.Get().(*[scratchSize]byte)
	}
	return b.scratch
}

// shorten takes n octets off the end, which may reach into the piece before the
// last.
func (b *body) shorten(n int) {
	if b.unkept() {
		return
	}
	for n > len(b.last) && len(b.pieces) > 0 {
		n -= len(b.last)
		b.last = b.pieces[len(b.pieces)-1]
		b.pieces = b.pieces[:len(b.pieces)-1]
	}
	b.last = b.last[:len(b.last)-n]
}

// keepable copies the last piece to its true length where what is empty of it
// is much beside the message, so that a kept message costs what it weighs. It
// says whether there is a message to keep.
func (s *Session) keepable() bool {
	switch {
	case s.unkept():
		return false
	case s.borrowed:
		return s.own()
	case cap(s.last)-len(s.last) > 64+s.size/32:
		s.last = bytes.Clone(s.last)
	}
	return true
}

// reserve asks for memory. Without it the data is read and not kept.
func (s *Session) reserve(n int) bool {
	if s.cfg.Reserve != nil && !s.cfg.Reserve(n) {
		s.noRoom = true
		s.forgetPieces(s.cfg)
		return false
	}
	s.reserved += n
	return true
}

// fits says that there was room for n octets a moment ago.
func (s *Session) fits(n int) bool {
	if s.cfg.Reserve == nil {
		return true
	}
	ok := s.cfg.Reserve(n)
	if ok {
		s.cfg.Release(n)
	}
	return ok
}

func (b *body) forgetPieces(cfg *Config) {
	b.pieces, b.last = nil, nil
	if b.reserved > 0 && cfg.Release != nil {
		cfg.Release(b.reserved)
	}
	b.reserved = 0
}

// drop gives back all that the body holds.
func (b *body) drop(cfg *Config) {
	b.forgetPieces(cfg)
	b.message = nil
	if b.scratch != nil {
		scratchPool.Put(b.scratch)
		b.scratch = nil
	}
}
