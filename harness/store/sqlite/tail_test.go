package sqlite

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/fixtures"
	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/store/storetest"
)

// openedWithoutIndex opens a store whose index never works, so that everything
// stays in the tail.
func openedWithoutIndex(t testing.TB, o Options) *Store {
	t.Helper()
	s := opened(t, filepath.Join(t.TempDir(), "mail.db"), o)
	x := s.index
	x.mu.Lock()
	for !x.live {
		if err := x.sleep(t.Context().Done()); err != nil {
			t.Fatal(err)
		}
	}
	x.mu.Unlock()
	x.stop()
	x.quit = make(chan struct{}) // for Close
	return s
}

// The tail keeps the contract as the file of the search does.
func TestTheTailKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T, o storetest.Options) store.Store {
		return openedWithoutIndex(t, Options{Durability: store.DurableProcess, Retention: o.Retention, Digester: o.Digester, Events: o.Events})
	})
}

// settled is a store that is asked only when all is in the file of the search.
type settled struct{ *Store }

// Put has the index not rest behind a message, which searches would wait for.
func (s settled) Put(ctx context.Context, m *store.Mail, raw store.Raw) error {
	err := s.Store.Put(ctx, m, raw)
	x := s.index
	x.mu.Lock()
	defer x.mu.Unlock()
	x.recent, x.last = [crowd]time.Time{}, time.Time{}
	x.wake()
	return err
}

func (s settled) List(ctx context.Context, p store.Page) (*store.Listing, error) {
	_ = s.index.settled(ctx)
	return s.Store.List(ctx, p)
}

func (s settled) Update(ctx context.Context, which store.Selection, change store.Change) (int, error) {
	_ = s.index.settled(ctx)
	return s.Store.Update(ctx, which, change)
}

func (s settled) Delete(ctx context.Context, which store.Selection) (int, error) {
	_ = s.index.settled(ctx)
	return s.Store.Delete(ctx, which)
}

func TestTheFileOfTheSearchKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T, o storetest.Options) store.Store {
		return settled{opened(t, filepath.Join(t.TempDir(), "mail.db"), Options{Durability: store.DurableProcess, Retention: o.Retention, Digester: o.Digester, Events: o.Events})}
	})
}

// openedWithAFullTail opens a store that could not keep all of its messages in
// memory.
func openedWithAFullTail(t *testing.T) (s *Store, ids []store.ID) {
	t.Helper()
	s = openedWithoutIndex(t, Options{})
	for i := range 8 {
		m, raw := benchMail(i)
		if i < 3 {
			raw = append(raw, make([]byte, tailOctets/2)...)
		}
		if err := s.Put(t.Context(), m, data(raw)); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, m.ID)
	}
	s.index.mu.Lock()
	defer s.index.mu.Unlock()
	if s.index.live {
		t.Error("the tail is not full")
	}
	return s, ids
}

// Close does not wait until everything is indexed that was committed.
func TestCloseWithATail(t *testing.T) {
	s := openedWithoutIndex(t, Options{})
	intake(t, s, 0, 5, 1)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	looking, look := make(chan struct{}, 5), make(chan struct{})
	s = opened(t, s.path, Options{Digester: store.Digester{Lint: func(*message.Message) []string {
		looking <- struct{}{}
		<-look
		return nil
	}}})
	<-looking
	context.AfterFunc(s.ending, func() { close(look) })
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// What comes when the tail is full is read from the store later, as it is then.
func TestAFullTail(t *testing.T) {
	s, ids := openedWithAFullTail(t)
	defer s.Close()
	for _, which := range [][]store.ID{ids[:1], ids[6:7]} {
		if n, err := s.Update(t.Context(), store.Selection{IDs: which}, store.Change{Tag: []string{"x"}}); n != 1 || err != nil {
			t.Error(n, err)
		}
	}
	if n, err := s.Delete(t.Context(), store.Selection{IDs: ids[5:6]}); n != 1 || err != nil {
		t.Error(n, err)
	}
	s.index.start()
	invoice := store.Phrase{Words: []string{"invoice"}}
	for _, c := range []struct {
		expr store.Expr
		want int
	}{{invoice, 7}, {store.And{invoice, store.Tagged("x")}, 2}} {
		l, err := s.List(t.Context(), store.Page{Query: &store.Query{Expr: c.expr}, Total: true})
		if err != nil || l.Total != c.want || len(l.Entries) != c.want {
			t.Errorf("%v: %+v, %v", c.expr, l, err)
		}
	}
}

// FuzzTail has a search of any shape find the same in the tail as in the file.
func FuzzTail(f *testing.F) {
	indexed := opened(f, filepath.Join(f.TempDir(), "mail.db"), Options{})
	f.Cleanup(func() { indexed.Close() })
	tail := openedWithoutIndex(f, Options{})
	f.Cleanup(func() { tail.Close() })
	fill(f, tail, indexed)
	indexed.index.settle(f)
	for _, seed := range []string{"", "\x09\x04mail", "\x09\x0amime versi", "\x03\x00\x09\x02te", "\x00\x03\x09\x03бат\x05\x01\x04one\x08\x09lint-date",
		"\x01\x02\x04\x07subject\x03\x00\x06\x02бат", "\x09\x06\xd0\xb1\xd0\xb0\xd1\x82", "\x01\x02\x07\x03one\x09\x04text"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		x, _ := expression(b, 0)
		p := store.Page{Query: &store.Query{Expr: worded(x)}, Total: true, Limit: store.MaxLimit}
		want, err := indexed.List(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		got, err := tail.List(t.Context(), p)
		if err != nil || got.Total != want.Total || !slices.EqualFunc(got.Entries, want.Entries, sameID) {
			t.Errorf("%#v: %+v in the tail, %+v in the file, %v", x, got, want, err)
		}
	})
}

// fill puts the same messages into several stores, in the same state.
func fill(tb testing.TB, stores ...*Store) {
	tb.Helper()
	for i, name := range fixtures.Names() {
		raw := fixtures.Message(name)
		m, _ := benchMail(i)
		m.Run, m.Facts.Auth = []string{"", "one"}[i%2], []string{"", "бат"}[i/2%2]
		tag := []string{"one", "two"}[i/4%2]
		for _, s := range stores {
			if err := s.Put(tb.Context(), m, data(raw)); err != nil {
				tb.Fatal(err)
			}
			if _, err := s.Update(tb.Context(), store.Selection{IDs: []store.ID{m.ID}}, store.Change{Tag: []string{tag}}); err != nil {
				tb.Fatal(err)
			}
		}
	}
}

// worded makes the phrases of an expression such as queries have.
func worded(x store.Expr) store.Expr {
	each := func(some []store.Expr) (all []store.Expr) {
		for _, x := range some {
			all = append(all, worded(x))
		}
		return all
	}
	switch x := x.(type) {
	case store.And:
		return store.And(each(x))
	case store.Or:
		return store.Or(each(x))
	case store.Not:
		return store.Not{Expr: worded(x.Expr)}
	case store.Phrase:
		if x.Words = store.Words(x.Words[0]); len(x.Words) == 0 {
			x.Words = []string{"text"}
		}
		return x
	}
	return x
}

func sameID(a, b *store.Entry) bool { return a.ID == b.ID }
