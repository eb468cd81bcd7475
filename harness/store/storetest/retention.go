package storetest

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// age is the one of the test of retention by age.
const age = time.Hour

// oldestGo takes out of the account what retention has to remove.
func (b *box) oldestGo(gone func(messages int, bytes int64) bool) {
	for {
		messages, bytes, oldest := 0, int64(0), store.ID("")
		for _, e := range b.mail {
			if e.Pinned {
				continue
			}
			if oldest == "" {
				oldest = e.ID
			}
			messages, bytes = messages+1, bytes+int64(e.Size)
		}
		if !gone(messages, bytes) {
			return
		}
		b.forget(func(e *store.Entry) bool { return e.ID == oldest })
	}
}

func (b *box) evicted(want int64) {
	b.Helper()
	info, err := b.Info(b.ctx)
	b.must(err)
	if info.Evicted != want {
		b.Errorf("%d messages were evicted, want %d", info.Evicted, want)
	}
}

func checkRetentionCount(b *box) {
	b.putTexts(6)
	b.pin(1, 3)
	b.putTexts(30)
	before := len(b.mail)
	b.oldestGo(func(messages int, _ int64) bool { return messages > 10 })
	b.must(b.Expire(b.ctx, start))
	b.holds()
	b.evicted(int64(before - len(b.mail)))
	if len(b.mail) != 12 {
		b.Errorf("%d messages are left", len(b.mail))
	}
	b.evictionIsTold()
	b.searchBehindEviction()
}

// pin pins messages by their index.
func (b *box) pin(indexes ...int) {
	b.Helper()
	for _, i := range indexes {
		b.update(store.Selection{IDs: []store.ID{b.mail[i].ID}}, store.Change{Pinned: ptr(true)})
	}
}

// evictionIsTold puts one message more than there may be.
func (b *box) evictionIsTold() {
	oldest := b.mail[2].ID
	now := b.seq()
	b.putTexts(1)
	b.must(b.Expire(b.ctx, start))
	b.watch(now, func(e *store.Event) bool {
		return e.Kind != store.Deleted || len(e.IDs) != 1 || e.IDs[0] != oldest
	})
}

// searchBehindEviction searches when the last that happened is an eviction:
// nothing more comes that could help a search to its end.
func (b *box) searchBehindEviction() {
	b.Helper()
	b.putTexts(1)
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	query := &store.Query{Expr: store.Phrase{Words: []string{"nowhere"}}}
	if _, err := b.List(ctx, store.Page{Query: query}); err != nil {
		b.Errorf("a search behind an eviction: %v", err)
	}
}

func checkRetentionBytes(b *box) {
	for i := range 40 {
		b.putText(i, strings.Repeat("x", 100*(i%7)))
		if i == 5 {
			b.pin(0, 4)
		}
	}
	b.oldestGo(func(_ int, bytes int64) bool { return bytes > 5000 })
	b.must(b.Expire(b.ctx, start))
	b.holds()
}

func checkRetentionAge(b *box) {
	for i := range 10 {
		b.putText(i*600, "text")
	}
	b.pin(2)
	sessions := []*store.Session{newSession(0), newSession(3600)}
	for _, s := range sessions {
		b.must(b.PutSession(b.ctx, s))
	}
	b.holds()
	b.must(b.Expire(b.ctx, start.Add(age)))
	b.holds()
	now := start.Add(age + 31*time.Minute)
	b.must(b.Expire(b.ctx, now))
	b.forget(func(e *store.Entry) bool { return !e.Pinned && e.At.Before(now.Add(-age)) })
	b.holds()
	b.evicted(3)
	if _, err := b.Session(b.ctx, sessions[0].ID); !errors.Is(err, store.ErrNotFound) {
		b.Error("a session that is too old:", err)
	}
	if _, err := b.Session(b.ctx, sessions[1].ID); err != nil {
		b.Error("a session that is not too old:", err)
	}
}

func checkRetentionSessions(b *box) {
	b.putTexts(8)
	var all []store.ID
	for i := range 12 {
		s := newSession(i)
		b.must(b.PutSession(b.ctx, s))
		all = append(all, s.ID)
	}
	b.must(b.Expire(b.ctx, start))
	list, err := b.Sessions(b.ctx, store.Page{Oldest: true})
	b.must(err)
	got := []store.ID{}
	for _, s := range list {
		got = append(got, s.ID)
	}
	b.same("sessions", got, all[7:])
	b.holds()
}

func checkTooLarge(b *box) {
	b.putText(0, "text")
	raw := []byte(strings.Repeat("x", 5001))
	m := newMail(1, raw)
	err := b.Put(b.ctx, m, data(raw))
	var reply record.Reply
	if !errors.As(err, &reply) || reply.Code != 452 || !strings.HasPrefix(reply.Text(), "4.3.1 ") {
		b.Errorf("a message larger than all may be: %v, want 452 4.3.1", err)
	}
	b.holds()
	exact := raw[:5000]
	b.put(newMail(2, exact), exact)
	b.must(b.Expire(b.ctx, start))
	b.oldestGo(func(_ int, bytes int64) bool { return bytes > 5000 })
	b.holds()
}

func checkInfo(b *box) {
	b.info(store.Info{})
	b.putTexts(5)
	b.must(b.PutSession(b.ctx, newSession(0)))
	b.update(store.Selection{IDs: []store.ID{b.mail[0].ID, b.mail[1].ID}}, store.Change{Read: ptr(true)})
	b.info(store.Info{Messages: 5, Unread: 3, Sessions: 1})
	b.delete(store.Selection{IDs: []store.ID{b.mail[0].ID, b.mail[2].ID}})
	b.info(store.Info{Messages: 3, Unread: 2, Sessions: 1})
	b.delete(store.Selection{All: true})
	b.info(store.Info{Sessions: 1})
}

// info checks the counts.
func (b *box) info(want store.Info) {
	b.Helper()
	got, err := b.Info(b.ctx)
	b.must(err)
	for _, e := range b.mail {
		want.Bytes += int64(e.Size)
	}
	if got.Messages != want.Messages || got.Bytes != want.Bytes || got.Unread != want.Unread || got.Sessions != want.Sessions || got.Evicted != 0 {
		b.Errorf("info %+v, want %+v", got, want)
	}
	if got.Kind == "" || got.Durability == "" || got.Retention != b.options.Retention {
		b.Errorf("info %+v", got)
	}
}
