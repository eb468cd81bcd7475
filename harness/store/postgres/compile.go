package postgres

import (
	"math"
	"strconv"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// compiler makes conditions of expressions. Where a condition cannot say what
// Match says, it lets more through: each expression is compiled either as what
// may match, or, below an odd number of Nots, as what matches for certain.
type compiler struct {
	args    []any
	digests bool // messages have to be indexed for this
	inexact bool // every message found has to be looked at by Match
}

// arg makes a value a parameter.
func (c *compiler) arg(v any) string {
	c.args = append(c.args, v)
	return "$" + strconv.Itoa(len(c.args))
}

func (c *compiler) selection(which store.Selection) string {
	var any []string
	if which.All {
		any = append(any, "true")
	}
	if which.Query != nil {
		any = append(any, c.query(which.Query))
	}
	if len(which.IDs) > 0 {
		any = append(any, "id = any("+c.arg(keys(which.IDs))+"::text[])")
	}
	condition := joined(any, " or ", "false")
	if which.Run != "" {
		condition += " and " + c.inRun(which.Run)
	}
	return condition
}

// inRun says what the index on runs is for, which has no messages without one.
func (c *compiler) inRun(name string) string {
	if name == "" {
		return "run = ''"
	}
	return "(run = " + c.arg(key(name)) + " and run <> '')"
}

func (c *compiler) query(q *store.Query) string {
	if q.Expr == nil {
		return "true"
	}
	return c.expr(q.Expr, true)
}

// joined is "false" or "true", as none says, without conditions.
func joined(conditions []string, by, none string) string {
	if len(conditions) == 0 {
		return none
	}
	return "(" + strings.Join(conditions, by) + ")"
}

// expr returns the condition of what may match, or of what is certain to.
func (c *compiler) expr(x store.Expr, may bool) string {
	switch x := x.(type) {
	case store.And:
		return joined(c.each(x, may), " and ", "true")
	case store.Or:
		return joined(c.each(x, may), " or ", "false")
	case store.Not:
		return "not " + c.expr(x.Expr, !may)
	case store.Phrase:
		return c.phrase(x, may)
	case store.HeaderPhrase:
		return c.header(x, may)
	case store.Is:
		return c.state(x)
	}
	if condition := c.fact(x); condition != "" {
		return condition
	}
	c.digests, c.inexact = true, true
	return strconv.FormatBool(may)
}

func (c *compiler) each(list []store.Expr, may bool) []string {
	conditions := make([]string, len(list))
	for i, x := range list {
		conditions[i] = c.expr(x, may)
	}
	return conditions
}

func (c *compiler) phrase(p store.Phrase, may bool) string {
	c.digests = true
	certain, possible := phraseQuery(p.Columns, p.Words)
	if certain == "" {
		c.inexact = true
	}
	switch {
	case may:
		return c.has(possible)
	case certain == "":
		return "false"
	}
	return c.has(certain)
}

func (c *compiler) has(query string) string { return "words @@ " + c.arg(query) + "::tsquery" }

// header finds the messages that have a field of the name, and the words in
// any of their fields.
func (c *compiler) header(h store.HeaderPhrase, may bool) string {
	c.digests = true
	c.inexact = c.inexact || len(h.Words) > 0
	if len(h.Words) > 0 && !may {
		return "false"
	}
	there := "fields @> array[" + c.arg(folded(h.Name)) + "]::text[]"
	if len(h.Words) == 0 {
		return there
	}
	_, possible := phraseQuery([]store.Column{store.ColumnFields}, h.Words)
	return "(" + c.has(possible) + " and " + there + ")"
}

func (c *compiler) state(is store.Is) string {
	switch is {
	case store.IsRead:
		return "read"
	case store.IsUnread:
		return "not read"
	case store.IsTagged:
		return "tags <> '{}'"
	case store.IsPinned:
		return "pinned"
	}
	c.digests = true
	switch is {
	case store.HasAttachment:
		return "files"
	case store.HasInline:
		return "embedded"
	}
	return "false"
}

// fact returns the condition of an expression that the columns know all of, ""
// for other ones.
func (c *compiler) fact(x store.Expr) string {
	switch x := x.(type) {
	case store.Tagged:
		return "tag_keys @> array[" + c.arg(folded(string(x))) + "]::text[]"
	case store.Received:
		return c.received(x)
	case store.Sized:
		return "(" + c.bound("size > ", x.Larger) + " and " + c.bound("size < ", x.Smaller) + ")"
	case store.InSession:
		return "session = " + c.arg(key(string(x)))
	case store.InRun:
		return c.inRun(string(x))
	case store.OverTLS:
		return c.overTLS(string(x))
	case store.SignedIn:
		return c.signedIn(string(x))
	case store.Replied:
		return "codes @> array[" + c.arg(int32(max(math.MinInt32, min(int(x), math.MaxInt32)))) + "]::int[]"
	case store.Breaks:
		c.digests = true
		return "lint @> array[" + c.arg(record.Escape(string(x))) + "]::text[]"
	}
	return ""
}

func (c *compiler) received(r store.Received) string {
	condition := "at >= " + c.arg(nanos(r.From))
	if !r.Until.IsZero() {
		condition += " and at < " + c.arg(nanos(r.Until))
	}
	return "(" + condition + ")"
}

func (c *compiler) bound(compare string, octets int) string {
	if octets < 0 {
		return "true"
	}
	return compare + c.arg(int64(octets))
}

func (c *compiler) overTLS(version string) string {
	switch version {
	case "none":
		return "tls = ''"
	case "":
		return "tls <> ''"
	}
	return "starts_with(tls, " + c.arg(key(version)) + ")"
}

func (c *compiler) signedIn(who string) string {
	switch who {
	case "":
		return "auth <> ''"
	case "none":
		return "auth = ''"
	}
	name := c.arg(folded(who))
	return "(auth = " + name + " or mechanism = " + name + ")"
}
