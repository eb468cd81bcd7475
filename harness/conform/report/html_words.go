package report

import (
	"html/template"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
)

// classOf is the word as the name of a style.
func classOf(w conform.Word) string {
	if w == conform.NotApplicable {
		return "na"
	}
	return string(w)
}

// nameOf is the name or the version of a client, of a length that fits.
func nameOf(s string) string { return peer(record.Clip(s, 80)) }

func signOf(w conform.Word) string { return signs[w] }

func dateOf(t time.Time) string { return t.Format("2006-01-02 15:04 MST") }

// brief writes a duration with as many digits as people read.
func brief(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 1, 64) + " ms"
	case d < time.Second:
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	case d < time.Minute:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	}
	return d.Round(time.Second).String()
}

var escaped = regexp.MustCompile(`\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|[rnt\\])`)

// glyphs marks the escapes in visible text, so that they are told from the text
// around them.
func glyphs(s string) template.HTML {
	s = visible(s)
	if !strings.Contains(s, `\`) {
		return template.HTML(template.HTMLEscapeString(s))
	}
	var b strings.Builder
	end := 0
	for _, at := range escaped.FindAllStringIndex(s, -1) {
		b.WriteString(template.HTMLEscapeString(s[end:at[0]]))
		b.WriteString("<i>" + s[at[0]:at[1]] + "</i>")
		end = at[1]
	}
	b.WriteString(template.HTMLEscapeString(s[end:]))
	return template.HTML(b.String())
}
