package store

import (
	"slices"
	"strings"
)

// indexed is a message with the words of its columns, so that a search does
// not take the texts apart again. It is never changed.
type indexed struct {
	Entry
	words *wordIndex
	raw   Raw
}

// wordIndex holds each column, and each field of the header, as a text of its
// words with a blank before each: a phrase is then a part of that text.
type wordIndex struct {
	columns [columns]string
	fields  []string
}

func newIndexed(e *Entry, raw Raw) *indexed {
	index := &wordIndex{}
	for c := range index.columns {
		index.columns[c] = begun(e.WordText(Column(c)))
	}
	for _, f := range e.Digest.Fields {
		index.fields = append(index.fields, begun(WordText(f.Value)))
	}
	return &indexed{*e, index, raw}
}

// begun puts the blank before the first word.
func begun(text string) string {
	if text == "" {
		return ""
	}
	return " " + text
}

func spaced(words []string) string { return begun(strings.Join(words, " ")) }

// copy returns the entry for somebody else, short as lists have it.
func (e *indexed) copy(short bool) *Entry {
	c := e.Entry
	c.Tags = slices.Clone(c.Tags)
	if short {
		c.Digest = c.Digest.Short()
	}
	return &c
}

// matches is Query.Match with the index.
func (e *indexed) matches(q *Query) bool { return q == nil || q.Expr == nil || e.match(q.Expr) }

func (e *indexed) match(x Expr) bool {
	switch x := x.(type) {
	case And:
		return !slices.ContainsFunc(x, func(x Expr) bool { return !e.match(x) })
	case Or:
		return slices.ContainsFunc(x, e.match)
	case Not:
		return !e.match(x.Expr)
	case Phrase:
		return e.words.phrase(x.Columns, spaced(x.Words))
	case HeaderPhrase:
		return e.headerPhrase(x.Name, spaced(x.Words))
	}
	return x.Match(&e.Entry)
}

func (w *wordIndex) phrase(in []Column, phrase string) bool {
	if len(in) == 0 {
		return slices.ContainsFunc(w.columns[:], func(text string) bool { return strings.Contains(text, phrase) })
	}
	return slices.ContainsFunc(in, func(c Column) bool { return strings.Contains(w.columns[c], phrase) })
}

func (e *indexed) headerPhrase(name, phrase string) bool {
	for i, f := range e.Digest.Fields {
		if strings.EqualFold(f.Name, name) && strings.Contains(e.words.fields[i], phrase) {
			return true
		}
	}
	return false
}
