package wire

import (
	"io"

	"github.com/smtpspec/smtpspec/harness/record"
)

// exchange is one command with its reply, or the greeting, while it is under
// way.
type exchange struct {
	x         Exchange
	rule      *Rule            // the one that matched, of the set; nil if none did
	override  *record.Reply    // the rule's text for the server's success
	draft     record.Envelope  // what MAIL asks for
	recipient record.Recipient // what RCPT asks for
}

// await is what the dialogue's next reply answers.
type await byte

const (
	awaitNothing await = iota
	awaitBanner
	awaitReply   // to the client's command
	awaitBody    // to the final dot
	awaitIgnored // to a line that no client sent
)

// feed is a line for the dialogue that no client sent.
type feed struct {
	line  []byte
	await await
}

// feeds is a short queue of them.
type feeds struct {
	of [3]feed
	n  int
}

func (q *feeds) push(line []byte, a await) {
	q.of[q.n] = feed{line, a}
	q.n++
}

func (q *feeds) pop() feed {
	f := q.of[0]
	copy(q.of[:], q.of[1:])
	q.n--
	return f
}

// What the dialogue is fed. It never sees an address: its own grammar for them
// is wider than the standard's, and the envelope is kept here. What it does see
// it formats into a header that nobody reads, so there is as little as can be.
var (
	feedHello = []byte("HELO\r\n")
	feedMail  = []byte("MAIL FROM:<>\r\n")
	feedRcpt  = []byte("RCPT TO:<r>\r\n")
	feedData  = []byte("DATA\r\n")
	feedDot   = []byte(".\r\n")
	feedReset = []byte("RSET\r\n")
	feedNoop  = []byte("NOOP\r\n")
	feedQuit  = []byte("QUIT\r\n")
	feedVrfy  = []byte("VRFY\r\n")
	feedAbort = []byte("*\r\n")
)

// next returns the line that the dialogue reads next, and nil when it is to
// end. Whatever the wire answers by itself is answered on the way.
func (s *Session) next() []byte {
	s.settle()
	for !s.over && !s.restart {
		if s.feeds.n > 0 {
			f := s.feeds.pop()
			s.waiting = f.await
			return f.line
		}
		line, ok := s.readLine()
		if !ok {
			return nil
		}
		if line == nil {
			continue
		}
		if fed := s.serveLine(line); fed != nil {
			s.waiting = awaitReply
			return fed
		}
	}
	return nil
}

// settle deals with what the dialogue wrote since it read last.
func (s *Session) settle() {
	waiting := s.waiting
	s.waiting = awaitNothing
	if !s.over {
		switch waiting {
		case awaitBanner:
			s.greet()
		case awaitReply:
			s.relay(nativeReply(s.native))
		case awaitBody:
			s.bodyAnswered()
		}
	}
	s.native = s.native[:0]
}

// greet opens the session, RFC 5321 §3.1. A later dialogue's banner is not
// wanted.
func (s *Session) greet() {
	if s.greeted {
		return
	}
	if !s.readProxy() {
		return
	}
	if s.refusal == nil {
		s.begin(record.CONNECT, record.Command{}, "")
	}
	if s.implicit && !s.handshake(true) {
		return
	}
	if s.refusal != nil {
		s.refuse(*s.refusal)
		return
	}
	if !s.ruledOut(2) {
		s.respond(s.banner())
	}
	s.greeted = true
}

func (s *Session) banner() record.Reply {
	if s.lmtp {
		return record.NewReply(220, s.cfg.Hostname+" LMTP ready")
	}
	return s.cfg.greeting
}

// begin starts an exchange and finds the rule for it.
func (s *Session) begin(stage record.Stage, c record.Command, address string) {
	s.prepare(stage, c, address)
	n := stageIndex(stage)
	s.seen[n]++
	s.x.Occurrence = s.seen[n]
	if address != "" && s.cfg.Addressed != nil {
		s.cfg.Addressed(s.ID(), address)
	}
	s.match()
}

