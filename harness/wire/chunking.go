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
func (s *Session) serveChunk(c record.Command) {
	size, ok := parseChunk(c.Arg)
	if !ok {
		s.note(badParameter, c.Line)
		s.begin(c.Stage(), c, "")
		s.respond(badChunk)
		s.goodbye(record.EndRefused, "BDAT without a length")
		return
	}
	refusal := s.refuseChunk(c)
	if !s.chunked {
		s.body = body{began: time.Now(), scratch: s.body.scratch}
	}
	s.chunked = true
	if !s.readChunk(size.size, refusal.Code == 0) {
		return
	}
	s.rec.sized(size.size)
	c.Size = size.size
	s.begin(chunkStage(size), c, "")
	switch {
	case refusal.Code != 0:
		s.chunkRefused(refusal, size)
	case size.last:
		s.lastChunk()
	default:
		s.moreChunks(size)
	}
}

// chunkStage is BODY for the chunk that ends a message: its reply takes
// responsibility.
func chunkStage(c bdat) record.Stage {
	if c.last {
		return record.BODY
	}
	return record.BDAT
}

// refuseChunk says why BDAT may not come now, with a zero reply if it may.
func (s *Session) refuseChunk(c record.Command) record.Reply {
	switch {
	case !s.offers(&chunking):
		s.note(notOffered, c.Line)
		return notImplemented
	case !s.open:
		return badSequence
	case s.recipients == 0:
		s.note(noRecipients, c.Line)
		return noValidRecipients
	case s.failed:
		return badSequence
	}
	return record.Reply{}
}

// readChunk reads n octets, into the message if they are to be kept.
func (s *Session) readChunk(n int, keep bool) bool {
	s.reading = true
	if !keep {
		s.noRoom = true
		s.forgetPieces(s.cfg)
	}
	for n > 0 {
		room := s.room()
		room = room[:min(len(room), n)]
		got := copy(room, s.in.unread())
		s.in.r += got
		if got == 0 {
			var err error
			if got, err = s.readData(room); got == 0 {
				s.readFailed(err)
				return false
			}
		}
		s.growChunk(got)
		n -= got
	}
	s.reading = false
	return true
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
func (s *Session) chunkRefused(refusal record.Reply, c bdat) {
	if s.ruledOut(0) {
		return
	}
	s.respond(refusal)
	s.failed = s.open && !c.last
	if c.last {
		s.endChunks()
	}
}

func (s *Session) moreChunks(c bdat) {
	switch {
	case s.ruledOut(2):
		s.failed = true
	case s.unkept():
		s.failed = true
		s.respond(s.bodyRefusal())
	default:
		s.respond(record.NewReply(250, "2.0.0 "+strconv.Itoa(c.size)+" octets received"))
	}
}

// lastChunk hands the message to the dialogue, which has to be told of DATA
// first.
func (s *Session) lastChunk() {
	if s.keepable() {
		s.message = s.newMessage()
	}
	s.x.Message = s.message
	s.examineEarly(s.message)
	switch {
	case s.ruledOut(2):
		s.endChunks()
	case s.unkept():
		s.respond(s.bodyRefusal())
		s.endChunks()
	default:
		s.feeds.push(feedData, awaitIgnored)
		s.feeds.push(feedDot, awaitBody)
	}
}

// endChunks ends a transaction whose message was refused.
func (s *Session) endChunks() {
	s.examine(s.message)
	s.drop(s.cfg)
	s.closeTransaction()
	s.feeds.push(feedReset, awaitIgnored)
}

var (
	badChunk          = record.NewReply(501, "5.5.4 BDAT takes a number of octets, and LAST")
	noValidRecipients = record.NewReply(554, "5.5.1 No valid recipients")
	binaryNeedsBDAT   = record.NewReply(503, "5.5.1 BINARYMIME needs BDAT")
	chunksBegun       = record.NewReply(503, "5.5.1 Bad sequence of commands, BDAT has begun")
)
