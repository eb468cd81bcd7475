package store

import (
	"slices"
	"testing"
)

func TestTagsOf(t *testing.T) {
	for _, c := range []struct {
		tags   []string
		change Change
		want   []string
	}{
		{nil, Change{}, nil},
		{[]string{"b", "a"}, Change{}, []string{"a", "b"}},
		{[]string{"a"}, Change{Tag: []string{"A", " c ", "B", "", " "}}, []string{"a", "B", "c"}},
		{[]string{"a", "Б"}, Change{Tag: []string{"c"}, Untag: []string{"б", " C ", "x"}}, []string{"a"}},
		{[]string{"a"}, Change{Tags: &[]string{"z"}}, []string{"z"}},
		{[]string{"a"}, Change{Tags: &[]string{"z"}, Tag: []string{"y"}, Untag: []string{"Z"}}, []string{"y"}},
		{[]string{"a"}, Change{Tags: &[]string{}}, nil},
	} {
		before := slices.Clone(c.tags)
		if got := c.change.TagsOf(c.tags); !slices.Equal(got, c.want) {
			t.Errorf("%q with %+v: %q, want %q", c.tags, c.change, got, c.want)
		}
		if !slices.Equal(before, c.tags) {
			t.Errorf("%q was changed in place", before)
		}
	}
}

func TestSelectionMatch(t *testing.T) {
	e := &Entry{Mail: Mail{ID: session, Run: "one"}, Digest: &Digest{}}
	everything, nothing := &Query{}, &Query{Expr: Or{}}
	for _, c := range []struct {
		selection Selection
		want      bool
	}{
		{Selection{}, false}, {Selection{Run: "one"}, false}, {Selection{All: true}, true}, {Selection{All: true, Run: "two"}, false},
		{Selection{IDs: []ID{session}}, true}, {Selection{IDs: []ID{session}, Run: "two"}, false}, {Selection{IDs: []ID{"x"}}, false},
		{Selection{Query: everything}, true}, {Selection{Query: nothing}, false}, {Selection{Query: nothing, IDs: []ID{session}}, true}, {Selection{Query: everything, Run: "two"}, false},
	} {
		if got := c.selection.Match(e); got != c.want {
			t.Errorf("%+v: %t", c.selection, got)
		}
	}
}
