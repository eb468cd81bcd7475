package record

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseTranscript reads what Transcript wrote, or a dialogue that somebody
// wrote by hand: times and the first line may be missing. What a transcript
// does not hold (message data, TLS facts beyond the handshake's place, the end
// of a very long reply that is none) is not in the session either. The error
// names the line.
func ParseTranscript(text string) (*Session, error) {
	p := transcriptParser{session: &Session{ID: 1}}
	n := 0
	for line := range strings.Lines(text) {
		n++
		if err := p.line(strings.TrimRight(line, "\r\n")); err != nil {
			return nil, fmt.Errorf("transcript line %d: %w", n, err)
		}
	}
	p.endReply()
	return p.session, nil
}

type transcriptParser struct {
	session *Session
	reply   strings.Builder // the lines of a reply that has not ended
	replyAt time.Duration
	rule    string
	greeted bool
	settled int // commands that have their reply, or will get none
}

func (p *transcriptParser) line(line string) error {
	text := strings.TrimSpace(line)
	if text == "" {
		return nil
	}
	if rest, ok := strings.CutPrefix(text, "SMTP session "); ok {
		return p.head(rest)
	}
	if rest, ok := strings.CutPrefix(text, "end: "); ok {
		p.end(rest)
		return nil
	}
	if strings.HasPrefix(text, "violation: ") {
		p.session.Violations = append(p.session.Violations,
			Violation{Session: p.session.ID, Text: Unescape(strings.TrimPrefix(text, "violation: "))})
		return nil
	}
	at, text, err := cutTime(text)
	if err != nil {
		return err
	}
	mark, rest, _ := strings.Cut(text, " ")
	return p.marked(at, mark, rest)
}

func (p *transcriptParser) head(text string) (err error) {
	id, remote, _ := strings.Cut(text, " from ")
	p.session.Remote = Unescape(remote)
	p.session.ID, err = strconv.Atoi(id)
	return err
}

func (p *transcriptParser) end(text string) {
	for _, e := range []End{EndQuit, EndClientClosed, EndClientReset, EndDropped, EndTimedOut, EndTLSFailed, EndRefused, EndServerClosed} {
		if detail, ok := strings.CutPrefix(text, string(e)); ok {
			p.session.End, p.session.EndDetail = e, Unescape(strings.TrimPrefix(detail, ": "))
		}
	}
}

// cutTime takes "+12.5ms" off the front of a line; without one the time is 0.
func cutTime(text string) (time.Duration, string, error) {
	if !strings.HasPrefix(text, "+") {
		return 0, text, nil
	}
	word, rest, _ := strings.Cut(text, " ")
	at, err := time.ParseDuration(word[1:])
	if err != nil {
		return 0, "", fmt.Errorf("%q is no time; write +1.5ms", Escape(word))
	}
	return at, strings.TrimSpace(rest), nil
}

func (p *transcriptParser) marked(at time.Duration, mark, rest string) error {
	switch mark {
	case "S:":
		return p.serverLine(at, rest)
	case "S>":
		return p.serverOctets(at, rest)
	case "C:":
		p.clientLine(at, rest)
	case "C>":
		return p.clientOctets(at, rest)
	case "--":
		p.fact(at, rest)
	case "!!":
		p.anomaly(rest)
	default:
		return fmt.Errorf("%q is not how a line begins; S: and C: are", Escape(mark))
	}
	return nil
}

func (p *transcriptParser) serverLine(at time.Duration, text string) error {
	text, rule, _ := strings.Cut(text, ruleMark)
	if p.reply.Len() == 0 {
		p.replyAt = at
	}
	if len(text) == 3 {
		text += " "
	}
	if _, _, ok := splitReplyLine(text); !ok {
		return fmt.Errorf("%q is no reply line; write 250 text, or quote the octets behind S>", Escape(text))
	}
	p.rule = Unescape(rule)
	p.reply.WriteString(Unescape(text) + "\r\n")
	if text[3] == ' ' {
		p.endReply()
	}
	return nil
}

func (p *transcriptParser) serverOctets(at time.Duration, text string) error {
	octets, rest, err := cutQuoted(text)
	if err != nil {
		return fmt.Errorf("the octets behind S> need Go's quotes: %w", err)
	}
	p.endReply()
	p.replyAt, p.rule = at, Unescape(strings.TrimPrefix(rest, ruleMark))
	p.reply.WriteString(octets)
	p.endReply()
	return nil
}

// cutQuoted takes a Go string off the front of text.
func cutQuoted(text string) (octets, rest string, err error) {
	quoted, err := strconv.QuotedPrefix(text)
	if err != nil {
		return "", "", err
	}
	octets, err = strconv.Unquote(quoted)
	return octets, text[len(quoted):], err
}

