package web

import (
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
)

func TestWhatTheHelpShowsCanBeSearched(t *testing.T) {
	for _, group := range queryHelp {
		for _, e := range group.Examples {
			if _, err := store.ParseQuery(e.Query, time.Now()); err != nil {
				t.Errorf("%s: %v", e.Query, err)
			}
		}
	}
}

func TestTheQueryOfATagFindsIt(t *testing.T) {
	for _, tag := range []string{"welcome", "two words", `a"b\c`, "тест", "a:b", "(x)", "-x", "OR"} {
		q, err := store.ParseQuery(tagQuery(tag), time.Now())
		if err != nil {
			t.Errorf("%q: %v", tag, err)
			continue
		}
		e := &store.Entry{Digest: &store.Digest{}, Tags: []string{"other", tag}}
		if !q.Match(e) {
			t.Errorf("%s does not find %q", tagQuery(tag), tag)
		}
	}
}
