package sqlite

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness/store"
)

// Bounds of a query, beyond which SQLite would not take it.
const (
	maxConditions = 500
	maxDepth      = 100
)

// compiled is a query as a condition on the tables mail, as m, and digest, as
// d. Where it says more than the query does, exact is false, and what it finds
// has to be looked at with Match.
type compiled struct {
	node
	exact  bool
	digest bool // it looks at what messages say
	shards bool // it looks at their words
}

// node is a condition: an expression of FTS5 and one of SQL, both of which hold.
// Either may be "".
type node struct {
	words string
	sql   string
	args  []any
}

// compiler counts and notes what it meets in a query.
type compiler struct {
	count  int
	exact  bool
	digest bool
	fault  error
}

// compile makes a query a condition, for the messages of a run if run is not
// empty. The error is a *store.QueryError.
func compile(q *store.Query, run string) (*compiled, error) {
	c := compiler{exact: true}
	var n node
	if q != nil && q.Expr != nil {
		n = c.node(q.Expr, true, 0)
	}
	if c.fault != nil {
		return nil, c.fault
	}
	if run != "" {
		n = inRun(n, run)
	}
	return &compiled{n, c.exact, c.digest, n.words != "" || strings.Contains(n.sql, wordsTable)}, nil
}

// inRun narrows a condition to a run.
func inRun(n node, run string) node {
	if n.words != "" {
		n.words = ftsJoin([]string{ftsRun(run), n.words}, "AND")
	}
	return conjunction(n.words, []node{{sql: n.sql, args: n.args}, named(run)})
}

// node compiles an expression. What cannot be said exactly becomes something
// that is true more often if wide is set, and less often if it is not.
func (c *compiler) node(x store.Expr, wide bool, depth int) node {
	if c.count++; c.count > maxConditions || depth > maxDepth {
		c.fault = store.TooMuch(maxConditions, maxDepth)
		return node{sql: "0"}
	}
	switch x := x.(type) {
	case store.And:
		return c.and(x, wide, depth+1)
	case store.Or:
		return c.or(x, wide, depth+1)
	case store.Not:
		return c.not(x, wide, depth+1)
	case store.Phrase:
		return c.phrase(x, wide)
	case store.HeaderPhrase:
		return c.headerPhrase(x, wide)
	}
	return c.leaf(x)
}

// and keeps together what FTS5 can say of it, "not" included where there is
// something that it is taken from.
func (c *compiler) and(all store.And, wide bool, depth int) node {
	var words, without []string
	var rest []node
	for _, x := range all {
		if n, ok := x.(store.Not); ok {
			if inner := c.node(n.Expr, !wide, depth); inner.pure() {
				without = append(without, inner.words)
			} else {
				rest = append(rest, negated(inner))
			}
			continue
		}
		n := c.node(x, wide, depth)
		if n.words != "" {
			words = append(words, n.words)
		}
		rest = append(rest, node{sql: n.sql, args: n.args})
		if run, ok := x.(store.InRun); ok && run != "" && len(words) > 0 {
			words = append(words, ftsRun(string(run)))
		}
	}
	return conjunction(subtract(words, without, &rest), rest)
}

// subtract returns the expression of FTS5 for words without others. With none
// to take them from, the others become conditions of SQL.
func subtract(words, without []string, rest *[]node) string {
	if len(words) == 0 {
		for _, w := range without {
			*rest = append(*rest, negated(node{words: w}))
		}
		return ""
	}
	all := ftsJoin(words, "AND")
	if len(without) == 0 {
		return all
	}
	return "(" + all + ") NOT (" + ftsJoin(without, "OR") + ")"
}

func conjunction(words string, rest []node) node {
	n := node{words: words}
	var sql []string
	for _, r := range rest {
		if r.sql != "" {
			sql = append(sql, r.sql)
			n.args = append(n.args, r.args...)
		}
	}
	switch {
	case len(sql) > 0:
		n.sql = "(" + strings.Join(sql, " AND ") + ")"
	case words == "":
		n.sql = "1"
	}
	return n
}

func (c *compiler) or(some store.Or, wide bool, depth int) node {
	var words, sql []string
	var args []any
	for _, x := range some {
		n := c.node(x, wide, depth)
		if n.pure() {
			words = append(words, n.words)
			continue
		}
		n = n.plain()
		sql = append(sql, n.sql)
		args = append(args, n.args...)
	}
	if len(words) > 0 {
		n := node{words: ftsJoin(words, "OR")}
		if len(sql) == 0 {
			return n
		}
		n = n.plain()
		sql, args = append(sql, n.sql), append(args, n.args...)
	}
	if len(sql) == 0 {
		return node{sql: "0"}
	}
	return node{sql: "(" + strings.Join(sql, " OR ") + ")", args: args}
}

func (c *compiler) not(x store.Not, wide bool, depth int) node {
	return negated(c.node(x.Expr, !wide, depth))
}

func negated(n node) node {
	n = n.plain()
	return node{sql: "NOT " + n.sql, args: n.args}
}

// pure says that FTS5 alone says all of it.
func (n node) pure() bool { return n.words != "" && n.sql == "" }

// plain is the condition in SQL alone.
func (n node) plain() node {
	if n.words == "" {
		return n
	}
	const in = "(m.seq IN (SELECT rowid FROM search." + wordsTable + " WHERE " + wordsTable + " MATCH ?)"
	if n.sql == "" {
		return node{sql: in + ")", args: []any{n.words}}
	}
	return node{sql: in + " AND " + n.sql + ")", args: append([]any{n.words}, n.args...)}
}

func (c *compiler) phrase(p store.Phrase, wide bool) node {
	c.digest = true
	if len(p.Words) == 0 {
		return truth(true)
	}
	for _, w := range p.Words {
		if len(w) >= longWord {
			c.exact = false
		}
	}
	if !c.exact && !wide {
		return truth(false)
	}
	return node{words: ftsPhrase(p.Columns, p.Words)}
}

// headerPhrase cannot be said exactly: the index does not know which field a
// word is of.
func (c *compiler) headerPhrase(p store.HeaderPhrase, wide bool) node {
	c.digest, c.exact = true, false
	words := p.Words
	if len(words) == 0 {
		words = store.Words(p.Name)
	}
	switch {
	case !wide:
		return truth(false)
	case len(words) == 0:
		return truth(true)
	}
	return node{words: ftsPhrase([]store.Column{store.ColumnFields}, words)}
}

func truth(is bool) node {
	if is {
		return node{sql: "1"}
	}
	return node{sql: "0"}
}
