package store

import "slices"

// Selection names messages: those that have one of the IDs, or that the query
// matches, or All; of one run only if Run is not empty. A zero Selection names
// none, and neither does one that has a Run alone.
type Selection struct {
	IDs   []ID
	Query *Query // nil = no query; one without an expression matches everything
	All   bool
	Run   string
}

// Match says that a message is among those selected. The entry needs its whole
// digest if there is a query.
func (s Selection) Match(e *Entry) bool {
	if s.Run != "" && e.Run != s.Run {
		return false
	}
	return s.All || s.Query != nil && s.Query.Match(e) || slices.Contains(s.IDs, e.ID)
}
