package storetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/smtpspec/smtpspec/harness/store"
)

// checkConcurrent does everything at once; the race detector is the judge, and
// that what is left holds together.
func checkConcurrent(b *box) {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	var writers, others sync.WaitGroup
	work := []func(int) error{b.workPut, b.workState, b.workRead, b.workRuns}
	for w, f := range work {
		for range 2 {
			writers.Go(func() {
				for i := range 60 {
					if err := f(i); err != nil && !errors.Is(err, store.ErrNotFound) {
						b.Errorf("worker %d: %v", w, err)
					}
				}
			})
		}
	}
	watching, stop := context.WithCancel(ctx)
	for range 3 {
		others.Go(func() {
			last := int64(0)
			for e, err := range b.Watch(watching, 0) {
				if err != nil || e.Seq <= last {
					b.Errorf("event %+v %v behind %d", e, err, last)
					return
				}
				last = e.Seq
			}
		})
	}
	writers.Wait()
	stop()
	others.Wait()
	b.holdsTogether()
}

func (b *box) workPut(i int) error {
	raw := []byte(fmt.Sprintf("Subject: message %d\r\n\r\ntext %d\r\n", i, i%5))
	m := newMail(i, raw)
	m.Run = []string{"", "one", "two"}[i%3]
	s := newSession(i)
	return errors.Join(b.Put(b.ctx, m, data(raw)), b.PutSession(b.ctx, s))
}

func (b *box) workState(i int) error {
	some := &store.Query{Expr: store.Phrase{Words: []string{fmt.Sprint(i % 5)}}}
	_, err := b.Update(b.ctx, store.Selection{Query: some}, store.Change{Read: ptr(i%2 == 0), Tag: []string{fmt.Sprint(i % 3)}})
	if i%10 == 9 {
		_, gone := b.Delete(b.ctx, store.Selection{Query: some, Run: "one"})
		err = errors.Join(err, gone)
	}
	return err
}

func (b *box) workRead(i int) error {
	l, err := b.List(b.ctx, store.Page{Limit: 5, Total: i%2 == 0, Query: &store.Query{Expr: store.Is(store.IsUnread)}})
	if err != nil {
		return err
	}
	for _, e := range l.Entries {
		if _, err := b.Get(b.ctx, e.ID); err != nil {
			return err
		}
		r, err := b.Open(b.ctx, e.ID)
		if err != nil {
			return err
		}
		n, err := io.Copy(io.Discard, r)
		if err = errors.Join(err, r.Close()); err != nil || n != int64(e.Size) {
			return errors.Join(err, fmt.Errorf("%d octets of %d", n, e.Size))
		}
	}
	_, err = b.Info(b.ctx)
	return err
}

func (b *box) workRuns(i int) error {
	err := b.PutRun(b.ctx, store.Run{Name: "two", Created: start})
	_, listed := b.Runs(b.ctx)
	_, sessions := b.Sessions(b.ctx, store.Page{})
	err = errors.Join(err, listed, sessions, b.Expire(b.ctx, start))
	if i%10 == 0 {
		return errors.Join(err, b.DeleteRun(b.ctx, "two"))
	}
	return err
}

// holdsTogether checks that lists, single messages and counts agree.
func (b *box) holdsTogether() {
	b.must(b.Expire(b.ctx, start))
	all := b.all(store.Page{})
	info, err := b.Info(b.ctx)
	b.must(err)
	unread, bytes := 0, int64(0)
	for _, e := range all {
		got, err := b.Get(b.ctx, e.ID)
		b.must(err)
		if len(b.content(e.ID)) != e.Size || got.Seq != e.Seq {
			b.Errorf("message %s is not what the list says", e.ID)
		}
		if bytes += int64(e.Size); !e.Read {
			unread++
		}
	}
	if info.Messages != len(all) || info.Unread != unread || info.Bytes != bytes || len(all) > 200 {
		b.Errorf("info %+v, but there are %d messages, %d unread, %d octets", info, len(all), unread, bytes)
	}
}

// calls is every method that returns an error, by name.
func (b *box) calls(ctx context.Context) map[string]error {
	raw := []byte("Subject: a\r\n\r\n")
	id := b.mail[0].ID
	errs := map[string]error{
		"Put":        b.Put(ctx, newMail(1, raw), data(raw)),
		"PutSession": b.PutSession(ctx, newSession(1)),
		"PutRun":     b.PutRun(ctx, store.Run{Name: "one"}),
		"DeleteRun":  b.DeleteRun(ctx, "two"),
		"Expire":     b.Expire(ctx, start),
	}
	_, errs["Get"] = b.Get(ctx, id)
	_, errs["Open"] = b.Open(ctx, id)
	_, errs["List"] = b.List(ctx, store.Page{})
	_, errs["Update"] = b.Update(ctx, store.Selection{All: true}, store.Change{Read: ptr(true)})
	_, errs["Delete"] = b.Delete(ctx, store.Selection{All: true})
	_, errs["Session"] = b.Session(ctx, id)
	_, errs["Sessions"] = b.Sessions(ctx, store.Page{})
	_, errs["Runs"] = b.Runs(ctx)
	_, errs["Tags"] = b.Tags(ctx, "")
	_, errs["Info"] = b.Info(ctx)
	return errs
}

func checkContext(b *box) {
	b.putTexts(1)
	b.must(b.PutRun(b.ctx, store.Run{Name: "two", Created: start}))
	ended, cancel := context.WithCancel(b.ctx)
	cancel()
	for name, err := range b.calls(ended) {
		if !errors.Is(err, context.Canceled) {
			b.Errorf("%s with a context that has ended: %v", name, err)
		}
	}
	for e, err := range b.Watch(ended, 0) {
		b.Errorf("Watch with a context that has ended: %v %v", e, err)
	}
	b.holds()
	b.states()
	b.runs("two 0 12:00 never")
}

func checkClosed(b *box) {
	b.putTexts(1)
	b.must(b.Close())
	for name, err := range b.calls(b.ctx) {
		if !errors.Is(err, store.ErrClosed) {
			b.Errorf("%s behind Close: %v", name, err)
		}
	}
	var last error
	for _, err := range b.Watch(b.ctx, -1) {
		last = err
	}
	if !errors.Is(last, store.ErrClosed) {
		b.Error("Watch behind Close:", last)
	}
	b.must(b.Close())
}
