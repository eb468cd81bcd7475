package snippet

import (
	"strings"
	"unicode"

	"github.com/smtpspec/smtpspec/harness/store"
)

// Curl returns a line for a POSIX shell that waits for the mail that was seen,
// or that should have come; "" if it is not known to whom.
func Curl(s Seen) string {
	q := s.query()
	if q == "" {
		return ""
	}
	line := "curl -sfG " + inShell(s.Server+"/api/wait") + " --data-urlencode " + inShell("q="+q)
	if s.Run != "" {
		line += " -d " + inShell("run="+s.Run)
	}
	return line + " -d timeout=30s"
}

// inShell quotes for sh: nothing is special within single quotes but these.
func inShell(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// query finds mail like that which was seen.
func (s Seen) query() string {
	var terms []string
	if t := s.transaction(); t != nil && len(t.to) > 0 {
		to := t.to[0].address
		if accepted := t.accepted(); len(accepted) > 0 {
			to = accepted[0]
		}
		terms = append(terms, term("envelope-to:", to))
	}
	if s.Message != nil {
		terms = append(terms, term("subject:", s.Message.Subject))
	}
	return strings.Join(strings.Fields(strings.Join(terms, " ")), " ")
}

// longest is how much of a text a term has, in characters.
const longest = 100

// term is a prefix with a phrase; "" for a text that has no words to search by.
func term(prefix, text string) string {
	text = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) || c == unicode.ReplacementChar {
			return ' '
		}
		return c
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if cut := []rune(text); len(cut) > longest {
		text = string(cut[:longest])
	}
	if len(store.Words(text)) == 0 {
		return ""
	}
	if !strings.ContainsAny(text, " ()\"\\") {
		return prefix + text
	}
	return prefix + store.Quote(text)
}
