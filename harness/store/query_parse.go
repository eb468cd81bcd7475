package store

import (
	"fmt"
	"time"
)

// QueryError says where a query cannot be read.
type QueryError struct {
	Position int    // in characters, from 0
	Text     string // what is wrong, and what to write
}

func (e *QueryError) Error() string { return fmt.Sprintf("at %d: %s", e.Position+1, e.Text) }

// ParseQuery reads a query. now and its location are what dates in it are
// relative to. The error is a *QueryError.
func ParseQuery(text string, now time.Time) (*Query, error) {
	words := Words(text)
	if len(words) == 0 {
		return &Query{Text: text}, nil
	}
	return &Query{text, Phrase{nil, words}}, nil
}
