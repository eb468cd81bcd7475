package postgres

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
)

// patience is how long a test waits for what has to come.
const patience = 30 * time.Second

// two returns two nodes that share an inbox.
func two(t *testing.T) (a, b *Store) {
	a = open(t, Options{})
	return a, open(t, Options{Schema: a.options.Schema})
}

func TestNodesShareAnInbox(t *testing.T) {
	a, b := two(t)
	m := put(t, a, "seldom")
	same(t, "the other node's list", found(t, b, nil), []store.ID{m.ID})
	same(t, "the other node's search", found(t, b, phrase("seld")), []store.ID{m.ID})
	e, err := b.Get(t.Context(), m.ID)
	if err != nil || e.Digest.Subject != "a message" {
		t.Fatal(e, err)
	}
	r, err := b.Open(t.Context(), m.ID)
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := io.ReadAll(r); err != nil || len(raw) != m.Size {
		t.Errorf("%q %v", raw, err)
	}
	if n, err := b.Delete(t.Context(), store.Selection{IDs: []store.ID{m.ID}}); n != 1 || err != nil {
		t.Error(n, err)
	}
	if _, err := a.Get(t.Context(), m.ID); !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
}

// TestSearchAtOtherNodes has each message looked for at the other node as soon
// as its Put has returned, whatever was indexed by then.
func TestSearchAtOtherNodes(t *testing.T) {
	a, b := two(t)
	var writers sync.WaitGroup
	for w, nodes := range [][2]*Store{{a, b}, {b, a}, {a, a}, {b, b}} {
		writers.Go(func() {
			for i := range 40 {
				m := put(t, nodes[0], "needle "+string(rune('a'+w))+string(rune('a'+i%26)))
				if !slices.Contains(found(t, nodes[1], phrase("needle", string(rune('a'+w)))), m.ID) {
					t.Errorf("message %d of writer %d was not found", i, w)
				}
			}
		})
	}
	writers.Wait()
	if n := len(found(t, a, phrase("needle"))); n != 160 {
		t.Errorf("%d messages", n)
	}
}

// follow collects the IDs of new messages behind a place until there are n.
func follow(t *testing.T, s *Store, after int64, n int) []store.ID {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var ids []store.ID
	for e, err := range s.Watch(ctx, after) {
		if err != nil || e.Kind != store.NewMessage || e.Seq <= after {
			t.Errorf("event %+v %v behind %d", e, err, after)
			return ids
		}
		after = e.Seq
		if ids = append(ids, e.IDs...); len(ids) == n {
			return ids
		}
	}
	t.Errorf("%d events of %d came", len(ids), n)
	return ids
}

// TestWatchLosesNothing cuts the connection that listens, again and again,
// while mail comes at the other node.
func TestWatchLosesNothing(t *testing.T) {
	const n = 300
	a, b := two(t)
	var all sync.WaitGroup
	var got, want []store.ID
	all.Go(func() { got = follow(t, b, 0, n) })
	for i := range n {
		want = append(want, put(t, a, "text").ID)
		if i%50 == 10 {
			admin(t, a, `select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%' and pid <> pg_backend_pid()`)
		}
	}
	all.Wait()
	same(t, "watched", got, want)
}

func TestWaitAcrossNodes(t *testing.T) {
	a, b := two(t)
	put(t, a, "first")
	var late []time.Duration
	for range 50 {
		info, err := b.Info(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		came := make(chan time.Time, 1)
		go func() {
			follow(t, b, info.Seq, 1)
			came <- time.Now()
		}()
		time.Sleep(time.Millisecond)
		put(t, a, "text")
		done := time.Now()
		late = append(late, (<-came).Sub(done))
	}
	slices.Sort(late)
	t.Logf("at the other node behind the Put: median %v, worst %v", late[25], late[49])
	if late[25] > time.Second {
		t.Error("notifications do not wake a watch")
	}
}

// TestMailOfDeadNode has mail that its node did not get to index.
func TestMailOfDeadNode(t *testing.T) {
	a := open(t, Options{})
	m := put(t, a, "orphan")
	found(t, a, phrase("orphan")) // it is indexed from here on
	admin(t, a, `update messages set indexed = false, digest = null, texts = null, words = null, taken = now() - interval '1 hour'`)
	b := open(t, Options{Schema: a.options.Schema})
	same(t, "search", found(t, b, phrase("orphan")), []store.ID{m.ID})

	admin(t, a, `update messages set indexed = false, digest = null, texts = null, words = null`)
	if e, err := b.Get(t.Context(), m.ID); err != nil || e.Digest.Subject == "" {
		t.Error(e, err)
	}
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		if info, err := b.Info(t.Context()); err != nil || info.Unindexed == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatal("nobody indexes what was left behind")
		}
	}
}

// TestRetentionOfNodes has both nodes apply the same bounds.
func TestRetentionOfNodes(t *testing.T) {
	o := Options{Retention: store.Retention{Messages: 20}, Schema: server.Schema()}
	a, b := open(t, o), open(t, o)
	var writers sync.WaitGroup
	for _, s := range []*Store{a, b} {
		writers.Go(func() {
			for range 100 {
				put(t, s, "text")
			}
		})
	}
	writers.Wait()
	if err := errors.Join(a.Expire(t.Context(), time.Now()), b.Expire(t.Context(), time.Now())); err != nil {
		t.Fatal(err)
	}
	info, err := a.Info(t.Context())
	if err != nil || info.Messages != 20 || a.evicted.Load()+b.evicted.Load() != 180 {
		t.Errorf("%+v %v, evicted %d and %d", info, err, a.evicted.Load(), b.evicted.Load())
	}
}

func TestEventsAreForgotten(t *testing.T) {
	s := open(t, Options{Events: 10})
	for range 30 {
		put(t, s, "text")
	}
	if err := s.forgetEvents(t.Context()); err != nil {
		t.Fatal(err)
	}
	later := open(t, Options{Events: 100, Schema: s.options.Schema})
	for e, err := range later.Watch(t.Context(), 0) {
		if err != nil || e.Kind != store.Gap || e.Seq != 20 {
			t.Errorf("%+v %v, want a gap up to 20", e, err)
		}
		break
	}
	follow(t, later, 20, 10)
}
