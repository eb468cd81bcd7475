package dialogue

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Refusal is an answer that said no, and what became of it.
type Refusal struct {
	Stage   record.Stage // CONNECT for the greeting, ANY for an odd command and for what the server said unasked
	Command int          // that was refused, from 1; 0 for none
	Verb    string       // of it; "" for none
	Object  string       // whom or what: a path, a user, a name; escaped; "" for none
	Reply   record.Reply // Code 0 if a rule swallowed it
	Next    Next
}

// Temporary says that a client may try the same again later.
func (r *Refusal) Temporary() bool { return r.Reply.Code/100 == 4 }

// Next is what the client did then.
type Next struct {
	Verb string     // of its next command; "" if it said nothing more
	Line string     // of it, escaped
	Same bool       // the verb is that of what was refused
	End  record.End // how the session ended; told only with Verb ""
}

// FirstRefusal returns the first answer of the 4yz or 5yz class, or the first
// one that a rule swallowed; nil if there is none.
func FirstRefusal(s *record.Session) *Refusal {
	if refuses(s.Greeting) {
		return &Refusal{Stage: record.CONNECT, Reply: s.Greeting, Next: nextOf(s, 0, "")}
	}
	verb, arg := "", ""
	for i, c := range s.Commands {
		if c.Verb != "" { // a line of an AUTH exchange is AUTH's
			verb, arg = c.Verb, c.Arg
		}
		for r := range replies(c) {
			if !refuses(r) {
				continue
			}
			found := &Refusal{Stage: record.StageOf(verb), Command: i + 1, Verb: verb, Object: objectOf(s, verb, arg), Reply: r}
			if c.Verb != "" {
				found.Stage = c.Stage()
			}
			found.Next = nextOf(s, i+1, verb)
			return found
		}
	}
	if refuses(s.Farewell) {
		return &Refusal{Stage: record.ANY, Reply: s.Farewell, Next: Next{End: s.End}}
	}
	return nil
}

func replies(c record.Command) func(yield func(record.Reply) bool) {
	return func(yield func(record.Reply) bool) {
		if !yield(c.Reply) {
			return
		}
		for _, r := range c.More {
			if !yield(r) {
				return
			}
		}
	}
}

// nextOf returns what the client did once it had an answer; what was on its way
// by then was no answer to it.
func nextOf(s *record.Session, from int, verb string) Next {
	for _, c := range s.Commands[from:] {
		if c.Pipelined {
			continue
		}
		line := record.Escape(record.Clip(c.Line, 200))
		if c.Verb == "" {
			return Next{Verb: "AUTH", Line: line, Same: verb == "AUTH"}
		}
		return Next{Verb: record.Escape(record.Clip(c.Verb, 40)), Line: line, Same: c.Verb == verb}
	}
	return Next{End: s.End}
}

// objectOf is whom or what a command was about.
func objectOf(s *record.Session, verb, arg string) string {
	if verb == "AUTH" {
		for _, a := range s.Auth {
			if !a.OK {
				return record.Escape(record.Clip(a.Username, 200))
			}
		}
		return ""
	}
	if verb == "MAIL" || verb == "RCPT" {
		return record.Escape(record.Clip(Path(arg), 320))
	}
	return record.Escape(record.Clip(arg, 200))
}

// Path returns the path of an argument of MAIL or RCPT, "FROM:<a@b> SIZE=1",
// without its brackets; the argument itself if it has none.
func Path(arg string) string {
	_, rest, found := strings.Cut(arg, "<")
	if !found {
		return arg
	}
	path, _, _ := record.CutUnquoted(rest, '>')
	return path
}
