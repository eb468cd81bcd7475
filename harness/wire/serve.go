package wire

import (
	"bytes"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// serveLine takes one line of the client. It returns what the dialogue is to
// read, nil if the line has been dealt with.
func (s *Session) serveLine(line []byte) []byte {
	text, ending := cutEnding(line)
	c := s.commandOf(text, ending)
	s.lines++
	s.rec.command(c)
	s.noteLine(c, len(line))
	switch {
	case s.tooMuch():
		s.exchange = exchange{x: Exchange{Command: c}}
		s.respondOrHangUp(tooManyLines)
		return nil
	case s.mute:
		return nil
	case s.auth.step:
		return s.serveAuthLine(c, text, line)
	case speaksHTTP(c):
		s.note(otherProtocol, c.Line)
		s.exchange = exchange{x: Exchange{Command: c}}
		s.respond(notSMTP)
		return nil
	}
	if c.Verb == "BDAT" {
		s.serveChunk(c, text)
		return nil
	}
	return s.serveCommand(c, text)
}

// tooMuch says that the session has said more than one may.
func (s *Session) tooMuch() bool {
	return s.lines > s.cfg.Limits.Commands || s.rec.cost() > s.cfg.Limits.Record
}

// respondOrHangUp ends a session that a rule has silenced, and answers any
// other.
func (s *Session) respondOrHangUp(reply record.Reply) {
	if s.mute {
		s.hangUp(record.EndRefused, reply.Text())
		return
	}
	s.respond(reply)
}

// commandOf makes the record of a line, with its secrets masked.
func (s *Session) commandOf(text []byte, ending string) record.Command {
	at := s.rec.now()
	c := record.Command{Ending: ending}
	switch {
	case s.auth.step:
		c.Line, c.Masked = s.maskedResponse(text)
	default:
		c = record.NewCommand(s.lineOf(text))
		c.Ending = ending
		s.maskCommand(&c)
	}
	c.At, c.Pipelined = at, s.pipelined
	s.before, s.verb = s.verb, c.Verb
	return c
}

// lineOf returns the line as a string, without a copy where it is one of those
// that nearly every session has, or the sender that the session had before.
func (s *Session) lineOf(text []byte) string {
	if string(text) == s.mailLine {
		return s.mailLine
	}
	switch string(text) {
	case "DATA":
		return "DATA"
	case "QUIT":
		return "QUIT"
	case "RSET":
		return "RSET"
	}
	return string(text)
}

func cutEnding(line []byte) (text []byte, ending string) {
	if text, ok := bytes.CutSuffix(line, []byte("\r\n")); ok {
		return text, "\r\n"
	}
	return line[:len(line)-1], "\n"
}

// speaksHTTP says that a web client is talking: whatever a page makes a
// browser send must not become mail.
func speaksHTTP(c record.Command) bool {
	switch c.Verb {
	case "GET", "POST", "PUT", "HEAD", "OPTIONS", "PATCH", "CONNECT":
		return true
	}
	_, version, found := strings.Cut(c.Line, " HTTP/")
	return found && version != "" && version[0] >= '0' && version[0] <= '9'
}

// serveCommand answers a command, or returns what the dialogue is to read for
// it.
func (s *Session) serveCommand(c record.Command, text []byte) []byte {
	c.Arg = strings.TrimRight(c.Arg, " \t")
	if !s.in.empty() {
		s.noteAhead(c, s.in.unread())
	}
	path, problem := s.pathOf(c)
	s.begin(c.Stage(), c, path.address)
	if s.ruledOut(success(c.Verb)) {
		s.afterRule(c)
		return nil
	}
	reply, fed := s.check(c, text)
	if fed == nil && reply.Code == 0 {
		reply, fed = s.dispatch(c, text, path, problem)
	}
	if fed == nil && !s.over {
		s.respond(reply)
		s.afterReply(c, reply)
	}
	return fed
}

// success is the class of the reply that lets a command succeed, -1 where no
// state hangs on it.
func success(verb string) int {
	switch {
	case verb == "DATA":
		return 3
	case record.StageOf(verb) == record.ANY, verb == "NOOP":
		return -1
	}
	return 2
}

// pathOf takes the argument of MAIL or RCPT apart, which rules look at too.
func (s *Session) pathOf(c record.Command) (pathArg, string) {
	switch c.Verb {
	case "MAIL":
		return parsePathArg(c.Arg, "FROM:", s.cfg.LenientPaths)
	case "RCPT":
		return parsePathArg(c.Arg, "TO:", s.cfg.LenientPaths)
	}
	return pathArg{}, ""
}

// check refuses what no command may do. A zero reply refuses nothing.
func (s *Session) check(c record.Command, text []byte) (refusal record.Reply, _ []byte) {
	switch {
	case s.away && c.Verb != "QUIT":
		return noService, nil
	case hasControl(text):
		s.noteControl(c, text)
		return badOctets, nil
	case c.Verb != "MAIL" && c.Verb != "RCPT" && !ascii(text):
		s.note(nonASCII, c.Line)
		return badOctets, nil
	case s.pipelined && s.helloed && !s.offers(&pipelining):
		s.note(notPipelined, c.Line)
		return tooEarly, nil
	case s.cfg.RequireTLS && !s.secured() && !beforeTLS(c.Verb):
		return tlsFirst, nil
	}
	return record.Reply{}, nil
}

// beforeTLS says that a command may come before TLS where that is required,
// RFC 3207 §4.
func beforeTLS(verb string) bool {
	switch verb {
	case "EHLO", "HELO", "STARTTLS", "NOOP", "QUIT":
		return true
	}
	return false
}

func hasControl(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' || c == 0x7f {
			return true
		}
	}
	return false
}

