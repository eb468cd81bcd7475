package postgres

import (
	"testing"
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
