package wire

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Peer is the server's side of one session when its whole dialogue is a
// script: for what rules over a good server cannot say. Everything is recorded
// as in any other session. A Peer is good until its script returns.
//
// Nothing is said but what the script says: a client that is silent for too
// long, or says too much, is hung up on without a word.
//
// The errors of its methods mean that the client is gone or did something else
// than the script foresaw; a script returns them.
type Peer struct {
	s    *Session
	open bool // the reply that was sent last goes on
	sent int  // how often something was sent since the last line
}

// ErrPeerGone is the error of a Peer whose client has hung up.
var ErrPeerGone = errors.New("the client is gone")

// runScript is the session of a Peer, in a goroutine of its own.
func (s *Session) runScript(script func(*Peer) error) {
	defer s.close()
	if !s.readProxy() || s.implicit && !s.handshake(true) {
		return
	}
	s.greeted = true
	s.x.Stage = record.CONNECT
	var err error
	ok := s.guarded("the peer's script", func() { err = script(&Peer{s: s}) })
	if ok && err != nil && !errors.Is(err, ErrPeerGone) {
		s.violate(record.Violation{Command: len(s.Snapshot().Commands), Rule: "WithPeer", Text: err.Error()})
	}
	if !s.over && !s.aborted.Load() {
		s.goodbye(record.EndDropped, "the peer's script ended")
	}
}

// scripted says that a script runs the session, and nobody else has a say.
func (s *Session) scripted() bool { return s.cfg.Script != nil && s.refusal == nil }

func (p *Peer) gone() error {
	if p.s.over {
		return ErrPeerGone
	}
	return nil
}

// Reply answers with a code and one line or more.
func (p *Peer) Reply(code int, lines ...string) error {
	reply := record.NewReply(code, lines...)
	if len(lines) == 0 {
		reply.Lines = []string{""}
	}
	return p.send(reply)
}

// Send answers with octets as they are, line ends included.
func (p *Peer) Send(octets string) error { return p.send(record.ParseReply(octets)) }

// send records the reply and writes it. What is sent when a command has its
// reply already goes on with that reply, if it has no last line yet, and is one
// more reply to the same command otherwise.
func (p *Peer) send(reply record.Reply) error {
	s := p.s
	switch {
	case s.over:
		return ErrPeerGone
	case s.mute:
		return errors.New("the script sends something after HalfClose or Silence; nothing can be sent then")
	}
	s.out = reply.AppendTo(s.out)
	reply.At = s.rec.now()
	if reply = p.recorded(reply); reply.Code == 334 {
		s.auth.step = true
	}
	s.flush()
	return p.gone()
}

// recorded puts octets into the record, and returns the reply that they are, or
// belong to.
func (p *Peer) recorded(reply record.Reply) record.Reply {
	const apart = 1000 // replies to one command; more of them are kept as one
	if p.sent++; p.s.again && (p.open || p.s.x.Stage == record.CONNECT || p.sent > apart) {
		reply = p.s.rec.longer(reply.Octets())
	} else {
		p.s.answered(reply)
	}
	p.s.again, p.open = true, !endsReply(reply.Octets())
	return reply
}

// endsReply says that the last line of octets is the last of a reply.
func endsReply(octets string) bool {
	text, whole := strings.CutSuffix(octets, "\n")
	last := text[strings.LastIndexByte(text, '\n')+1:]
	return whole && (len(last) < 4 || last[3] != '-')
}

// floodLook is how much of a flood goes between two looks for the client's end.
const floodLook = 16 << 10

// Flood sends pattern again and again until n octets have gone, one write for
// each step octets of it, and stops when the client takes no more or has ended
// its direction: some that have given up read on, and throw it away. The record
// gets a line that says how many octets were taken, "(1048576 octets of "a")",
// and not the octets. The server's buffer for them is made small, so that what
// was taken is what the client has read, but for some 100 KiB.
func (p *Peer) Flood(pattern string, n int64, step int) error {
	s := p.s
	if c, ok := s.sock.Conn.(interface{ SetWriteBuffer(int) error }); ok {
		c.SetWriteBuffer(16 << 10)
	}
	block := []byte(strings.Repeat(pattern, 1+(step-1)/len(pattern)))
	var sent, looked int64
	var err error
	for sent < n && err == nil && !s.aborted.Load() {
		if sent-looked >= floodLook {
			looked = sent
			if s.sock.hungUp() {
				break
			}
		}
		var more int
		s.sock.limitWrite(time.Now().Add(s.cfg.Limits.Idle))
		more, err = s.conn.Write(block[:min(int64(step), n-sent)])
		sent += int64(more)
	}
	p.recorded(record.ParseReply(fmt.Sprintf("(%d octets of %q)\r\n", sent, record.Clip(pattern, 40))))
	p.open = true
	if err != nil {
		s.lost(err)
	}
	return p.gone()
}

