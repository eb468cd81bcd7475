package postgres

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
)

// TestDatesOfNoWorld has a date that JSON cannot have, which must not keep the
// mail beside it from being found.
func TestDatesOfNoWorld(t *testing.T) {
	s := open(t, Options{})
	raw := data("Date: Mon, 2 Jan 2006 15:04:05 +9959\r\nSubject: odd\r\n\r\ntext\r\n")
	m := newMail(raw.Size())
	m.At = m.At.In(time.FixedZone("", 99*3600))
	if err := s.Put(t.Context(), m, raw); err != nil {
		t.Fatal(err)
	}
	same(t, "search", found(t, s, phrase("odd")), []store.ID{m.ID})
	e, err := s.Get(t.Context(), m.ID)
	if err != nil || !e.At.Equal(m.At) {
		t.Errorf("%+v %v", e, err)
	}
}

// TestWordsThatAreNotTaken has a database that refuses the words of a message.
func TestWordsThatAreNotTaken(t *testing.T) {
	s := open(t, Options{})
	admin(t, s, `create function refuse() returns trigger language plpgsql as
		'begin if new.words @@ ''ipoison'' then raise exception ''refused'' using errcode = ''54000''; end if; return new; end'`)
	admin(t, s, `create trigger refuse before update on messages for each row execute function refuse()`)
	mail := []store.ID{put(t, s, "one").ID, put(t, s, "poison two").ID, put(t, s, "three").ID}
	for i, word := range []string{"one", "two", "three"} {
		same(t, word, found(t, s, phrase(word)), mail[i:i+1])
	}
	same(t, "not one", found(t, s, &store.Query{Expr: store.Not{Expr: store.Phrase{Words: []string{"one"}}}}), mail[1:])
}

// TestSearchWithoutIndex has a database in which nothing can be indexed for now:
// searches see the messages that are not, in the order of all.
func TestSearchWithoutIndex(t *testing.T) {
	s := open(t, Options{})
	var even []store.ID
	for i := range 150 {
		if i == 60 {
			found(t, s, phrase("even")) // all so far
			admin(t, s, `create function hold() returns trigger language plpgsql as 'begin raise exception ''not now'' using errcode = ''55000''; end'`)
			admin(t, s, `create trigger hold before update of indexed on messages for each row execute function hold()`)
		}
		if m := put(t, s, []string{"even", "odd"}[i%2]); i%2 == 0 {
			even = append(even, m.ID)
		}
	}
	for _, oldest := range []bool{true, false} {
		var got []store.ID
		for p := (store.Page{Query: phrase("even"), Limit: 7, Oldest: oldest, Total: true}); ; {
			l, err := s.List(t.Context(), p)
			if err != nil || l.Total != len(even) {
				t.Fatalf("%+v, %v", l, err)
			}
			for _, e := range l.Entries {
				got = append(got, e.ID)
				if p.After = e.Seq; !oldest {
					p.After, p.Before = 0, e.Seq
				}
			}
			if !l.More {
				break
			}
		}
		if !oldest {
			slices.Reverse(got)
		}
		if !slices.Equal(got, even) {
			t.Errorf("oldest %v: %d, want %d\n%s", oldest, len(got), len(even), missing(got, even))
		}
	}
	if info, err := s.Info(t.Context()); err != nil || info.Unindexed < 50 {
		t.Fatalf("%d messages are not indexed, %v", info.Unindexed, err)
	}
	if n, err := s.Delete(t.Context(), store.Selection{Query: phrase("even")}); n != len(even) || err != nil {
		t.Errorf("%d deleted, %v", n, err)
	}
	same(t, "even", found(t, s, phrase("even")), nil)
	admin(t, s, `drop trigger hold on messages`)
	if got := found(t, s, phrase("odd")); len(got) != 75 {
		t.Errorf("%d are left", len(got))
	}
}

// TestBacklogIsFull has a Put wait until something was indexed.
func TestBacklogIsFull(t *testing.T) { synctest.Test(t, fullBacklog) }

func fullBacklog(t *testing.T) {
	b := newBacklog()
	var batch []*pending
	for i := range int64(backlogMessages) {
		if err := b.wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		batch = append(batch, &pending{seq: i, raw: store.Octets(nil)})
		b.add(batch[i])
	}
	ended, end := context.WithCancelCause(t.Context())
	end(store.ErrClosed)
	if err := b.wait(ended); !errors.Is(err, store.ErrClosed) {
		t.Errorf("%v", err)
	}
	waited := make(chan error)
	go func() { waited <- b.wait(t.Context()) }()
	synctest.Wait()
	select {
	case <-waited:
		t.Error("there was room")
	default:
	}
	b.drop(batch[:1])
	if err := <-waited; err != nil {
		t.Error(err)
	}
}
