package store

import "fmt"

// QueryError says where a query cannot be read.
type QueryError struct {
	Position int    // in characters, from 0
	Text     string // what is wrong, and what to write
}

func (e *QueryError) Error() string { return fmt.Sprintf("at %d: %s", e.Position+1, e.Text) }

func queryError(at int, format string, args ...any) error {
	return &QueryError{at, fmt.Sprintf(format, args...)}
}
