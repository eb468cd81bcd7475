package wire

import (
	"strconv"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// CHUNKING, RFC 3030 §2: BDAT says how many octets follow, so that they need no
// dots and no final one.
var chunking = extension{keyword: "CHUNKING", optional: true, line: plain("CHUNKING")}

// BINARYMIME, RFC 3030 §3: message data may hold any octets. It goes by BDAT
// only.
var binaryMIME = extension{keyword: "BINARYMIME", optional: true, line: plain("BINARYMIME")}

// bdat is the argument of BDAT.
type bdat struct {
	size int
	last bool
}

func parseChunk(arg string) (c bdat, ok bool) {
	number, rest, more := strings.Cut(arg, " ")
	if more && !strings.EqualFold(rest, "LAST") || !decimal(number) {
		return c, false
	}
	n, err := strconv.Atoi(number)
	return bdat{n, more}, err == nil
}

// serveChunk answers BDAT. Its octets are read whatever the answer is, or they
// would be taken for commands; without a length that is not possible.
func (s *Session) serveChunk(c record.Command, text []byte) {
	c.Arg = strings.TrimRight(c.Arg, " \t")
	chunk, ok := parseChunk(c.Arg)
	if !ok {
		s.serveBadChunk(c)
		return
	}
	refusal := s.refuseChunk(c, text)
	if !s.chunked {
		s.beginChunks(c, refusal.Code == 0)
	}
	if !s.readChunk(chunk.size, refusal.Code == 0) {
		return
	}
	s.rec.sized(chunk.size)
	c.Size = chunk.size
	switch {
	case refusal.Code != 0:
		s.chunkRefused(c, refusal, chunk)
	case chunk.last:
		s.lastChunk(c)
	default:
		s.moreChunks(c)
	}
}

// beginChunks makes room for the first chunk. A transaction to which it belongs
// has no place for DATA any more.
func (s *Session) beginChunks(c record.Command, keep bool) {
	s.body = body{began: time.Now(), scratch: s.body.scratch, cutAt: -1}
	s.chunked = s.open && s.offers(&chunking)
	if keep {
		s.prepare(record.BODY, c, "")
		s.findCut()
	}
}

// serveBadChunk answers a BDAT whose length cannot be read. Where chunks are
// spoken what follows may be one, and so the session ends.
func (s *Session) serveBadChunk(c record.Command) {
	s.begin(c.Stage(), c, "")
	if !s.offers(&chunking) {
		s.note(notOffered, c.Line)
		s.respond(notImplemented)
		return
	}
	s.note(badParameter, c.Line)
	s.respond(badChunk)
	s.goodbye(record.EndRefused, "BDAT without a length")
}

// refuseChunk says why BDAT may not come now, with a zero reply if it may.
func (s *Session) refuseChunk(c record.Command, text []byte) record.Reply {
	refusal, _ := s.check(c, text)
	switch {
	case refusal.Code != 0:
		return refusal
	case !s.offers(&chunking):
		s.note(notOffered, c.Line)
		return notImplemented
	case !s.open, s.failed:
		return badSequence
	case s.recipients == 0:
		if !s.unknowing(c) {
			s.note(noRecipients, c.Line)
		}
		return noValidRecipients
	}
	return record.Reply{}
}

// readChunk reads n octets, into the message if they are to be kept. It says
// whether the session goes on.
func (s *Session) readChunk(n int, keep bool) bool {
	s.reading = true
	if !keep {
		s.noRoom = true
		s.forgetPieces(s.cfg)
	}
	for {
		switch {
		case s.cutAt >= 0 && int64(s.size) >= s.cutAt:
			s.dropInBody()
			return false
		case n == 0:
			s.reading = false
			return true
		case s.size > 4*s.cfg.Limits.Message:
			s.farewell(tooBig, record.EndRefused, "message data far beyond the limit")
			return false
		}
		got, ok := s.readSome(n)
		if !ok {
			return false
		}
		n -= got
	}
}

// readSome reads n octets of a chunk or less, first those that are there. It
// says whether the session goes on.
func (s *Session) readSome(n int) (got int, ok bool) {
	room := s.room()
	room = room[:min(len(room), n)]
	got = copy(room, s.in.unread())
	s.in.r += got
	if got == 0 {
		var err error
		if got, err = s.readData(room); err != nil && got == 0 {
			s.readFailed(err)
			return 0, false
		}
	}
	s.growChunk(got)
	return got, true
}

// growChunk counts octets of a chunk, none of which belong to a final dot.
func (s *Session) growChunk(n int) {
	s.size += n
	if s.unkept() {
		return
	}
	s.last = s.last[:len(s.last)+n]
	if s.size > s.cfg.Limits.Message {
		s.oversize = true
		s.forgetPieces(s.cfg)
	}
}

// chunkRefused answers a chunk that has no place. The transaction cannot be
// completed by later ones, RFC 3030 §2.
func (s *Session) chunkRefused(c record.Command, refusal record.Reply, chunk bdat) {
	if s.lmtp && chunk.last && s.chunked && s.recipients > 0 {
		s.judgeForEach(c, &refusal)
		return
	}
	s.begin(c.Stage(), c, "")
	if !s.ruledOut(0) {
		s.respond(refusal)
	}
	switch {
	case !s.chunked:
		s.drop(s.cfg)
	case chunk.last:
		s.refuseBody()
	default:
		s.failed = true
	}
}

func (s *Session) moreChunks(c record.Command) {
	s.begin(c.Stage(), c, "")
	switch {
	case s.ruledOut(2):
		s.failed = true
	case s.unkept():
		s.failed = true
		s.respond(s.bodyRefusal())
	default:
		s.respond(record.NewReply(250, "2.0.0 "+strconv.Itoa(c.Size)+" octets received"))
	}
}

// lastChunk decides on the message, which is complete.
func (s *Session) lastChunk(c record.Command) {
	if s.keepable() {
		s.message = s.newMessage()
	}
	s.judge(c)
}

var (
	badChunk          = record.NewReply(501, "5.5.4 BDAT takes a number of octets, and LAST")
	noValidRecipients = record.NewReply(554, "5.5.1 No valid recipients")
	binaryNeedsBDAT   = record.NewReply(503, "5.5.1 BINARYMIME needs BDAT")
	chunksBegun       = record.NewReply(503, "5.5.1 Bad sequence of commands, BDAT has begun")
)