// ReadLine reads one line of the client. Secrets in it are masked, unless the
// server records them.
func (p *Peer) ReadLine() (record.Command, error) {
	s := p.s
	line, ok := s.readLine()
	if !ok {
		return record.Command{}, ErrPeerGone
	}
	c := s.x.Command // an overlong line, which was recorded already
	if line != nil {
		c = p.take(line)
	}
	s.auth.step, s.again, p.sent = false, false, 0
	s.exchange = exchange{x: Exchange{Stage: c.Stage(), Command: c}}
	if s.tooMuch() {
		s.hangUp(record.EndRefused, "the client said too much")
		return c, ErrPeerGone
	}
	return c, nil
}

// take records a line.
func (p *Peer) take(line []byte) record.Command {
	text, ending := cutEnding(line)
	c := p.s.commandOf(text, ending)
	p.s.lines++
	p.s.rec.command(c)
	p.s.noteLine(c, len(line))
	if c.Verb == "MAIL" {
		p.s.mailLine = c.Line
	}
	if verb := c.Verb; verb == "EHLO" || verb == "HELO" || verb == "LHLO" {
		p.s.rec.hello(c.Arg)
	}
	return c
}

// Expect reads one line and checks it against a pattern such as "MAIL FROM:*".
// The pattern is that of Rule.To.
func (p *Peer) Expect(pattern string) (record.Command, error) {
	c, err := p.ReadLine()
	if err != nil {
		return c, fmt.Errorf("expected \"%s\": %w", pattern, err)
	}
	if g := newGlob(pattern); !g.match(c.Line) {
		return c, fmt.Errorf("expected \"%s\", the client sent \"%s\"", pattern, record.Clip(c.Line, 200))
	}
	return c, nil
}

// ReadData reads message data up to the line that holds a dot.
func (p *Peer) ReadData() (*record.Message, error) {
	s := p.s
	s.body = body{reading: true, began: time.Now(), scratch: s.body.scratch}
	defer s.body.drop(s.cfg)
	if !s.readBody() {
		return nil, ErrPeerGone
	}
	s.reading = false
	c := record.Command{Verb: "BODY", Size: s.came(), At: s.rec.now()}
	s.rec.command(c)
	s.again = false
	s.exchange = exchange{x: Exchange{Stage: record.BODY, Command: c}}
	if !s.keepable() {
		return nil, errors.New("the message data is over the limit")
	}
	m := s.newMessage()
	s.examineEarly(m)
	return m, nil
}

// Accept keeps a message as one that the server took, so that it is among the
// server's messages. It sends no reply: the message's own is the one that a good
// server would have sent.
func (p *Peer) Accept(m *record.Message, from string, to ...string) error {
	if m.ID != 0 {
		return errors.New("the script accepts a message twice")
	}
	m.Envelope.From = from
	for _, address := range to {
		m.Envelope.Recipients = append(m.Envelope.Recipients,
			record.Recipient{Address: address, Reply: record.NewReply(250, "2.1.5 Ok")})
	}
	return p.s.cfg.Deliver(p.s, m)
}

// ReadOctets reads exactly n octets, such as those behind BDAT. They are not in
// the record.
func (p *Peer) ReadOctets(n int) ([]byte, error) {
	octets := make([]byte, n)
	got := copy(octets, p.s.in.unread())
	p.s.in.r += got
	p.s.sock.limitRead(p.s.patience(p.s.cfg.Limits.Idle))
	for got < n {
		more, err := p.s.conn.Read(octets[got:])
		if got += more; err != nil && got < n {
			p.s.readFailed(err)
			return octets[:got], ErrPeerGone
		}
	}
	return octets, nil
}

// Buffered returns what the client has sent ahead, as far as it was read
// together with the last line.
func (p *Peer) Buffered() []byte { return bytes.Clone(p.s.in.unread()) }

// StartTLS runs the handshake. Octets that the client sent ahead are dropped.
func (p *Peer) StartTLS() error {
	if p.s.cfg.TLS == nil {
		return errors.New("the server has no TLS; give it WithSTARTTLS()")
	}
	if p.s.secured() {
		return errors.New("the script begins TLS inside TLS")
	}
	p.s.keepEarly()
	if !p.s.flush() || !p.s.handshake(false) {
		return ErrPeerGone
	}
	return nil
}

// ReadSlowly has the server pause before each so many octets that it takes from
// here on; 0 octets ends that.
func (p *Peer) ReadSlowly(octets int, pause time.Duration) {
	k := p.s.sock
	k.ration, k.rest, k.pause = octets, 0, func() { p.s.sleep(pause) }
}

// Wait does nothing for d.
func (p *Peer) Wait(d time.Duration) error {
	if p.s.over || !p.s.sleep(d) {
		return ErrPeerGone
	}
	return nil
}

// Silence reads and records, without an answer, until the client hangs up. It
// always returns an error.
func (p *Peer) Silence() error {
	p.s.mute = true
	for {
		if _, err := p.ReadLine(); err != nil {
			return err
		}
	}
}

// Close ends the connection, Reset so that the client sees a reset.
func (p *Peer) Close() { p.s.goodbye(record.EndDropped, "closed by the peer's script") }

// Reset ends the connection with a reset (RST).
func (p *Peer) Reset() {
	p.s.sock.reset()
	p.s.hangUp(record.EndDropped, "reset by the peer's script")
}

// HalfClose ends the server's direction; the client's octets still arrive.
func (p *Peer) HalfClose() { p.s.halfClose() }
