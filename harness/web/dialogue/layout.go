package dialogue

import (
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// layout makes the lines of a session.
type layout struct {
	session *record.Session
	notes   map[int][]Note // by command
	own     [2]int
	lines   []Line
	last    time.Duration // when the server last said something
	inside  bool          // TLS
}

func (l *layout) add(line Line) {
	line.TLS = l.inside
	l.lines = append(l.lines, line)
}

func (l *layout) greeting() {
	s := l.session
	if s.TLS != nil && s.TLS.Implicit {
		l.handshake(s.TLS.At)
	}
	at := s.Greeting.At
	l.add(Line{Kind: Greeting, At: at, Replies: said(s.Greeting), Server: Bar{l.last, at - l.last}, Notes: l.notes[0]})
	l.last = max(l.last, at)
}

// handshake adds the line of TLS, if it came up to a time.
func (l *layout) handshake(upTo time.Duration) {
	t := l.session.TLS
	if t == nil || l.inside || t.At > upTo {
		return
	}
	l.inside = true
	l.add(Line{Kind: Handshake, At: t.At, Client: Bar{l.last, t.At - l.last}})
	l.last = max(l.last, t.At)
}

func (l *layout) command(i int) {
	c := l.session.Commands[i]
	l.handshake(c.At)
	line := Line{Kind: Command, N: i + 1, At: c.At, Text: record.Escape(c.Line), Masked: c.Masked, Size: c.Size,
		Own: i+1 >= l.own[0] && i+1 <= l.own[1], Notes: l.notes[i+1]}
	if !c.Pipelined {
		line.Client = Bar{l.last, c.At - l.last}
	}
	if c.Verb == string(record.BODY) && c.Line == "" || c.Verb == "BDAT" {
		line.Kind = Data
		if took := line.Client.Took.Seconds(); took > 0 && c.Size > 0 {
			line.Rate = float64(c.Size) / took
		}
	}
	line.Replies = append(said(c.Reply), c.More...)
	for _, r := range line.Replies {
		from := max(c.At, l.last)
		line.Server = Bar{from, max(line.Server.Took, r.At-from)}
	}
	for _, r := range line.Replies {
		l.last = max(l.last, r.At)
	}
	l.last = max(l.last, c.At)
	l.add(line)
}

// said is a reply, if there was one or a rule swallowed it.
func said(r record.Reply) []record.Reply {
	if r.Code == 0 && r.Raw == "" && r.Rule == "" {
		return nil
	}
	return []record.Reply{r}
}

func (l *layout) end() {
	s := l.session
	if f := s.Farewell; f.Code != 0 || f.Raw != "" {
		l.add(Line{Kind: Farewell, At: f.At, Replies: said(f), Client: Bar{l.last, f.At - l.last}})
		l.last = max(l.last, f.At)
	}
	l.add(Line{Kind: End, At: s.Lasted, Client: Bar{l.last, s.Lasted - l.last}})
	l.last = max(l.last, s.Lasted)
}

// group brackets what came without waiting: a command that was followed by one
// that had not seen its reply, up to the last of these.
func (l *layout) group() {
	pipelined := func(i int) bool {
		n := l.lines[i].N
		return n > 0 && l.session.Commands[n-1].Pipelined
	}
	for i := 1; i < len(l.lines); i++ {
		if !pipelined(i) {
			continue
		}
		if l.lines[i-1].Group == "" {
			l.lines[i-1].Group = First
		} else {
			l.lines[i-1].Group = Inner
		}
		l.lines[i].Group = Last
	}
}

// Bounds of what is laid out of a long session.
const (
	atFirst  = 300 // lines
	atLast   = 100
	between  = 200 // of those that say that something was wrong
	maxNotes = 20  // of one line
)

// shortened leaves out the middle of a long session, where nothing is wrong.
func shortened(lines []Line) []Line {
	if len(lines) <= atFirst+atLast+between {
		return lines
	}
	short, telling := lines[:atFirst:atFirst], 0
	for i, line := range lines[atFirst:] {
		i += atFirst
		tells := line.Refused() || len(line.Notes) > 0 || line.Kind == Handshake || line.Kind == Data
		if tells && telling < between || i >= len(lines)-atLast {
			telling++
			short = append(short, line)
			continue
		}
		if short[len(short)-1].Kind != Gap {
			short = append(short, Line{Kind: Gap})
		}
		short[len(short)-1].Left++
	}
	return short
}
