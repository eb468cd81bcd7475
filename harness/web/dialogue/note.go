package dialogue

import (
	"regexp"
	"strconv"

	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// Note is something wrong on a line: an anomaly, a breach of a rule, or both in
// one.
type Note struct {
	Kind   string // of the anomaly, "bare-lf"; "" for none
	Rule   string // ID of the rule; "" for none
	Level  string // MUST, SHOULD …; "" without a rule
	Text   string // what was found, escaped
	Octets string // that show it, escaped
	More   int    // further ones of the kind
	RFC    string // "RFC 5321 §2.3.8"
	URL    string // where that can be read
	Effect string // what it does to mail; "" without a rule
	Fix    string // the usual fix
}

// notesOf returns the notes by command; those of no command stand behind the
// last one.
func notesOf(s *record.Session, findings []lint.Finding) map[int][]Note {
	by := map[int][]Note{}
	said := map[[2]string]*lint.Finding{} // by command and text
	for i, f := range findings {
		said[[2]string{strconv.Itoa(f.Command), f.Text}] = &findings[i]
	}
	kinds := map[*lint.Finding]string{}
	for _, a := range s.Anomalies {
		if f := said[[2]string{strconv.Itoa(a.Command), record.Escape(record.Clip(a.Text, 200))}]; f != nil {
			kinds[f] = a.Kind // the finding says the same, and more
			continue
		}
		put(by, a.Command, Note{Kind: a.Kind, Text: record.Escape(a.Text), Octets: record.Escape(a.Octets), More: a.More, RFC: a.RFC, URL: whereIs(a.RFC)})
	}
	for i, f := range findings {
		n := Note{Kind: kinds[&findings[i]], Rule: f.Rule, Text: f.Text, Octets: record.Escape(f.Octets), More: f.More}
		if rule, ok := lint.ByID(f.Rule); ok {
			n.Level, n.Effect, n.Fix = string(rule.Level), rule.Effect, rule.Fix
			if len(rule.Cites) > 0 {
				n.RFC, n.URL = rule.Cites[0].String(), rule.Cites[0].URL()
			}
		}
		at := f.Command
		if at == 0 && n.Kind == "" {
			at = len(s.Commands) + 1
		}
		put(by, at, n)
	}
	return by
}

func put(by map[int][]Note, command int, n Note) {
	if len(by[command]) < maxNotes {
		by[command] = append(by[command], n)
	}
}

var place = regexp.MustCompile(`^RFC (\d{1,5})(?: §([0-9.]+))?$`)

// whereIs returns the URL of a place as people write it; "" for what is none.
func whereIs(text string) string {
	m := place.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	number, _ := strconv.Atoi(m[1])
	return rfc.Cite{RFC: number, Section: m[2]}.URL()
}
