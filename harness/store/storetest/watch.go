package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/smtpspec/smtpspec/harness/store"
)

// watch calls take with what happens behind a place until take returns false.
func (b *box) watch(after int64, take func(*store.Event) bool) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	for e, err := range b.Watch(ctx, after) {
		b.must(err)
		if !take(e) {
			return
		}
	}
	b.Fatal("what was to come did not come in time")
}

// events returns the next n events behind a place, and checks their order.
func (b *box) events(after int64, n int) []*store.Event {
	b.Helper()
	var events []*store.Event
	last := after
	b.watch(after, func(e *store.Event) bool {
		if e.Seq <= last {
			b.Errorf("event %d behind %d", e.Seq, last)
		}
		last = e.Seq
		events = append(events, e)
		return len(events) < n
	})
	return events
}

// seq is the place of what happened last.
func (b *box) seq() int64 {
	b.Helper()
	info, err := b.Info(b.ctx)
	b.must(err)
	return info.Seq
}

func checkWatch(b *box) {
	one := b.putRun(0, "one")
	none := b.putText(1, "text")
	session := newSession(0)
	session.Run = "two"
	b.must(b.PutSession(b.ctx, session))
	b.update(store.Selection{IDs: []store.ID{none.ID}}, store.Change{Read: ptr(true)})
	b.update(store.Selection{}, store.Change{Read: ptr(true)})
	b.delete(store.Selection{All: true, Run: "one"})
	for _, after := range []int64{-1, 0} {
		events := b.events(after, 5)
		for i, want := range []store.Event{
			{Seq: one.Seq, Kind: store.NewMessage, IDs: []store.ID{one.ID}, Run: "one"},
			{Seq: none.Seq, Kind: store.NewMessage, IDs: []store.ID{none.ID}},
			{Seq: session.Seq, Kind: store.NewSession, IDs: []store.ID{session.ID}, Run: "two"},
			{Seq: events[3].Seq, Kind: store.Updated, IDs: []store.ID{none.ID}},
			{Seq: events[4].Seq, Kind: store.Deleted, IDs: []store.ID{one.ID}, Run: "one"},
		} {
			got := *events[i]
			if got.Seq != want.Seq || got.Kind != want.Kind || got.Run != want.Run || !slices.Equal(got.IDs, want.IDs) {
				b.Errorf("event %+v, want %+v", got, want)
			}
		}
		if events[0].Entry != nil {
			b.Error("an event has a message that is gone")
		}
		b.sameEntry(events[1].Entry, none)
	}
	b.watchSeveralRuns()
}

// watchSeveralRuns deletes messages of several runs at once: an event for each
// of them.
func (b *box) watchSeveralRuns() {
	for i := range 6 {
		b.putRun(i, []string{"one", "two"}[i%2])
	}
	now := b.seq()
	want := map[string][]store.ID{}
	for _, e := range b.mail {
		want[e.Run] = append(want[e.Run], e.ID)
	}
	b.delete(store.Selection{All: true})
	got := map[string][]store.ID{}
	b.watch(now, func(e *store.Event) bool {
		got[e.Run] = append(got[e.Run], e.IDs...)
		return len(slices.Concat(got[""], got["one"], got["two"])) < 7
	})
	for run := range want {
		slices.Sort(got[run])
		slices.Sort(want[run])
		b.same("deleted of "+run, got[run], want[run])
	}
}

// checkWatchResumed follows what several writers put, breaking the watch off
// at every third event.
func checkWatchResumed(b *box) {
	const writers, each = 4, 50
	b.putTexts(1)
	after := b.seq()
	var all sync.WaitGroup
	var mu sync.Mutex
	var put []store.ID
	for range writers {
		all.Go(func() {
			for i := range each {
				raw := []byte("Subject: a\r\n\r\n")
				m := newMail(i, raw)
				if err := b.Put(b.ctx, m, data(raw)); err != nil {
					b.Error(err)
				}
				mu.Lock()
				put = append(put, m.ID)
				mu.Unlock()
			}
		})
	}
	var got []store.ID
	for len(got) < writers*each {
		n := min(3, writers*each-len(got))
		for _, e := range b.events(after, n) {
			if e.Kind != store.NewMessage || e.Entry == nil {
				b.Fatalf("event %+v", e)
			}
			got, after = append(got, e.IDs...), e.Seq
		}
	}
	all.Wait()
	slices.Sort(got)
	slices.Sort(put)
	b.same("watched", got, put)
}

