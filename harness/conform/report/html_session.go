package report

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// line is one line of a transcript.
type line struct {
	kind string        // "c", "s", or "n" for a note
	at   time.Duration // negative: that of the line above
	who  string        // "C", "S", ""
	text string        // HTML
	tls  bool          // it begins what is encrypted
	mark bool
}

// writeSession writes a session as lines: time, who spoke, and what. What went
// through TLS is a part of its own.
func writeSession(b *strings.Builder, s *record.Session, marks map[[2]int]*markAt) {
	fmt.Fprintf(b, "<h4>Session %d</h4><div class=t>", s.ID)
	lines := transcriptLines(s, marks)
	encrypted := false
	lines, left := cutLines(lines)
	for i, l := range lines {
		if i == len(lines)/2 && left > 0 {
			fmt.Fprintf(b, "<p class=n>%d lines are left out here.", left)
		}
		if l.tls && !encrypted {
			b.WriteString("<div class=tls>")
			encrypted = true
		}
		l.write(b)
	}
	if encrypted {
		b.WriteString("</div>")
	}
	end := visible(s.End.String())
	if s.EndDetail != "" {
		end += ": " + peer(record.Clip(s.EndDetail, maxLine))
	}
	fmt.Fprintf(b, "<p class=n><small>+%s </small>end: %s</div>", clock(s.Lasted), glyphs(end))
}

// cutLines takes the middle out of a long session, marked lines and the begin
// of TLS apart.
func cutLines(lines []line) (kept []line, left int) {
	if len(lines) <= maxLines {
		return lines, 0
	}
	for i, l := range lines {
		if i < maxLines/2 || i >= len(lines)-maxLines/2 || l.mark || l.tls {
			kept = append(kept, l)
		}
	}
	return kept, len(lines) - len(kept)
}

func (l line) write(b *strings.Builder) {
	class := l.kind
	if l.mark {
		class = `"` + l.kind + ` m"`
	}
	head := ""
	if l.at >= 0 {
		head = "+" + clock(l.at) + " "
	}
	if l.who != "" {
		head += l.who + " "
	}
	fmt.Fprintf(b, "<p class=%s>", class)
	if head != "" {
		b.WriteString("<small>" + head + "</small>")
	}
	b.WriteString(l.text)
}

// clock writes a time since the session's start.
func clock(d time.Duration) string {
	if d >= 10*time.Second {
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + "s"
	}
	return strconv.FormatFloat(d.Seconds()*1000, 'f', 1, 64) + "ms"
}

// sessionLines collects the lines of one session.
type sessionLines struct {
	*record.Session
	marks map[[2]int]*markAt
	lines []line
}

func transcriptLines(s *record.Session, marks map[[2]int]*markAt) []line {
	w := &sessionLines{Session: s, marks: marks}
	w.tls(-1, s.Greeting.At)
	w.greeting()
	w.anomalies(0)
	before := s.Greeting.At
	for i := range s.Commands {
		c := &s.Commands[i]
		w.tls(before, c.At)
		w.command(i+1, c)
		w.anomalies(i + 1)
		w.reply(c.Reply, i < len(s.Commands)-1)
		for _, r := range c.More {
			w.reply(r, false)
		}
		before = c.At
	}
	w.tls(before, 1<<62)
	w.reply(s.Farewell, false)
	return w.lines
}

func (w *sessionLines) add(l line) { w.lines = append(w.lines, l) }

func (w *sessionLines) tls(after, upTo time.Duration) {
	t := w.TLS
	if t == nil || t.At <= after || t.At > upTo {
		return
	}
	text := "TLS: " + peer(t.Version+", "+t.Cipher)
	if t.ServerName != "" {
		text += ", server name " + peer(record.Clip(t.ServerName, maxLine))
	}
	if t.Resumed {
		text += ", resumed"
	}
	if t.ClientCert != "" {
		text += ", client certificate " + peer(record.Clip(t.ClientCert, maxLine))
	}
	w.add(line{kind: "n", at: t.At, text: string(glyphs(text)), tls: true})
}

