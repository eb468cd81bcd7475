package conform

import (
	"maps"
	"path"
	"slices"
	"testing"
)

// The file that a command writes is as foreign as its output.
func FuzzResult(f *testing.F) {
	for _, text := range []string{
		`{"outcome":"perm","code":550,"enhanced":"5.1.1","stage":"rcpt","error":"no","rcpts":{"a@b":{"outcome":"ok","code":250}}}`,
		`{"outcome":"hang"}`, `{"outcome":"ok","rcpts":{"":{}}}`, `{"outcome":"ok","code":-1}`, `[]`, `null`, ``,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := parseResult(b)
		if r == nil {
			return
		}
		o := Outcome{Class: Failed}
		r.amend(&o)
		if told := []Class{OK, Temp, Perm, Failed, Queued, Unsupported}; !slices.Contains(told, o.Class) {
			t.Errorf("the file made the class %q", o.Class)
		}
		if len(o.Rcpts) != len(r.Rcpts) {
			t.Errorf("%d recipients became %v", len(r.Rcpts), slices.Collect(maps.Keys(o.Rcpts)))
		}
		twice := o
		if r.amend(&twice); twice.Text != o.Text {
			t.Errorf("the error is told twice: %q", twice.Text)
		}
	})
}

// A pattern that was taken at the beginning fails at no scenario later.
func FuzzOnly(f *testing.F) {
	for _, glob := range []string{"tls-*", "[", "[a-]", "a\\", "*[!x]", "[^-a]*", ""} {
		f.Add(glob, "tls-cert-untrusted")
	}
	f.Fuzz(func(t *testing.T, glob, id string) {
		k := &check{settings: settings{runs: []string{glob}}}
		if k.globs() != nil {
			return
		}
		if _, err := path.Match(glob, id); err != nil {
			t.Errorf("%q was taken and fails at %q: %v", glob, id, err)
		}
		k.chosen([]*Scenario{{ID: id}})
	})
}