// prepare is begin without a rule and without counting.
func (s *Session) prepare(stage record.Stage, c record.Command, address string) {
	s.exchange = exchange{}
	s.x = Exchange{Stage: stage, Command: c, Address: address, Envelope: s.envelope,
		SessionID: s.ID(), Hello: s.hello, Transaction: s.mails, snapshot: s.snapshot, user: s.user,
		TLS: s.secured() || s.implicit && stage == record.CONNECT}
	if stage == record.BODY {
		s.x.Message = s.message
	}
}

func (s *Session) match() {
	s.guarded("When", func() { s.rule = s.cfg.Rules.Match(&s.x) })
}

// stages is how many stages there are.
const stages = 13

func stageIndex(stage record.Stage) int {
	for i, one := range [...]record.Stage{record.CONNECT, record.EHLO, record.STARTTLS, record.AUTH, record.MAIL,
		record.RCPT, record.DATA, record.BDAT, record.BODY, record.RSET, record.NOOP, record.QUIT} {
		if one == stage {
			return i
		}
	}
	return stages - 1
}

// ruledOut lets the rule answer instead of the server. It says whether the
// exchange is over by that. success is the class of reply that lets the
// command succeed here: a rule's reply of that class only takes the place of
// the server's, so that a rule never leaves the two in different states.
func (s *Session) ruledOut(success int) bool {
	if s.rule == nil {
		return false
	}
	act := &s.rule.act
	if act.silence != none {
		if s.delay() {
			s.fallSilent(act.silence)
		}
		return true
	}
	reply := s.ruleReply()
	if reply == nil {
		return false
	}
	if reply.Code/100 == success {
		s.override = reply
		return false
	}
	s.respond(*reply)
	return true
}

// ruleReply returns the rule's reply, nil if the server's own is to stand.
func (s *Session) ruleReply() *record.Reply {
	act := &s.rule.act
	switch {
	case act.raw != nil:
		reply := record.ParseReply(string(act.raw))
		return &reply
	case act.do != nil:
		reply := &localError
		s.guarded("Do", func() { reply = act.do(&s.x) })
		return reply
	}
	return act.reply
}

// fallSilent is the end of all answers.
func (s *Session) fallSilent(how silence) {
	s.answered(record.Reply{Rule: s.rule.Name(), At: s.rec.now()})
	if s.release(); !s.flush() {
		return
	}
	switch how {
	case stall:
		s.mute = true
	case deaf:
		s.goDeaf()
	case drop:
		s.dropConnection()
	case reset:
		s.sock.reset()
		s.hangUp(record.EndDropped, s.rule.Name())
	}
}

// relay sends the dialogue's reply to the client's command on, and follows the
// state that it means.
func (s *Session) relay(reply record.Reply) {
	verb := s.x.Command.Verb
	if verb == "AUTH" {
		s.relayAuth(reply)
		return
	}
	if reply.Positive() {
		reply = s.succeeded(verb, reply)
	}
	s.respond(reply)
	if verb == "DATA" && !s.over {
		s.relayedData(reply)
	}
	if verb == "QUIT" && reply.Positive() && !s.over {
		s.release()
		s.flush()
		s.hangUp(record.EndQuit, "")
	}
}

// succeeded follows what a positive reply means, and returns the reply that
// the client gets for it.
func (s *Session) succeeded(verb string, reply record.Reply) record.Reply {
	switch verb {
	case "EHLO", "HELO", "LHLO":
		return s.greeted250(verb)
	case "MAIL":
		s.open = true
		s.mails++
		s.envelope = s.draft
	case "RCPT":
		s.recipients++
		s.addDomain(s.x.Address)
	case "RSET":
		s.closeTransaction()
	case "QUIT":
		return s.cfg.closing
	}
	return reply
}

