package sqlite

import (
	"strings"

	"github.com/smtpspec/smtpspec/harness/store"
)

// longWord is how many octets of a word FTS5 looks at.
const longWord = 32768

// ftsPhrase is the expression of FTS5 for words one behind the other, the last
// one as a beginning. The words hold neither quotes nor spaces; they are quoted
// all the same, so that nothing in them is an operator.
func ftsPhrase(columns []store.Column, words []string) string {
	var b strings.Builder
	if len(columns) > 0 {
		b.WriteString("{")
		for _, c := range columns {
			b.WriteString(columnName(c) + " ")
		}
		b.WriteString("} : ")
	}
	b.WriteString(ftsString(strings.Join(words, " ")) + " *")
	return b.String()
}

// ftsRun is the expression for the messages of a run.
func ftsRun(run string) string { return ftsString(runWord(run)) }

func ftsString(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// ftsJoin is an expression of several, each in parentheses.
func ftsJoin(all []string, operator string) string {
	if len(all) == 1 {
		return all[0]
	}
	return "(" + strings.Join(all, ") "+operator+" (") + ")"
}