// dispatch leads a command to the dialogue, or answers it here where the
// dialogue knows less than the standard asks for.
func (s *Session) dispatch(c record.Command, text []byte, path pathArg, problem string) (record.Reply, []byte) {
	switch c.Verb {
	case "EHLO", "HELO", "LHLO":
		return s.serveHello(c)
	case "STARTTLS":
		return s.serveStartTLS(c), nil
	case "AUTH":
		return s.serveAuth(c, text)
	case "XCLIENT":
		return s.serveXCLIENT(c), nil
	case "MAIL":
		return s.serveMail(c, path, problem)
	case "RCPT":
		return s.serveRcpt(c, path, problem)
	case "DATA":
		return s.serveData(c)
	case "RSET":
		return s.withoutArgument(c, feedReset)
	case "QUIT":
		return s.withoutArgument(c, feedQuit)
	case "NOOP":
		return record.Reply{}, feedNoop
	case "VRFY", "EXPN", "HELP":
		return record.Reply{}, feedVrfy
	}
	return unknown, nil
}

func (s *Session) withoutArgument(c record.Command, fed []byte) (record.Reply, []byte) {
	if c.Arg != "" {
		s.note(extraArgument, c.Line)
		return noArgument, nil
	}
	return record.Reply{}, fed
}

func (s *Session) serveHello(c record.Command) (record.Reply, []byte) {
	if (c.Verb == "LHLO") != s.lmtp {
		return unknown, nil
	}
	if c.Arg == "" {
		s.note(emptyHello, c.Line)
		return helloNeedsName, nil
	}
	s.noteHelo(c)
	return record.Reply{}, feedHello
}

// greeted250 is the reply to EHLO or HELO, which begins the session anew,
// RFC 5321 §4.1.4.
func (s *Session) greeted250(verb string) record.Reply {
	s.closeTransaction()
	s.helloed = true
	s.hello = s.x.Command.Arg
	s.rec.hello(s.hello)
	if verb == "HELO" {
		s.offer = nil
		return record.NewReply(250, s.cfg.Hostname)
	}
	s.offer = s.offerNow()
	if s.override != nil {
		s.offer = s.offer.only(s.override.Lines)
	}
	return s.offer.reply
}

func (s *Session) client() client {
	return client{tls: s.secured(), trusted: s.trusted(), certificate: s.certificate() != nil}
}

// offerNow is what EHLO offers this client. What is the same for most of them
// was worked out before.
func (s *Session) offerNow() *offer {
	to := s.client()
	switch {
	case s.rule != nil && (s.rule.act.withhold != nil || s.rule.act.advertise != nil):
		return s.cfg.offering(to, s.rule.act.withhold, s.rule.act.advertise)
	case to == client{}:
		return s.cfg.offers[0]
	case to == client{tls: true}:
		return s.cfg.offers[1]
	}
	return s.cfg.offering(to, nil, nil)
}

// afterReply goes on behind a reply that the wire gave by itself.
func (s *Session) afterReply(c record.Command, reply record.Reply) {
	switch {
	case s.over:
	case c.Verb == "STARTTLS" && reply.Code == readyForTLS.Code:
		s.upgrade()
	case c.Verb == "XCLIENT" && reply.Positive():
		s.startAnew()
	case c.Verb == "AUTH" && s.auth.server != nil:
		s.saslAnswered(reply)
	case c.Verb == "DATA":
		s.refusedData()
	}
}

// afterRule goes on behind a reply that a rule gave instead of the server.
func (s *Session) afterRule(c record.Command) {
	if c.Verb == "DATA" && !s.over && !s.mute {
		s.refusedData()
	}
}

// deadline is when message data has to be complete: after Limits.Data, or
// later while DataRate is kept.
func (s *Session) deadline(began time.Time, received int) time.Time {
	by := began.Add(s.cfg.Limits.Data)
	if rate := s.cfg.Limits.DataRate; rate > 0 {
		by = by.Add(time.Duration(received/rate) * time.Second)
	}
	return by
}
