package wire

import (
	"bytes"
	"slices"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// action is what a rule does, in the form that the engine carries out.
type action struct {
	reply     *record.Reply // nil: the server's own answer, unless another field says otherwise
	raw       []byte        // octets instead of an answer; nil without
	delay     time.Duration // before the answer, or before what is done instead
	dripChunk int           // octets of the answer that leave at once; 0 for all
	dripEvery time.Duration // between two chunks
	split     []int         // offsets, growing from 1, at which the answer is cut; nil for one write
	hold      bool          // the answer leaves in one segment with the next one
	early     []byte        // octets before the answer, in its segment
	trail     []byte        // octets behind the answer, in its segment
	flood     int64         // octets of reply lines before the answer's last line; 0 for none
	silence   silence
	dropAfter int64 // octets of message data before the connection closes; -1 for never
	lose      bool  // act on the command, send no answer
	thenDrop  bool  // close after the answer
	halfClose bool  // close the server's direction after the answer
	withhold  []string
	advertise []string
	do        func(*Exchange) *record.Reply

	noCloseNotify  bool   // with drop or thenDrop: no close_notify before the connection closes
	certificate    string // one of certificateKinds; "" for the server's own
	tlsMin, tlsMax uint16 // of crypto/tls; both 0 for the server's own
	handshake      string // one of handshakeKinds; "" for a good one
	keepPlain      bool   // what came in clear behind STARTTLS is read under TLS
}

// silence is what a server does that does not answer.
type silence int

const (
	none  silence = iota
	stall         // say nothing, keep the connection
	deaf          // say nothing, read nothing, keep the connection
	drop          // close it with FIN
	reset         // close it with RST
)

// Reply answers with a code from 200 to 599 and one line or more. A line may
// begin with an enhanced status code; it holds no CR, LF or NUL. Without lines
// the reply is the code alone.
//
// A code of the class that lets the command succeed, 2yz and at DATA 3yz, takes
// the place of the server's words only: the server acts on the command as
// always, and where it refuses the command itself, that refusal stands. Any
// other code comes instead of acting on the command. A reply alone never leaves
// client and server in different states.
func (r Rule) Reply(code int, lines ...string) Rule {
	r = r.with(partReply)
	reply := record.NewReply(code, slices.Clone(lines)...)
	r.act.reply = &reply
	return r
}

// ReplyRaw answers with octets as they are, line endings included. They need
// not be a reply at all. The code that can be read in them means what it means
// in Reply; without one the command is not acted on.
func (r Rule) ReplyRaw(octets []byte) Rule {
	r = r.with(partReplyRaw)
	r.act.raw = bytes.Clone(octets)
	return r
}

// Do answers with what f returns, as Reply and ReplyRaw do; nil is the server's
// own answer. It runs on the session's own goroutine, and two sessions may run
// it at the same time. A rule with it has no JSON form.
func (r Rule) Do(f func(*Exchange) *record.Reply) Rule {
	r = r.with(partDo)
	r.act.do = f
	return r
}

// Withhold leaves extensions out of the reply to EHLO: "STARTTLS", "SIZE". The
// session does not have them then, so their use is refused. The rule's stage is
// EHLO.
func (r Rule) Withhold(keywords ...string) Rule {
	r = r.with(partWithhold)
	r.act.withhold = slices.Clone(keywords)
	return r
}

// Advertise adds lines to the reply to EHLO, a keyword with its parameters
// each: "SIZE 1000". A line replaces the one with the same keyword. An extension
// that the server lacks is refused nevertheless. The rule's stage is EHLO.
func (r Rule) Advertise(lines ...string) Rule {
	r = r.with(partAdvertise)
	r.act.advertise = slices.Clone(lines)
	return r
}

// Delay waits before the answer, or before what happens instead of it.
func (r Rule) Delay(d time.Duration) Rule {
	r = r.with(partDelay)
	r.act.delay = d
	return r
}

// Drip sends the answer in chunks of that many octets, at least 1, with a pause
// between two of them.
func (r Rule) Drip(chunk int, every time.Duration) Rule {
	r = r.with(partDrip)
	r.act.dripChunk, r.act.dripEvery = chunk, every
	return r
}

// Stall never answers and keeps the connection open. What the client still says
// is read and recorded. The command is not acted on.
func (r Rule) Stall() Rule { return r.silent(partStall, stall) }

// StopReading neither reads nor answers from here on, and keeps the connection:
// what the client sends fills the buffers between the two. The command is not
// acted on.
func (r Rule) StopReading() Rule { return r.silent(partStopReading, deaf) }

// Drop closes the connection, with a FIN, instead of an answer. The command is
// not acted on.
func (r Rule) Drop() Rule { return r.silent(partDrop, drop) }

// Reset breaks the connection, with an RST, instead of an answer. The command
// is not acted on.
func (r Rule) Reset() Rule { return r.silent(partReset, reset) }

func (r Rule) silent(part ruleParts, kind silence) Rule {
	r = r.with(part)
	r.act.silence = kind
	return r
}

// DropAfterBytes closes the connection within the message data, once n octets
// of it have come; 0 is right after the reply to DATA. It fires when that
// happens, so not at a shorter message. The rule's stage is DATA, BODY or ANY,
// and it has no other action.
func (r Rule) DropAfterBytes(n int64) Rule {
	r = r.with(partDropAfterBytes)
	r.act.dropAfter = n
	return r
}

// LoseReply acts on the command, but the reply never leaves: the client cannot
// know whether its message was taken. With ThenDrop the connection closes where
// the reply would have been.
func (r Rule) LoseReply() Rule {
	r = r.with(partLoseReply)
	r.act.lose = true
	return r
}