func (w *sessionLines) greeting() {
	from := len(w.lines)
	w.reply(w.Greeting, len(w.Commands) > 0)
	if m := w.marks[[2]int{w.ID, 0}]; m != nil && len(w.lines) > from {
		w.lines[from].mark = true
		w.lines[from].text = highlight(m.octets, "", w.lines[from].text) + m.arrow()
	}
}

func (w *sessionLines) command(n int, c *record.Command) {
	body := c.Verb == "BODY" && c.Line == ""
	text := ""
	if body {
		text = fmt.Sprintf("(%d octets of message data)", c.Size)
	} else if c.Ending != "\r\n" {
		text = string(glyphs(peer(record.Clip(c.Line+c.Ending, maxLine))))
	} else {
		text = string(glyphs(peer(record.Clip(c.Line, maxLine))))
	}
	if c.Omitted > 0 {
		text += fmt.Sprintf(" (%d octets not kept)", c.Omitted)
	}
	l := line{kind: "c", at: c.At, who: "C", text: text}
	if m := w.marks[[2]int{w.ID, n}]; m != nil {
		l.mark = true
		l.text = highlight(m.octets, c.Line, text) + m.arrow()
	}
	if c.Pipelined && !body {
		l.text += " <em>before the reply above</em>"
	}
	w.add(l)
}

// highlight marks octets in a line. Where they are no part of it they stand
// behind it.
func highlight(octets, raw, html string) string {
	before, after, found := strings.Cut(raw, octets)
	switch {
	case octets == "" || octets == raw || raw != "" && strings.HasPrefix(octets, raw[:min(len(raw), 150)]):
		return "<mark>" + html + "</mark>"
	case found && len(raw) <= maxLine:
		return string(glyphs(peer(before))) + "<mark>" + string(glyphs(peer(octets))) + "</mark>" + string(glyphs(peer(after)))
	}
	return html + " <mark>" + string(glyphs(peer(record.Clip(octets, maxLine)))) + "</mark>"
}

// arrow names the scenarios that point at a line.
func (m *markAt) arrow() string {
	var b strings.Builder
	for _, cell := range m.cells {
		fmt.Fprintf(&b, ` <a class=arrow href="#%s">← %s</a>`, template.HTMLEscapeString(cell.Key()), template.HTMLEscapeString(cell.Scenario))
	}
	return b.String()
}

func (w *sessionLines) anomalies(command int) {
	for _, a := range w.Anomalies {
		if a.Command != command {
			continue
		}
		text := peer(record.Clip(a.Text, maxLine))
		if a.RFC != "" {
			text += " (" + peer(a.RFC) + ")"
		}
		if a.Octets != "" {
			text += ": " + peer(a.Octets)
		}
		w.add(line{kind: `"n a"`, at: -1, who: "!", text: string(glyphs(text))})
	}
}

// reply adds the lines of a reply, or that there was none where what follows
// would be taken for it.
func (w *sessionLines) reply(r record.Reply, more bool) {
	rule := ""
	if r.Rule != "" {
		rule = " <em>by rule " + string(glyphs(peer(record.Clip(r.Rule, 120)))) + "</em>"
	}
	switch {
	case r.Raw != "":
		w.add(line{kind: "s", at: r.At, who: "S", text: string(glyphs(peer(record.Clip(r.Raw, 2*maxLine)))) + rule})
	case r.Code == 0 && rule != "":
		w.add(line{kind: "n", at: r.At, text: "no reply" + rule})
	case r.Code == 0 && more:
		w.add(line{kind: "n", at: -1, text: "no reply"})
	case r.Code != 0:
		w.replyLines(r, rule)
	}
}

func (w *sessionLines) replyLines(r record.Reply, rule string) {
	texts := r.Lines
	if len(texts) == 0 {
		texts = []string{""}
	}
	at := r.At
	for i, text := range texts {
		sep, tail := "-", ""
		if i == len(texts)-1 {
			sep, tail = " ", rule
		}
		w.add(line{kind: "s", at: at, who: "S", text: strconv.Itoa(r.Code) + sep + string(glyphs(peer(record.Clip(text, maxLine)))) + tail})
		at = -1
	}
}
