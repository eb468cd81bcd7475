package conform

import (
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
		told := []Class{OK, Temp, Perm, Failed, Queued, Unsupported}
		if !slices.Contains(told, o.Class) {
			t.Errorf("the file made the class %q", o.Class)
		}
		for rcpt, class := range o.Rcpts {
			if !slices.Contains(told, class) || r.Rcpts[rcpt].Outcome != class {
				t.Errorf("of %q it made %q", rcpt, class)
			}
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
