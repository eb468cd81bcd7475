package record

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
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
// octets are not what "C:" or "S:" means, or could not be told from it, is
// quoted behind "C>" or "S>". ParseTranscript reads it back.
func (s *Session) Transcript() string {
	w := transcriptWriter{}
	fmt.Fprintf(&w, "SMTP session %d from %s\n", s.ID, Escape(s.Remote))
	w.tls(s.TLS, -1, s.Greeting.At)
	w.answer(s.Greeting, len(s.Commands) > 0 || s.Farewell.Code != 0)
	w.anomalies(s.Anomalies, 0)
	before := s.Greeting.At
	for i, c := range s.Commands {
		w.tls(s.TLS, before, c.At)
		w.command(c)
		w.anomalies(s.Anomalies, i+1)
		w.answer(c.Reply, i < len(s.Commands)-1 || s.Farewell.Code != 0)
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
	if !c.isBody() && (c.Ending != "\r\n" || ambiguous(c)) {
		w.line(c.At, "C>", quote(c.Line+c.Ending)+c.omitted())
		return
	}
	w.line(c.At, "C:", c.shown())
}

// ambiguous says that a line would be read back as another one.
func ambiguous(c Command) bool {
	text := Escape(c.Line)
	_, omitted := cutOmitted(text)
	_, body := bodySize(text)
	return endsInSpace(text) || body || omitted > 0 && c.Omitted == 0
}

func endsInSpace(s string) bool { return strings.TrimRightFunc(s, unicode.IsSpace) != s }

// quote is strconv.Quote, with what a build service takes for a command broken
// up as by Escape.
func quote(s string) string { return strings.ReplaceAll(strconv.Quote(s), "##", `\x23\x23`) }

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

// answer writes a reply, or that there was none where what follows would be
// taken for it.
func (w *transcriptWriter) answer(r Reply, more bool) {
	switch {
	case r.Code != 0 || r.Raw != "":
		w.reply(r)
	case r.Rule != "":
		w.line(r.At, "--", noReply+ruleMark+Escape(r.Rule))
	case more:
		w.line(-1, "--", noReply)
	}
}

const (
	noReply  = "no reply"
	ruleMark = "   <- rule: "
)

func (w *transcriptWriter) reply(r Reply) {
	if r.Code == 0 && r.Raw == "" {
		return
	}
	rule := ""
	if r.Rule != "" {
		rule = ruleMark + Escape(r.Rule)
	}
	if r.Raw != "" || slices.ContainsFunc(r.Lines, unclear) {
		w.line(r.At, "S>", quote(Clip(r.Octets(), 4000))+rule)
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

// unclear says that the line of a reply would be read back as another one.
func unclear(line string) bool {
	text := Escape(line)
	return endsInSpace(text) || strings.Contains(" "+text, ruleMark) // behind the code's blank
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
