package wire

import (
	"bytes"
	"sync"
)

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

func (s *Session) copyIn(b []byte) {
	for len(b) > 0 {
		n := copy(s.room(), b)
		s.grow(n)
		b = b[n:]
	}
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
	if n <= scratchSize || !s.granted(n) {
		if n = min(n, scratchSize); !s.reserve(n) {
			return
		}
	}
	s.last = make([]byte, 0, n)
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
	ok := s.granted(n)
	if !ok {
		s.noRoom = true
		s.forgetPieces(s.cfg)
	}
	return ok
}

// granted is reserve for what can be had in less memory, too.
func (s *Session) granted(n int) bool {
	if s.cfg.Reserve != nil && !s.cfg.Reserve(n) {
		return false
	}
	s.reserved += n
	return true
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
