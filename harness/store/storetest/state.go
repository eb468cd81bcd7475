package storetest

import (
	"fmt"
	"slices"

	"github.com/smtpspec/smtpspec/harness/store"
)

// update changes the store and the account.
func (b *box) update(which store.Selection, change store.Change) {
	b.Helper()
	want := 0
	for _, e := range b.mail {
		if which.Match(e) {
			want++
			change.Apply(e)
		}
	}
	got, err := b.Update(b.ctx, which, change)
	b.must(err)
	if got != want {
		b.Errorf("%d messages were changed, want %d", got, want)
	}
}

// states checks every message's state.
func (b *box) states() {
	b.Helper()
	for _, e := range b.mail {
		got, err := b.Get(b.ctx, e.ID)
		b.must(err)
		b.sameEntry(got, e)
	}
}

func checkUpdate(b *box) {
	b.putTexts(6)
	of := func(indexes ...int) store.Selection {
		var s store.Selection
		for _, i := range indexes {
			s.IDs = append(s.IDs, b.mail[i].ID)
		}
		return s
	}
	b.update(of(0, 2, 2, 4), store.Change{Read: ptr(true)})
	b.update(of(1, 2), store.Change{Pinned: ptr(true)})
	b.update(of(4), store.Change{Read: ptr(false)})
	b.update(of(2), store.Change{Pinned: ptr(false), Tags: &[]string{"a"}})
	b.update(of(0, 1), store.Change{})
	b.update(store.Selection{IDs: []store.ID{store.NewID()}}, store.Change{Read: ptr(true)})
	b.states()
	b.update(store.Selection{}, store.Change{Read: ptr(true)})
	b.update(store.Selection{All: true}, store.Change{Read: ptr(true)})
	b.states()
}

func checkTags(b *box) {
	one := b.putText(0, "text")
	b.putText(1, "text")
	which := store.Selection{IDs: []store.ID{one.ID}}
	for _, c := range []store.Change{
		{Tag: []string{"Welcome", "invoice", " beta "}},
		{Tag: []string{"WELCOME", "Тест", "тест", ""}},
		{Untag: []string{"Invoice", "never there"}},
		{Tag: []string{"new"}, Untag: []string{"new", "BETA"}},
		{Tags: &[]string{"z", "A", "Z", "a", "м", "М", "quote'\"\\%_", "\u00e9"}},
		{Tags: &[]string{"only"}, Tag: []string{"more"}},
		{Tags: &[]string{}},
	} {
		b.update(which, c)
		b.states()
	}
	if got, err := b.Get(b.ctx, one.ID); err != nil || len(got.Tags) != 0 {
		b.Errorf("tags %q %v", got.Tags, err)
	}
	b.tagsAreOwn(one)
}

// tagsAreOwn checks that what was returned is the caller's.
func (b *box) tagsAreOwn(e *store.Entry) {
	b.update(store.Selection{All: true}, store.Change{Tags: &[]string{"a", "b"}})
	got, err := b.Get(b.ctx, e.ID)
	b.must(err)
	slices.Reverse(got.Tags)
	got.Read = true
	b.states()
}

func checkTagCounts(b *box) {
	for i := range 9 {
		b.putRun(i, []string{"", "one", "two"}[i%3])
	}
	tag := func(change store.Change, indexes ...int) {
		var s store.Selection
		for _, i := range indexes {
			s.IDs = append(s.IDs, b.mail[i].ID)
		}
		b.update(s, change)
	}
	b.tags("")
	tag(store.Change{Tag: []string{"welcome", "Тест"}}, 0, 1, 4)
	tag(store.Change{Tag: []string{"Welcome", "a'b\"\\"}}, 3, 5)
	tag(store.Change{Tag: []string{"ТЕСТ"}}, 2)
	b.tags("", `a'b"\ 2`, "Welcome 5", "Тест 4")
	b.tags("one", "welcome 2", "Тест 2")
	b.tags("two", `a'b"\ 1`, "Welcome 1", "ТЕСТ 1")
	b.tags("nobody's")
	tag(store.Change{Untag: []string{"WELCOME"}}, 5)
	b.delete(store.Selection{IDs: []store.ID{b.mail[3].ID}})
	b.tags("", `a'b"\ 1`, "welcome 3", "Тест 4")
}

// tags checks what tags a run has.
func (b *box) tags(run string, want ...string) {
	b.Helper()
	tags, err := b.Tags(b.ctx, run)
	b.must(err)
	var got []string
	for _, t := range tags {
		got = append(got, fmt.Sprint(t.Tag, " ", t.Messages))
	}
	if !slices.Equal(got, want) {
		b.Errorf("tags of %q: %q, want %q", run, got, want)
	}
}

func checkSelection(b *box) {
	for i := range 12 {
		raw := []byte("Subject: " + []string{"odd", "even"}[i%2] + "\r\n\r\n")
		m := newMail(i, raw)
		m.Run = []string{"", "one", "two"}[i%3]
		b.put(m, raw)
	}
	odd := &store.Query{Expr: store.Phrase{Columns: []store.Column{store.ColumnSubject}, Words: []string{"odd"}}}
	for i, s := range []store.Selection{
		{}, {Run: "one"}, {IDs: []store.ID{}}, {IDs: []store.ID{b.mail[0].ID, b.mail[1].ID}},
		{IDs: []store.ID{b.mail[0].ID, b.mail[1].ID}, Run: "one"}, {Query: odd}, {Query: odd, Run: "two"},
		{Query: odd, IDs: []store.ID{b.mail[1].ID}}, {All: true}, {All: true, Run: "one"}, {All: true, Run: "nobody's"},
		{Query: &store.Query{}}, {Query: &store.Query{}, Run: "two"},
	} {
		b.update(s, store.Change{Tags: &[]string{string(rune('a' + i))}})
	}
	b.states()
}

func checkDelete(b *box) {
	for i := range 20 {
		raw := []byte("Subject: " + []string{"odd", "even"}[i%2] + "\r\n\r\n")
		m := newMail(i, raw)
		m.Run = []string{"", "one"}[i/10]
		b.put(m, raw)
	}
	b.update(store.Selection{IDs: []store.ID{b.mail[0].ID}}, store.Change{Pinned: ptr(true)})
	odd := &store.Query{Expr: store.Phrase{Words: []string{"odd"}}}
	last := b.mail[19].ID
	for _, s := range []store.Selection{
		{}, {Run: "one"}, {IDs: []store.ID{b.mail[0].ID, b.mail[0].ID, store.NewID()}}, {Query: odd, Run: "one"},
		{IDs: []store.ID{last}, Run: "two"}, {Query: odd}, {All: true, Run: "one"}, {Query: &store.Query{}}, {All: true},
	} {
		b.delete(s)
		b.holds()
	}
	if len(b.mail) != 0 {
		b.Errorf("%d messages are left", len(b.mail))
	}
	if _, err := b.Open(b.ctx, last); err != store.ErrNotFound {
		b.Error("content of what was deleted:", err)
	}
}

// delete removes messages from the store and the account.
func (b *box) delete(s store.Selection) {
	b.Helper()
	want := len(b.matching(s.Match))
	b.forget(s.Match)
	if got, err := b.Delete(b.ctx, s); err != nil || got != want {
		b.Errorf("deleted %d %v, want %d", got, err, want)
	}
}
