// Package dialogue lays a session out to be looked at: line by line with the
// time that each side took, what went inside TLS, what came in one go, and what
// was wrong on which line.
//
// It says nothing in words: pages do, in their reader's language.
package dialogue

import (
	"math"
	"time"

	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/record"
)

// Dialogue is a session laid out.
type Dialogue struct {
	Lines   []Line
	Total   time.Duration // from the greeting to the end, which bars are relative to
	Notes   []Note        // those of no line
	Refusal *Refusal      // the first one; nil if nothing was refused
}

// Kind says what a line is.
type Kind string

// The kinds of lines.
const (
	Greeting  Kind = "greeting"
	Handshake Kind = "tls"
	Command   Kind = "command"
	Data      Kind = "data" // message data, or a chunk of it
	Farewell  Kind = "farewell"
	End       Kind = "end"
	Gap       Kind = "gap" // lines that are left out
)

// Line is one exchange: what the client sent, and what it was answered.
type Line struct {
	Kind    Kind
	N       int           // of the command, from 1; 0 for none
	At      time.Duration // since the session began
	Text    string        // of the client, escaped; "" for message data and what the server says unasked
	Masked  bool          // Text hides a secret
	Size    int           // Data: octets
	Rate    float64       // Data: octets in a second; 0 if it took no time
	Left    int           // Gap: lines
	TLS     bool          // went inside TLS
	Group   Place         // in a group of commands that came without waiting for replies
	Own     bool          // of the message that was asked for
	Client  Bar           // waiting for the client: until it sent this
	Server  Bar           // waiting for the server: until it answered
	Replies []record.Reply
	Notes   []Note
}

// Refused says that the line has a reply of the 4yz or 5yz class, or none where
// a rule said so.
func (l Line) Refused() bool {
	for _, r := range l.Replies {
		if refuses(r) {
			return true
		}
	}
	return false
}

func refuses(r record.Reply) bool { return r.Code >= 400 || r.Code == 0 && r.Rule != "" }

// Place is where in a group a line stands; "" is outside of one.
type Place string

// The places.
const (
	First Place = "first"
	Inner Place = "inner"
	Last  Place = "last"
)

// Bar is a stretch of time.
type Bar struct{ From, Took time.Duration }

// least is the width of the shortest bar, in percent, so that it can be seen.
const least = 0.4

// X is where the bar begins, in percent of a whole session.
func (b Bar) X(total time.Duration) float64 {
	return min(share(b.From, total), 100-least)
}

// W is how wide the bar is, in percent; 0 if there is nothing to show.
func (b Bar) W(total time.Duration) float64 {
	if b.Took <= 0 {
		return 0
	}
	return min(max(share(b.Took, total), least), 100-b.X(total))
}

func share(d, total time.Duration) float64 {
	if total <= 0 {
		return 0
	}
	return math.Round(1000*float64(d)/float64(total)) / 10
}

// Tick is a mark of the axis of time.
type Tick struct {
	At time.Duration
	X  float64 // percent
}

// Ticks returns the marks of the axis, at most six, at round times.
func (d *Dialogue) Ticks() []Tick {
	if d.Total <= 0 {
		return nil
	}
	step := time.Microsecond
	for i := 0; d.Total/step >= 6; i++ {
		step = step * []time.Duration{2, 5, 2}[i%3] / []time.Duration{1, 2, 1}[i%3]
	}
	var ticks []Tick
	for at := time.Duration(0); at <= d.Total; at += step {
		ticks = append(ticks, Tick{at, share(at, d.Total)})
	}
	return ticks
}

// Of lays out a session that was examined. own are the commands of the message
// that was asked for, the first and the last one; 0 for none.
func Of(s *record.Session, findings []lint.Finding, own [2]int) *Dialogue {
	l := layout{session: s, notes: notesOf(s, findings), own: own}
	l.greeting()
	for i := range s.Commands {
		l.command(i)
	}
	l.handshake(1 << 62)
	l.end()
	l.group()
	d := &Dialogue{Lines: l.lines, Total: max(s.Lasted, l.last), Notes: l.notes[len(s.Commands)+1], Refusal: FirstRefusal(s)}
	d.Lines = shortened(d.Lines)
	return d
}
