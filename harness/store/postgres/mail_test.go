package postgres

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

func newMail(size int) *store.Mail {
	return &store.Mail{
		ID: store.NewID(), Session: store.NewID(), At: time.Now(), Size: size,
		Envelope: record.Envelope{From: "a@example.mn", Recipients: []record.Recipient{
			{Address: "b@example.mn", Reply: record.NewReply(250, "2.1.5 Ok")},
		}},
		Reply: record.NewReply(250, "2.0.0 Ok"),
	}
}

func data(raw string) store.Raw {
	d := &record.Data{}
	d.SetRaw([]byte(raw))
	return d
}

// put stores a message with a text.
func put(t testing.TB, s store.Store, text string) *store.Mail {
	t.Helper()
	m, raw := mailOf(text)
	if err := s.Put(t.Context(), m, raw); err != nil {
		t.Fatal(err)
	}
	return m
}

func mailOf(text string) (*store.Mail, store.Raw) {
	raw := data("Subject: a message\r\n\r\n" + text + "\r\n")
	return newMail(raw.Size()), raw
}

func phrase(words ...string) *store.Query {
	return &store.Query{Expr: store.Phrase{Words: words}}
}

// found returns the IDs of what a query finds, sorted.
func found(t testing.TB, s store.Store, q *store.Query) []store.ID {
	t.Helper()
	var ids []store.ID
	for p := (store.Page{Query: q, Limit: store.MaxLimit}); ; {
		l, err := s.List(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range l.Entries {
			ids, p.Before = append(ids, e.ID), e.Seq
		}
		if !l.More {
			slices.Sort(ids)
			return ids
		}
	}
}

// same compares lists of IDs, whose order does not matter.
func same(t testing.TB, what string, got, want []store.ID) {
	t.Helper()
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("%s: %d, want %d\n%s", what, len(got), len(want), missing(got, want))
	}
}

// missing names some of what is in one list only.
func missing(got, want []store.ID) string {
	text := ""
	for _, id := range want {
		if !slices.Contains(got, id) {
			text += fmt.Sprintf("missing %s\n", id)
		}
	}
	for _, id := range got {
		if !slices.Contains(want, id) {
			text += fmt.Sprintf("too much %s\n", id)
		}
	}
	return record.Clip(text, 1000)
}

// admin runs SQL in a store's schema.
func admin(t testing.TB, s *Store, sql string, args ...any) {
	t.Helper()
	if _, err := s.pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}