func (p *transcriptParser) endReply() {
	if p.reply.Len() == 0 {
		return
	}
	r := ParseReply(p.reply.String())
	r.At, r.Rule = p.replyAt, p.rule
	p.reply.Reset()
	p.settle(r)
}

// settle gives a reply to the oldest command without one: a pipelining client
// has several waiting.
func (p *transcriptParser) settle(r Reply) {
	switch {
	case !p.greeted:
		p.session.Greeting, p.greeted = r, true
	case p.settled < len(p.session.Commands):
		p.session.Commands[p.settled].Reply = r
		p.settled++
	case p.afterData():
		last := &p.session.Commands[len(p.session.Commands)-1]
		last.More = append(last.More, r)
	default:
		p.session.Farewell = r
	}
}

// afterData says that the last command was message data in LMTP, which may have
// several replies.
func (p *transcriptParser) afterData() bool {
	n := len(p.session.Commands)
	if n == 0 || p.session.Commands[0].Verb != "LHLO" {
		return false
	}
	return p.session.Commands[n-1].Stage() == BODY
}

func (p *transcriptParser) clientLine(at time.Duration, text string) {
	if size, ok := bodySize(text); ok {
		p.add(Command{Verb: "BODY", Size: size, At: at})
		return
	}
	line, omitted := cutOmitted(text)
	c := p.newCommand(Unescape(line))
	c.At, c.Omitted = at, omitted
	p.add(c)
}

// bodySize reads how a transcript shows message data.
func bodySize(text string) (size int, ok bool) {
	n, err := fmt.Sscanf(text, "(%d octets of message data)", &size)
	return size, n == 1 && err == nil && text == Command{Verb: "BODY", Size: size}.shown()
}

func (p *transcriptParser) clientOctets(at time.Duration, text string) error {
	octets, rest, err := cutQuoted(text)
	if err != nil {
		return fmt.Errorf("the octets behind C> need Go's quotes: %w", err)
	}
	line, ending := cutLineEnd(octets)
	c := p.newCommand(line)
	_, c.Omitted = cutOmitted(rest)
	c.At, c.Ending = at, ending
	p.add(c)
	return nil
}

func cutLineEnd(octets string) (line, ending string) {
	for _, ending := range []string{"\r\n", "\n"} {
		if line, ok := strings.CutSuffix(octets, ending); ok {
			return line, ending
		}
	}
	return octets, ""
}

// cutOmitted takes how many octets were not kept off the end of a line.
func cutOmitted(text string) (line string, omitted int) {
	at := strings.LastIndex(text, " (")
	if at < 0 {
		return text, 0
	}
	n, err := fmt.Sscanf(text[at:], " (%d octets not kept)", &omitted)
	if n != 1 || err != nil || omitted < 1 || text[at:] != (Command{Omitted: omitted}).omitted() {
		return text, 0
	}
	return text[:at], omitted
}

func (p *transcriptParser) newCommand(line string) Command {
	c := NewCommand(line)
	if p.insideAuth() {
		c = Command{Line: line, Ending: "\r\n"}
	}
	c.Masked = strings.HasSuffix(line, "****")
	if c.Verb == "EHLO" || c.Verb == "HELO" || c.Verb == "LHLO" {
		p.session.Hello = c.Arg
	}
	return c
}

func (p *transcriptParser) insideAuth() bool {
	n := len(p.session.Commands)
	return n > 0 && p.session.Commands[n-1].Reply.Code == 334
}

func (p *transcriptParser) add(c Command) {
	c.Pipelined = p.settled < len(p.session.Commands)
	p.session.Commands = append(p.session.Commands, c)
}

func (p *transcriptParser) fact(at time.Duration, text string) {
	if rest, ok := strings.CutPrefix(text, noReply); ok {
		p.settle(Reply{At: at, Rule: Unescape(strings.TrimPrefix(rest, ruleMark))})
		return
	}
	version, rest, ok := strings.Cut(text, ", ")
	if !ok || !strings.HasPrefix(version, "TLS ") {
		return
	}
	cipher, rest, _ := strings.Cut(rest, ", ")
	p.session.TLS = &TLS{At: at, Version: version, Cipher: cipher, Implicit: !p.greeted}
	if name, ok := strings.CutPrefix(rest, "server name "); ok {
		name, _, _ = strings.Cut(name, ", ")
		p.session.TLS.ServerName = Unescape(name)
	}
}

func (p *transcriptParser) anomaly(text string) {
	a := parseAnomaly(text)
	a.Command = len(p.session.Commands)
	p.session.Anomalies = append(p.session.Anomalies, a)
}
