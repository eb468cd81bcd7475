package mailmatch

import "strings"

// claim is what a matcher says about a T, in a form that other matchers can
// make lists of.
type claim[T any] interface {
	// want returns the claim as an infinitive: `have subject "x"`.
	want() string

	// judge says whether the claim holds. The error says that nobody can tell.
	judge(T) (verdict, error)
}

// verdict is what a claim comes to. What is found has peer text escaped.
type verdict struct {
	ok     bool
	clause string // what is there instead, as it stands behind "but": "it has"
	text   string // what the clause announces; "" if it says everything
}

func has(ok bool, text string) verdict { return verdict{ok, "it has", text} }

// inline returns what was found as one clause: `it has "x"`.
func (v verdict) inline() string {
	switch {
	case v.text == "":
		return v.clause
	case strings.Contains(v.text, "\n"):
		return v.clause + "\n" + indent(v.text)
	}
	return v.clause + " " + v.text
}

// block returns what was found with its text on lines of their own.
func (v verdict) block() string {
	if v.text == "" {
		return v.clause
	}
	return v.clause + "\n" + indent(v.text)
}