func checkWatchGap(b *box) {
	b.putTexts(250)
	last := b.mail[249].Seq
	for _, after := range []int64{0, 1, b.mail[10].Seq} {
		first := b.events(after, 1)[0]
		if first.Kind != store.Gap || first.Seq <= after || first.Seq >= last || len(first.IDs) > 0 {
			b.Fatalf("behind %d: %+v, want a gap", after, first)
		}
		b.follows(first.Seq)
	}
	for e, i := range b.known(-1) {
		if i == 0 && e.Kind == store.Gap {
			b.Error("what is still known begins with a gap")
		}
	}
	if e := b.events(b.mail[248].Seq, 1)[0]; e.Seq != last || e.Kind != store.NewMessage {
		b.Errorf("behind the last but one: %+v", e)
	}
	ahead := make([]*store.Event, 0, 2)
	b.watch(last+1000, func(e *store.Event) bool {
		if ahead = append(ahead, e); len(ahead) == 1 {
			b.putText(250, "text")
		}
		return len(ahead) < 2
	})
	if ahead[0].Kind != store.Gap || ahead[0].Seq != last || ahead[1].Kind != store.NewMessage || ahead[1].Seq != b.mail[250].Seq {
		b.Errorf("from a place that is not reached: %+v %+v", ahead[0], ahead[1])
	}
}

// known yields what is known behind a place up to the last message.
func (b *box) known(after int64) map[*store.Event]int {
	b.Helper()
	events := map[*store.Event]int{}
	last := b.mail[len(b.mail)-1].Seq
	b.watch(after, func(e *store.Event) bool {
		events[e] = len(events)
		return e.Seq < last
	})
	return events
}

// follows checks that every message behind a place is told of.
func (b *box) follows(after int64) {
	b.Helper()
	for _, want := range b.mail {
		if want.Seq <= after {
			continue
		}
		e := b.events(after, 1)[0]
		if e.Seq != want.Seq {
			b.Fatalf("event %d behind %d, want %d", e.Seq, after, want.Seq)
		}
		after = e.Seq
	}
}

// checkSlowWatch has a watcher that takes nothing while much more mail comes
// than the log holds.
func checkSlowWatch(b *box) {
	b.putTexts(1)
	taken, last := 0, int64(0)
	gap := false
	b.watch(0, func(e *store.Event) bool {
		if taken++; taken == 1 {
			b.putTexts(400)
		}
		if e.Seq <= last {
			b.Errorf("event %d behind %d", e.Seq, last)
		}
		last, gap = e.Seq, gap || e.Kind == store.Gap
		return e.Seq < b.mail[400].Seq
	})
	if !gap {
		b.Error("a watcher that was left behind got no gap")
	}
}

func checkWatchEnds(b *box) {
	ctx, cancel := context.WithCancel(b.ctx)
	var all sync.WaitGroup
	watching := make(chan struct{}, 10)
	for range cap(watching) {
		all.Go(func() {
			for e, err := range b.Watch(ctx, 0) {
				if err != nil {
					b.Error(err)
				}
				if e != nil {
					watching <- struct{}{}
				}
			}
		})
	}
	b.putTexts(1)
	for range cap(watching) {
		<-watching
	}
	cancel()
	all.Wait()
	b.watchEndsAtClose()
}

func (b *box) watchEndsAtClose() {
	ended := make(chan error, 1)
	watching := make(chan struct{}, 1)
	go func() {
		var last error
		for e, err := range b.Watch(b.ctx, -1) {
			if last = err; e != nil {
				watching <- struct{}{}
			}
		}
		ended <- last
	}()
	<-watching
	b.must(b.Close())
	if err := <-ended; !errors.Is(err, store.ErrClosed) {
		b.Error("a watch at Close ends with", err)
	}
}
