package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
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
	b.must(b.PutRun(b.ctx, store.Run{Name: "one", Created: created, Expires: created.Add(time.Hour)}))
	b.must(b.PutRun(b.ctx, store.Run{Name: "two", Created: created, Expires: created.Add(time.Hour)}))
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

// checkRunsOpen puts runs with their first messages and sessions.
func checkRunsOpen(b *box) {
	opening := func(i int, expires time.Time) (*store.Mail, []byte) {
		raw := fmt.Appendf(nil, "Subject: %d\r\n\r\nx\r\n", i)
		m := newMail(i, raw)
		m.Run, m.Opens = "job", &store.Run{Name: "job", Created: m.At, Expires: expires}
		return m, raw
	}
	for i, expires := range []time.Time{start.Add(2 * time.Hour), start.Add(3 * time.Hour), start.Add(time.Hour)} {
		m, raw := opening(i, expires)
		e := b.put(m, raw)
		e.Opens = nil
		got, err := b.Get(b.ctx, e.ID)
		b.must(err)
		b.sameEntry(got, e)
	}
	b.runs("job 3 12:00 15:00")
	for _, e := range b.all(store.Page{}) {
		if e.Opens != nil {
			b.Errorf("%s is listed with the run that it opened", e.ID)
		}
	}
	b.must(b.DeleteRun(b.ctx, "job"))
	b.forget(func(*store.Entry) bool { return true })
	b.runs()

	m, raw := opening(70, time.Time{})
	b.put(m, raw).Opens = nil
	again := *m
	again.Opens = &store.Run{Name: "other", Created: start}
	if err := b.Put(b.ctx, &again, data(raw)); err == nil {
		b.Error("a second message with the ID of the first")
	}
	b.runs("job 1 12:01 never")
	s := newSession(0)
	s.Run, s.Opens = "alone", &store.Run{Name: "alone", Created: start, Expires: start.Add(time.Hour)}
	b.must(b.PutSession(b.ctx, s))
	b.runs("alone 0 12:00 13:00", "job 1 12:01 never")
	b.holds()
	b.openedWhileDeleted(opening)
}

// openedWhileDeleted sees that what opens its run has it.
func (b *box) openedWhileDeleted(opening func(int, time.Time) (*store.Mail, []byte)) {
	var work sync.WaitGroup
	for i := range 4 {
		work.Go(func() {
			for j := range 20 {
				if m, raw := opening(100+20*i+j, start.Add(time.Hour)); i > 0 {
					b.check(b.Put(b.ctx, m, data(raw)))
				} else if err := b.DeleteRun(b.ctx, "job"); !errors.Is(err, store.ErrNotFound) {
					b.check(err)
				}
			}
		})
	}
	work.Wait()
	there := b.all(store.Page{Run: "job"})
	runs, err := b.Runs(b.ctx)
	b.must(err)
	if known := slices.ContainsFunc(runs, func(r store.Run) bool { return r.Name == "job" }); !known && len(there) > 0 {
		b.Errorf("%d messages are of a run that is not there", len(there))
	}
}

// check fails the test, and goes on.
func (b *box) check(err error) {
	if err != nil {
		b.Error(err)
	}
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
