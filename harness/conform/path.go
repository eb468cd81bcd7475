package conform

import (
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
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
		p.Address, p.Rest, _ = record.CutUnquoted(inner, '>')
	} else {
		p.Address, p.Rest, _ = record.CutUnquoted(trimmed, ' ')
	}
	p.Parameter = strings.Fields(p.Rest)
	return p, true
}

// Paths returns the commands of one of these verbs whose path has this address;
// local-parts are compared as they are, domains without their case.
func (c *Case) Paths(verb, address string) []Said {
	return slices.DeleteFunc(c.Said(verb), func(s Said) bool {
		p, ok := s.Path()
		return !ok || !SameMailbox(p.Address, address)
	})
}