// relayedData goes on behind the reply to DATA.
func (s *Session) relayedData(reply record.Reply) {
	if reply.Code == 354 {
		if !s.in.empty() {
			s.note(behindData, s.ahead(s.in.unread()))
		}
		s.takeBody()
		return
	}
	s.refusedData()
}

// refusedData ends the session if octets came behind a DATA that was refused,
// whoever refused it: they may be message data, and must not be obeyed.
func (s *Session) refusedData() {
	if !s.in.empty() {
		s.note(behindData, s.maskEarly(s.in.take()))
		s.farewell(outOfOrder, record.EndRefused, "octets behind a refused DATA")
	}
}

func (s *Session) closeTransaction() {
	if s.chunked {
		s.drop(s.cfg)
	}
	s.open, s.utf8, s.binary, s.chunked, s.failed = false, false, false, false, false
	s.declared, s.recipients = 0, 0
	s.envelope = record.Envelope{}
}

// respond ends the exchange with the server's own reply, or with what the rule
// makes of it.
func (s *Session) respond(reply record.Reply) {
	if s.mute || s.rule != nil && !s.delay() {
		return
	}
	if s.override != nil && reply.Code/100 == s.override.Code/100 {
		reply = *s.override
	} else if !s.offersStatusCodes() && !s.fromRule(reply) {
		reply = withoutEnhanced(reply)
	}
	if reply.Code >= 500 && reply.Code <= 504 && s.rule == nil {
		reply = s.counted(reply)
	}
	reply.At = s.rec.now()
	if s.rule != nil {
		reply.Rule = s.rule.Name()
		s.respondRuled(reply)
		return
	}
	s.answered(reply)
	s.send(reply)
	if reply.Code == 421 {
		s.goodbye(record.EndRefused, reply.Text())
	}
}

// delay keeps the client waiting as the rule wants.
func (s *Session) delay() bool {
	d := s.rule.act.delay
	if d <= 0 {
		return true
	}
	if s.flush() && !s.sleep(d) {
		s.hangUp(record.EndServerClosed, "")
	}
	if s.over {
		return false
	}
	if s.x.Command.Verb == "QUIT" && s.sock.hungUp() {
		end, _ := s.endOf(io.EOF)
		s.hangUp(end, "before the reply to QUIT")
		return false
	}
	s.noteDelayed()
	return true
}

func (s *Session) fromRule(reply record.Reply) bool {
	return s.rule != nil && (s.rule.act.reply != nil || s.rule.act.raw != nil || s.rule.act.do != nil)
}

// offersStatusCodes says whether replies carry the codes of RFC 3463: always,
// unless the server was told to withhold them.
func (s *Session) offersStatusCodes() bool {
	return !containsFold(s.cfg.Withhold, enhancedStatusCodes.keyword)
}

// answered puts the reply into the record, before its first octet leaves.
func (s *Session) answered(reply record.Reply) {
	if s.x.Stage == record.CONNECT {
		s.away = reply.Code/100 == 5
		s.rec.greeting(reply)
		return
	}
	if s.x.Stage == record.RCPT && s.open {
		s.recipient.Address, s.recipient.Reply = s.x.Address, reply
		s.envelope.Recipients = append(s.envelope.Recipients, s.recipient)
	}
	if s.x.Command.Verb == "EHLO" && reply.Code >= 400 {
		s.noEHLO = true
	}
	if s.again {
		s.rec.anotherReply(reply)
		return
	}
	s.rec.reply(reply)
	if s.x.Command.Verb == "QUIT" && reply.Positive() {
		// Before the 221 leaves: whoever has it may count on the end of the record.
		s.finish(record.EndQuit, "")
	}
}

// counted turns the error that is one too many into a 421.
func (s *Session) counted(reply record.Reply) record.Reply {
	if s.errors++; s.errors > s.cfg.Limits.Errors {
		return tooManyErrors
	}
	return reply
}
