package api

import (
	"context"
	"encoding/json"
)

// RuleBook holds the faults of the server. Their JSON form is its own business.
//
// Its errors are told to the client as they stand if they are *RuleError, as
// 404 if they are store.ErrNotFound, and as 500 otherwise. All methods may be
// called from any goroutine.
type RuleBook interface {
	// List returns the rules in the order in which they are asked: those of a
	// run, or all if run is "".
	List(ctx context.Context, run string) ([]Rule, error)
	// Add puts a rule before the others, for the mail of a run or for all if
	// run is "".
	Add(ctx context.Context, run string, rule json.RawMessage) (Rule, error)
	// Get returns one rule.
	Get(ctx context.Context, id string) (Rule, error)
	// Move makes a rule one of a run, or one for all if run is "".
	Move(ctx context.Context, id, run string) (Rule, error)
	// Remove takes a rule out.
	Remove(ctx context.Context, id string) error
}

// RuleError says what is wrong with the JSON form of a rule.
type RuleError struct {
	Position int // in characters from 0, within the rule; -1 if it has none
	Text     string
}

func (e *RuleError) Error() string { return e.Text }
