package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
)

// putRun commits message i of a test in a run.
func (b *box) putRun(i int, run string) *store.Entry {
	b.Helper()
	raw := []byte("Subject: same\r\nTo: b@example.mn\r\n\r\nsame text\r\n")
	m := newMail(i, raw)
	m.Run = run
	return b.put(m, raw)
}

// checkRunsApart puts the same mail to the same addresses in two runs.
func checkRunsApart(b *box) {
	for i := range 20 {
		b.putRun(i, []string{"one", "two", "", "On"}[i%4])
	}
	same := &store.Query{Expr: store.Phrase{Words: []string{"same"}}}
	for _, run := range []string{"one", "two", "On"} {
		want := b.matching(func(e *store.Entry) bool { return e.Run == run })
		b.same("list of "+run, ids(b.all(store.Page{Run: run})), want)
		b.same("search in "+run, ids(b.all(store.Page{Run: run, Query: same})), want)
		b.same("pages of "+run, b.paged(store.Page{Run: run, Limit: 2}, func(int) {}), want)
		b.same("run: "+run, ids(b.all(store.Page{Query: &store.Query{Expr: store.InRun(run)}})), want)
	}
	b.same("another run's query", ids(b.all(store.Page{Run: "one", Query: &store.Query{Expr: store.InRun("two")}})), []store.ID{})
	b.delete(store.Selection{All: true, Run: "one"})
	b.delete(store.Selection{Query: same, Run: "two"})
	b.holds()
}

func checkRuns(b *box) {
	created := start.UTC()
	b.must(b.PutRun(b.ctx, store.Run{Name: "two", Created: created}))
	b.must(b.PutRun(b.ctx, store.Run{Name: "one", Created: created, Expires: created.Add(time.Hour), Messages: 99}))
	b.must(b.PutRun(b.ctx, store.Run{Name: "one", Created: created.Add(time.Minute), Expires: created.Add(2 * time.Hour)}))
	for i := range 5 {
		b.putRun(i, []string{"one", "never put"}[i/3])
	}
	s := newSession(0)
	s.Run = "one"
	b.must(b.PutSession(b.ctx, s))
	b.runs("one 3 12:00 14:00", "two 0 12:00 never")

	b.must(b.DeleteRun(b.ctx, "one"))
	b.forget(func(e *store.Entry) bool { return e.Run == "one" })
	b.runs("two 0 12:00 never")
	b.holds()
	if _, err := b.Session(b.ctx, s.ID); !errors.Is(err, store.ErrNotFound) {
		b.Error("a session of a run that was deleted:", err)
	}
	for _, name := range []string{"one", "never put", ""} {
		if err := b.DeleteRun(b.ctx, name); !errors.Is(err, store.ErrNotFound) {
			b.Errorf("DeleteRun %q: %v", name, err)
		}
	}
	b.holds()
	b.must(b.PutRun(b.ctx, store.Run{Name: "one", Created: created.Add(time.Minute)}))
	b.runs("one 0 12:01 never", "two 0 12:00 never")
}

// runs checks what runs there are.
func (b *box) runs(want ...string) {
	b.Helper()
	runs, err := b.Runs(b.ctx)
	b.must(err)
	var got []string
	for _, r := range runs {
		expires := "never"
		if !r.Expires.IsZero() {
			expires = r.Expires.UTC().Format("15:04")
		}
		got = append(got, fmt.Sprintf("%s %d %s %s", r.Name, r.Messages, r.Created.UTC().Format("15:04"), expires))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		b.Errorf("runs %q, want %q", got, want)
	}
}

func checkRunsExpire(b *box) {
	b.must(b.PutRun(b.ctx, store.Run{Name: "hour", Created: start, Expires: start.Add(time.Hour)}))
	b.must(b.PutRun(b.ctx, store.Run{Name: "ever", Created: start}))
	for i := range 9 {
		b.putRun(i, []string{"hour", "ever", ""}[i%3])
	}
	b.update(store.Selection{IDs: []store.ID{b.mail[0].ID}}, store.Change{Pinned: ptr(true)})
	b.must(b.Expire(b.ctx, start.Add(time.Hour-time.Second)))
	b.holds()
	b.must(b.Expire(b.ctx, start.Add(time.Hour)))
	b.forget(func(e *store.Entry) bool { return e.Run == "hour" })
	b.holds()
	b.runs("ever 3 12:00 never")
	b.evicted(3)
}
