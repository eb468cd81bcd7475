package web

import (
	"slices"

	"github.com/smtpspec/smtpspec/harness/store"
)

// Before, At and Behind are the search around what is wrong in it.
func (f frame) Before() string { return string(f.cut(0, f.Wrong.Position)) }
func (f frame) At() string     { return string(f.cut(f.Wrong.Position, f.Wrong.Position+1)) }
func (f frame) Behind() string { return string(f.cut(f.Wrong.Position+1, 1<<30)) }

// Character counts as people do.
func (f frame) Character() int { return f.Wrong.Position + 1 }

func (f frame) cut(from, to int) []rune {
	q := []rune(f.Q)
	return q[min(from, len(q)):min(to, len(q))]
}

// explanation says what is wrong with a search, and what to write.
type explanation struct {
	Text string
	Lang string // what Text is in
}

// wrongKeys are the keys of what the catalogue says of searches, by the English
// of it, which is a store.Wording's Format.
var wrongKeys = func() map[string]string {
	keys := map[string]string{}
	for key, english := range catalogue["en"].beginning("wrong.") {
		keys[english] = key
	}
	return keys
}()

// explain returns what the store says, in English where the catalogue does not
// have it.
func (w *words) explain(e *store.QueryError) explanation {
	if text, ok := w.worded(e.Wording); ok {
		return explanation{text, w.lang}
	}
	return explanation{e.Text, "en"}
}

func (w *words) worded(x store.Wording) (text string, ok bool) {
	args := slices.Clone(x.Args)
	for i, arg := range args {
		inner, is := arg.(store.Wording)
		if !is {
			continue
		}
		if args[i], ok = w.worded(inner); !ok {
			return "", false
		}
	}
	key, ok := wrongKeys[x.Format]
	if !ok {
		return "", false
	}
	return w.text(key, args...), true
}
