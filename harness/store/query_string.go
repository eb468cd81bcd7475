package store

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// String returns the query in its canonical form. What ParseQuery made is read
// back to the same expression, in as many terms and no deeper.
func (q *Query) String() string {
	if q == nil || q.Expr == nil {
		return ""
	}
	return written(q.Expr)
}

func written(x Expr) string {
	switch x := x.(type) {
	case And:
		return joined(x, " ", `is:read OR -is:read`)
	case Or:
		return disjoined(x)
	case Not:
		if isNegation(x.Expr) {
			return "NOT " + written(x.Expr)
		}
		return "-" + grouped(x.Expr)
	case Phrase:
		return columnsPrefix(x.Columns) + phraseText(x.Words)
	case HeaderPhrase:
		return headerText(x)
	case Received:
		return receivedText(x)
	case Sized:
		return sizedText(x)
	}
	return simple(x)
}

// simple writes what is a prefix with a value.
func simple(x Expr) string {
	switch x := x.(type) {
	case Is:
		if x == HasAttachment || x == HasInline {
			return "has:" + string(x)
		}
		return "is:" + string(x)
	case Tagged:
		return "tag:" + Quote(string(x))
	case InSession:
		return "session:" + string(x)
	case InRun:
		return "run:" + Quote(string(x))
	case OverTLS:
		return "tls:" + strings.TrimPrefix(orYes(string(x)), "TLS ")
	case SignedIn:
		return "auth:" + Quote(orYes(string(x)))
	case Replied:
		return "code:" + strconv.Itoa(int(x))
	case Breaks:
		return "lint:" + Quote(string(x))
	}
	return ""
}

func orYes(s string) string {
	if s == "" {
		return "yes"
	}
	return s
}

// grouped writes an expression so that it is one operand.
func grouped(x Expr) string {
	switch x := x.(type) {
	case And, Or, Not:
		return "(" + written(x) + ")"
	case Received:
		if !x.From.IsZero() && !x.Until.IsZero() {
			return "(" + written(x) + ")"
		}
	case Sized:
		if x.Larger >= 0 && x.Smaller >= 0 {
			return "(" + written(x) + ")"
		}
	}
	return written(x)
}

// joined writes a list of operands; none is what empty means.
func joined(list []Expr, between, empty string) string {
	if len(list) == 0 {
		return empty
	}
	texts := make([]string, len(list))
	for i, x := range list {
		if texts[i] = grouped(x); isNegation(x) {
			texts[i] = written(x)
		}
	}
	return strings.Join(texts, between)
}

// disjoined writes an Or. Blanks bind closer, so what they join needs no
// parentheses in it.
func disjoined(list Or) string {
	if len(list) == 0 {
		return `is:read -is:read`
	}
	texts := make([]string, len(list))
	for i, x := range list {
		all, ok := x.(And)
		if ok && len(all) > 1 {
			texts[i] = written(all)
		} else {
			texts[i] = joined([]Expr{x}, "", "")
		}
	}
	return strings.Join(texts, " OR ")
}

func isNegation(x Expr) bool {
	_, ok := x.(Not)
	return ok
}

// columnPrefixes are the prefixes that stand for columns, with those.
var columnPrefixes = func() map[string][]Column {
	all := map[string][]Column{}
	for name, read := range prefixed {
		if x, err := read(value{prefix: name, raw: []rune("x"), text: "x"}); err == nil {
			if phrase, ok := x.(Phrase); ok {
				all[name] = phrase.Columns
			}
		}
	}
	return all
}()

// columnsPrefix returns the prefix for these columns, "" for lists that no
// prefix stands for.
func columnsPrefix(columns []Column) string {
	for name, these := range columnPrefixes {
		if slices.Equal(these, columns) {
			return name + ":"
		}
	}
	return ""
}

func phraseText(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return Quote(strings.Join(words, " "))
}

func headerText(x HeaderPhrase) string {
	name := x.Name
	if strings.ContainsAny(name, " \t\r\n\"\\=():") || strings.ContainsFunc(name, notPrinted) {
		name = Quote(name)
	}
	if len(x.Words) == 0 {
		return "header:" + name
	}
	return "header:" + name + "=" + phraseText(x.Words)
}

func notPrinted(r rune) bool { return r <= ' ' || r > '~' }

func receivedText(x Received) string {
	var texts []string
	if !x.From.IsZero() {
		texts = append(texts, "after:"+x.From.UTC().Format(time.RFC3339Nano))
	}
	if !x.Until.IsZero() {
		texts = append(texts, "before:"+x.Until.UTC().Format(time.RFC3339Nano))
	}
	if len(texts) == 0 {
		return "(" + written(And{}) + ")"
	}
	return strings.Join(texts, " ")
}

func sizedText(x Sized) string {
	var texts []string
	if x.Larger >= 0 {
		texts = append(texts, "larger:"+strconv.Itoa(x.Larger))
	}
	if x.Smaller >= 0 {
		texts = append(texts, "smaller:"+strconv.Itoa(x.Smaller))
	}
	if len(texts) == 0 {
		return "(" + written(And{}) + ")"
	}
	return strings.Join(texts, " ")
}
