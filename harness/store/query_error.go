package store

import "fmt"

// QueryError says where a query cannot be read.
type QueryError struct {
	Position int     // in characters, from 0
	Text     string  // what is wrong, and what to write, in English
	Wording  Wording // what Text is made of, for a translation; zero where there is none
}

func (e *QueryError) Error() string { return fmt.Sprintf("at %d: %s", e.Position+1, e.Text) }

// Wording is an English text in the parts that a translation needs.
type Wording struct {
	Format string // one of QueryFormats, as package fmt reads it; "" in the zero Wording
	Args   []any  // in the order of Format; a Wording of its own where one is English
}

func (w Wording) String() string { return fmt.Sprintf(w.Format, w.Args...) }

func queryError(at int, f format, args ...any) *QueryError {
	w := f.with(args...)
	return &QueryError{at, w.String(), w}
}
