package conform

import (
	"slices"
	"strings"
)

// Path is the argument of MAIL or RCPT taken apart as far as can be, RFC 5321
// §4.1.2: what does not keep to the grammar has one all the same.
type Path struct {
	Address   string   // between the brackets, or up to a blank without them
	Brackets  bool     // it stands in angle brackets
	Blank     bool     // something stands between the colon and the bracket
	Rest      string   // what stands behind the path, as sent
	Parameter []string // the words of Rest
}

// Path returns the path of MAIL or RCPT; false for any other command, and for
// one without a colon.
func (s Said) Path() (Path, bool) {
	if s.Verb != "MAIL" && s.Verb != "RCPT" {
		return Path{}, false
	}
	_, rest, found := strings.Cut(s.Line, ":")
	if !found {
		return Path{}, false
	}
	trimmed := strings.TrimLeft(rest, " \t")
	p := Path{Blank: trimmed != rest}
	if inner, ok := strings.CutPrefix(trimmed, "<"); ok {
		p.Brackets = true
		p.Address, p.Rest = cutUnquoted(inner, '>')
	} else {
		p.Address, p.Rest = cutUnquoted(trimmed, ' ')
	}
	p.Parameter = strings.Fields(p.Rest)
	return p, true
}

// cutUnquoted cuts s around the first octet that is not part of a
// quoted-string.
func cutUnquoted(s string, at byte) (before, after string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == at && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// Paths returns the commands of one of these verbs whose path has this address;
// local-parts are compared as they are, domains without their case.
func (c *Case) Paths(verb, address string) []Said {
	return slices.DeleteFunc(c.Said(verb), func(s Said) bool {
		p, ok := s.Path()
		return !ok || !SameMailbox(p.Address, address)
	})
}
