package web

import (
	"fmt"
	"hash/fnv"
	"html/template"
	"strings"
	"time"
	"unicode"

	"github.com/smtpspec/smtpspec/harness/web/api"
)

// display has the functions of the templates.
func display(w *words) template.FuncMap {
	return template.FuncMap{
		"t":       w.text,
		"explain": w.explain,
		"plain":   plain,
		"marks":   marks,
		"size":    size,
		"who":     who,
		"hue":     hue,
		"clock":   clock,
		"ago":     func(at string, now time.Time) string { return ago(w, at, now) },
		"join":    strings.Join,
		"listed":  func(items ...any) []any { return items },
		"said":    func() map[string]string { return w.beginning("say.", "ago.") },
		"tagged":  tagged,
		"help":    func() []helpGroup { return queryHelp },
		"keys":    func() []keyGroup { return keyGroups },
	}
}

// plain shows what moves or hides the text around it, so that a name cannot
// look like another one: control, bidi and zero-width characters.
func plain(s string) string {
	return strings.Map(func(c rune) rune {
		if c == '\n' || c == '\t' || unicode.IsPrint(c) {
			return c
		}
		return unicode.ReplacementChar
	}, s)
}

// size is a number of octets for people.
func size(n int) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1000_000)
}

// who is whom a list shows: the names of the header, or else the addresses of
// the envelope.
func who(header []api.Address, envelope ...string) string {
	var names []string
	for _, a := range header {
		if a.Name != "" {
			names = append(names, plain(a.Name))
			continue
		}
		names = append(names, plain(a.Address))
	}
	if len(names) == 0 {
		for _, address := range envelope {
			names = append(names, plain(address))
		}
	}
	return strings.Join(names, ", ")
}

// hues is how many colours tags have.
const hues = 10

// hue is the number of the colour of a tag, the same wherever it stands.
func hue(tag string) int {
	h := fnv.New32a()
	h.Write([]byte(strings.ToLower(tag)))
	return int(h.Sum32() % hues)
}

// clock is a time as a page shows it where there is room.
func clock(at string) string {
	t, err := time.Parse(time.RFC3339Nano, at)
	if err != nil {
		return at
	}
	return t.Format("2006-01-02 15:04:05 MST")
}

// ago is how long ago a time was.
func ago(w *words, at string, now time.Time) string {
	t, err := time.Parse(time.RFC3339Nano, at)
	if err != nil {
		return at
	}
	switch d := now.Sub(t); {
	case d < time.Minute:
		return w.text("ago.now")
	case d < time.Hour:
		return w.text("ago.minutes", int(d/time.Minute))
	case d < 24*time.Hour:
		return w.text("ago.hours", int(d/time.Hour))
	case d < 30*24*time.Hour:
		return w.text("ago.days", int(d/(24*time.Hour)))
	}
	return t.Format("2006-01-02")
}
