package store

import (
	"slices"
	"strings"
	"time"
)

// Query is what somebody searches for; ParseQuery reads one. The zero value is
// everything.
type Query struct {
	Text string // as it was written
	Expr Expr   // nil = everything
}

// Match says that a message is among what q asks for. The entry needs its
// whole digest.
func (q *Query) Match(e *Entry) bool { return q == nil || q.Expr == nil || q.Expr.Match(e) }

// Expr is an expression of the query language: one of And, Or, Not, Phrase,
// HeaderPhrase, Is, Tagged, Received, Sized, InSession, InRun, OverTLS,
// SignedIn, Replied and Breaks. A store compiles them; Match is what they mean.
type Expr interface {
	Match(e *Entry) bool
}

// And matches what all of its expressions match.
type And []Expr

// Or matches what one of its expressions matches.
type Or []Expr

// Not matches what its expression does not.
type Not struct{ Expr Expr }

// Phrase matches a message with these words, as Words makes them, one behind
// the other in one of the columns. The last word may be the beginning of one
// there.
type Phrase struct {
	Columns []Column // empty = any
	Words   []string // not empty
}

// HeaderPhrase is Phrase for the value of the fields of one name. Without
// words it matches every message that has such a field.
type HeaderPhrase struct {
	Name  string
	Words []string
}

// Is matches a state.
type Is string

// The states.
const (
	IsRead        Is = "read"
	IsUnread      Is = "unread"
	IsTagged      Is = "tagged"
	IsPinned      Is = "pinned"
	HasAttachment Is = "attachment"
	HasInline     Is = "inline"
)

// Tagged matches messages with a tag, without regard to case.
type Tagged string

// Received matches by when the server took the message, in [From, Until); a
// zero time is no bound.
type Received struct{ From, Until time.Time }

// Sized matches by the octets of the message: more than Larger, if that is not
// negative, and fewer than Smaller, if that is not.
type Sized struct{ Larger, Smaller int }

// InSession matches the messages of one session.
type InSession ID

// InRun matches the messages of one run.
type InRun string

// OverTLS matches by the version of TLS that begins so, "TLS 1.3"; "" for any
// TLS, and "none" for none.
type OverTLS string

// SignedIn matches by AUTH: "" for anybody, "none" for nobody, else a user or a
// mechanism, without regard to case.
type SignedIn string

// Replied matches messages where a recipient, or the message, got that code.
type Replied int

// Breaks matches messages that break a rule of lint.
type Breaks string

func (all And) Match(e *Entry) bool {
	return !slices.ContainsFunc(all, func(x Expr) bool { return !x.Match(e) })
}

func (any Or) Match(e *Entry) bool {
	return slices.ContainsFunc(any, func(x Expr) bool { return x.Match(e) })
}

func (n Not) Match(e *Entry) bool { return !n.Expr.Match(e) }

func (p Phrase) Match(e *Entry) bool {
	columns := p.Columns
	if len(columns) == 0 {
		columns = Columns()
	}
	return slices.ContainsFunc(columns, func(c Column) bool { return hasPhrase(e.Words(c), p.Words) })
}

func (p HeaderPhrase) Match(e *Entry) bool {
	return slices.ContainsFunc(e.Digest.Fields, func(f Field) bool {
		return strings.EqualFold(f.Name, p.Name) && (len(p.Words) == 0 || hasPhrase(Words(f.Value), p.Words))
	})
}

// hasPhrase says that words stand in text one behind the other, the last one
// as the beginning of a word at least.
func hasPhrase(text, words []string) bool {
	last := len(words) - 1
	for i := 0; i+last < len(text); i++ {
		if strings.HasPrefix(text[i+last], words[last]) && slices.Equal(text[i:i+last], words[:last]) {
			return true
		}
	}
	return false
}

func (is Is) Match(e *Entry) bool {
	switch is {
	case IsRead:
		return e.Read
	case IsUnread:
		return !e.Read
	case IsTagged:
		return len(e.Tags) > 0
	case IsPinned:
		return e.Pinned
	case HasAttachment:
		return len(e.Digest.Files) > 0
	case HasInline:
		return len(e.Digest.Embedded) > 0
	}
	return false
}

func (t Tagged) Match(e *Entry) bool {
	return slices.ContainsFunc(e.Tags, func(tag string) bool { return strings.EqualFold(tag, string(t)) })
}

func (r Received) Match(e *Entry) bool {
	return !e.At.Before(r.From) && (r.Until.IsZero() || e.At.Before(r.Until))
}

func (s Sized) Match(e *Entry) bool {
	return (s.Larger < 0 || e.Size > s.Larger) && (s.Smaller < 0 || e.Size < s.Smaller)
}

func (s InSession) Match(e *Entry) bool { return e.Session == ID(s) }

func (r InRun) Match(e *Entry) bool { return e.Run == string(r) }

func (v OverTLS) Match(e *Entry) bool {
	if v == "none" {
		return e.Facts.TLS == ""
	}
	return e.Facts.TLS != "" && strings.HasPrefix(e.Facts.TLS, string(v))
}

func (s SignedIn) Match(e *Entry) bool {
	switch s {
	case "":
		return e.Facts.Auth != ""
	case "none":
		return e.Facts.Auth == ""
	}
	return strings.EqualFold(e.Facts.Auth, string(s)) || strings.EqualFold(e.Facts.Mechanism, string(s))
}

func (code Replied) Match(e *Entry) bool { return slices.Contains(e.Codes(), int(code)) }

func (rule Breaks) Match(e *Entry) bool { return slices.Contains(e.Digest.Lint, string(rule)) }

// Codes returns the codes that the recipients of a message and the message
// itself got, each once, ascending.
func (m *Mail) Codes() []int {
	codes := []int{m.Reply.Code}
	for _, r := range m.Envelope.Recipients {
		codes = append(codes, r.Reply.Code)
		if r.Final.Code != 0 {
			codes = append(codes, r.Final.Code)
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}
