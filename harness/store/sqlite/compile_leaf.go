package sqlite

import (
	"fmt"
	"strings"

	"github.com/smtpspec/smtpspec/harness/store"
)

// leaf compiles what does not look for words.
func (c *compiler) leaf(x store.Expr) node {
	switch x := x.(type) {
	case store.Is:
		return c.state(x)
	case store.Tagged:
		return node{sql: "m.seq IN (SELECT seq FROM tag WHERE fold = ?)", args: []any{fold(string(x))}}
	case store.Received:
		return received(x)
	case store.Sized:
		return sized(x)
	case store.InSession:
		return node{sql: "m.session = ?", args: []any{string(x)}}
	case store.InRun:
		return named(string(x))
	case store.OverTLS:
		return overTLS(string(x))
	case store.SignedIn:
		return signedIn(string(x))
	case store.Replied:
		return node{sql: "instr(m.codes, ?) > 0", args: []any{fmt.Sprintf(" %d ", int(x))}}
	case store.Breaks:
		c.digest = true
		if strings.Contains(string(x), "\n") {
			return truth(false)
		}
		return node{sql: "instr(d.lint, ?) > 0", args: []any{"\n" + string(x) + "\n"}}
	}
	c.fault = &store.QueryError{Text: fmt.Sprintf("a condition of type %T is not known", x)}
	return truth(false)
}

func (c *compiler) state(is store.Is) node {
	switch is {
	case store.IsRead:
		return node{sql: "m.read = 1"}
	case store.IsUnread:
		return node{sql: "m.read = 0"}
	case store.IsTagged:
		return node{sql: "m.tags IS NOT NULL"}
	case store.IsPinned:
		return node{sql: "m.pinned = 1"}
	case store.HasAttachment:
		c.digest = true
		return node{sql: "d.files > 0"}
	case store.HasInline:
		c.digest = true
		return node{sql: "d.embedded > 0"}
	}
	return truth(false)
}

func received(r store.Received) node {
	var n []node
	if !r.From.IsZero() {
		n = append(n, node{sql: "m.at >= ?", args: []any{nanos(r.From)}})
	}
	if !r.Until.IsZero() {
		n = append(n, node{sql: "m.at < ?", args: []any{nanos(r.Until)}})
	}
	return conjunction("", n)
}

func sized(s store.Sized) node {
	var n []node
	if s.Larger >= 0 {
		n = append(n, node{sql: "m.size > ?", args: []any{s.Larger}})
	}
	if s.Smaller >= 0 {
		n = append(n, node{sql: "m.size < ?", args: []any{s.Smaller}})
	}
	return conjunction("", n)
}

// named is the condition for a run. It says twice that the name is not empty, so that SQLite may use the index
// of those.
func named(name string) node {
	if name == "" {
		return node{sql: "m.run = ''"}
	}
	return node{sql: "(m.run = ? AND m.run <> '')", args: []any{name}}
}

func overTLS(version string) node {
	if version == "none" {
		return node{sql: "m.tls = ''"}
	}
	return node{sql: "(m.tls <> '' AND substr(m.tls, 1, length(?)) = ?)", args: []any{version, version}}
}

func signedIn(user string) node {
	switch user {
	case "":
		return node{sql: "m.auth <> ''"}
	case "none":
		return node{sql: "m.auth = ''"}
	}
	name := fold(user)
	return node{sql: "(m.auth = ? OR m.mechanism = ?)", args: []any{name, name}}
}
