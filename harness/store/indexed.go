package store

import (
	"slices"
	"strings"
	"sync"
)

// Indexed is a message with the words of its columns, so that a search does
// not take the texts apart again. NewIndexed makes one; it is never changed.
type Indexed struct {
	Entry
	words *wordIndex
}

// wordIndex holds each column as a text of its words, with a blank before each:
// a phrase is then a part of that text.
type wordIndex struct {
	columns [columns]string

	once   sync.Once
	fields []string // likewise, of each field of the header; of once, since few searches ask for them
}

// NewIndexed takes the texts of a message apart. It needs the whole digest,
// and keeps what e refers to.
func NewIndexed(e *Entry) *Indexed {
	index := &wordIndex{}
	for c := range index.columns {
		index.columns[c] = begun(e.text(Column(c)))
	}
	return &Indexed{*e, index}
}

// As returns the same message in another state: read or not, pinned or not,
// with these tags.
func (e *Indexed) As(read, pinned bool, tags []string) *Indexed {
	other := *e
	other.Read, other.Pinned, other.Tags = read, pinned, tags
	return &other
}

// WordText returns the words of a column with a blank between them.
func (e *Indexed) WordText(c Column) string {
	return strings.TrimPrefix(e.words.columns[c], " ")
}

// Copy returns the entry for somebody else, short as lists have it.
func (e *Indexed) Copy(short bool) *Entry {
	c := e.Entry
	c.Tags = slices.Clone(c.Tags)
	if short {
		c.Digest = c.Digest.Short()
	}
	return &c
}

// Matches is q.Match for this message.
func (e *Indexed) Matches(q *Query) bool { return q == nil || q.Expr == nil || e.match(q.Expr) }

func (e *Indexed) match(x Expr) bool {
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

// spaced is a phrase as it stands in a text of words; "" without one.
func spaced(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return " " + strings.Join(words, " ")
}

func (w *wordIndex) phrase(in []Column, phrase string) bool {
	if len(in) == 0 {
		return slices.ContainsFunc(w.columns[:], func(text string) bool { return strings.Contains(text, phrase) })
	}
	return slices.ContainsFunc(in, func(c Column) bool { return strings.Contains(w.columns[c], phrase) })
}

func (e *Indexed) headerPhrase(name, phrase string) bool {
	for i, f := range e.Digest.Fields {
		if strings.EqualFold(f.Name, name) && (phrase == "" || strings.Contains(e.fields()[i], phrase)) {
			return true
		}
	}
	return false
}

func (e *Indexed) fields() []string {
	e.words.once.Do(func() {
		for _, f := range e.Digest.Fields {
			e.words.fields = append(e.words.fields, begun(f.Value))
		}
	})
	return e.words.fields
}
