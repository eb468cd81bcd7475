package record

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Transcript returns the dialogue as text, a line for each line on the wire:
//
//	SMTP session 1 from 127.0.0.1:34540
//	    +0.0ms  S: 220 mx.harness.test ESMTP ready
//	    +0.1ms  C: AUTH PLAIN ****
//	    +0.1ms  S: 535 5.7.8 Authentication credentials invalid   <- rule: RejectAuth()
//	    +0.2ms  C: QUIT
//	  end: QUIT
//
// "--" tells of TLS, "!!" of an anomaly. Peer text is escaped. A line whose
// octets are not what "C:" or "S:" means is quoted behind "C>" or "S>".
// ParseTranscript reads it back.
func (s *Session) Transcript() string {
	w := transcriptWriter{}
	fmt.Fprintf(&w, "SMTP session %d from %s\n", s.ID, Escape(s.Remote))
	w.tls(s.TLS, -1, s.Greeting.At)
	w.reply(s.Greeting)
	w.anomalies(s.Anomalies, 0)
	before := s.Greeting.At
	for i, c := range s.Commands {
		w.tls(s.TLS, before, c.At)
		w.command(c)
		w.anomalies(s.Anomalies, i+1)
		w.reply(c.Reply)
		for _, r := range c.More {
			w.reply(r)
		}
		before = c.At
	}
	w.tls(s.TLS, before, 1<<62)
	w.reply(s.Farewell)
	for _, v := range s.Violations {
		fmt.Fprintf(&w, "  violation: %s\n", Escape(v.Text))
	}
	w.end(s)
	return w.String()
}

type transcriptWriter struct{ strings.Builder }

// line writes one line. A negative time is left out: the line belongs to the
// one above.
func (w *transcriptWriter) line(at time.Duration, mark, text string) {
	when := ""
	if at >= 0 {
		when = "+" + strconv.FormatFloat(at.Seconds()*1000, 'f', 1, 64) + "ms"
	}
	fmt.Fprintf(w, "%10s  %s %s\n", when, mark, text)
}

func (w *transcriptWriter) command(c Command) {
	switch {
	case c.Ending != "\r\n" && !c.isBody():
		w.line(c.At, "C>", strconv.Quote(c.Line+c.Ending)+c.omitted())
	default:
		w.line(c.At, "C:", c.shown())
	}
}

// shown returns the command as a transcript shows it.
func (c Command) shown() string {
	if c.isBody() {
		return fmt.Sprintf("(%d octets of message data)", c.Size)
	}
	return Escape(c.Line) + c.omitted()
}

func (c Command) omitted() string {
	if c.Omitted == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d octets not kept)", c.Omitted)
}

func (w *transcriptWriter) reply(r Reply) {
	rule := ""
	if r.Rule != "" {
		rule = "   <- rule: " + Escape(r.Rule)
	}
	if r.Raw != "" {
		w.line(r.At, "S>", strconv.Quote(Clip(r.Raw, 2000))+rule)
		return
	}
	if r.Code == 0 {
		if rule != "" {
			w.line(r.At, "--", "no reply"+rule)
		}
		return
	}
	lines := r.Lines
	if len(lines) == 0 {
		lines = []string{""}
	}
	at, sep := r.At, "-"
	for i, text := range lines {
		tail := ""
		if i == len(lines)-1 {
			sep, tail = " ", rule
		}
		w.line(at, "S:", strconv.Itoa(r.Code)+sep+Escape(text)+tail)
		at = -1
	}
}

func (w *transcriptWriter) tls(t *TLS, after, upTo time.Duration) {
	if t == nil || t.At <= after || t.At > upTo {
		return
	}
	text := Escape(t.Version + ", " + t.Cipher)
	if t.ServerName != "" {
		text += ", server name " + Escape(t.ServerName)
	}
	if t.Resumed {
		text += ", resumed"
	}
	if t.ClientCert != "" {
		text += ", client certificate " + Escape(t.ClientCert)
	}
	w.line(t.At, "--", text)
}

func (w *transcriptWriter) anomalies(all []Anomaly, command int) {
	for _, a := range all {
		if a.Command == command {
			w.line(-1, "!!", a.transcript())
		}
	}
}

func (w *transcriptWriter) end(s *Session) {
	fmt.Fprintf(w, "  end: %s", s.End)
	if s.End == StillOpen {
		fmt.Fprintf(w, " for %s, last: %s", s.Lasted.Round(time.Millisecond/10), s.Last())
	}
	if s.EndDetail != "" {
		fmt.Fprintf(w, ": %s", Escape(s.EndDetail))
	}
	w.WriteByte('\n')
}
