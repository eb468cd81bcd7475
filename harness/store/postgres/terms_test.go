package postgres

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/store"
)

// numbered returns words that are all different.
func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "w%dw ", i)
	}
	return b.String()
}

// TestBeyondTheIndex has texts that a tsvector cannot hold, and queries about
// what it does not hold.
func TestBeyondTheIndex(t *testing.T) {
	s := open(t, Options{})
	var mail []*store.Entry
	for _, text := range []string{
		"alpha beta gamma", "beta alpha", "alpha x beta",
		strings.Repeat("filler ", 20_000) + "alpha beta gamma",
		strings.Repeat("filler ", 20_000) + "beta alpha",
		strings.Repeat("alpha ", 400) + "beta",
		strings.Repeat("alpha x ", 400) + "alpha beta", strings.Repeat("alpha x ", 400) + "beta",
		numbered(60_000) + "alpha beta", strings.Repeat("long", 250), strings.Repeat("long", 251) + " alpha beta",
		strings.Repeat("д", 3000) + " tail", numbered(40) + "end", numbered(32) + "other",
	} {
		m := put(t, s, text)
		e, err := s.Get(t.Context(), m.ID)
		if err != nil {
			t.Fatal(err)
		}
		mail = append(mail, e)
	}
	for i, words := range []string{
		"alpha", "alpha beta", "beta alpha", "alpha beta gam", "alpha alpha", "alpha alpha beta", "x alpha beta", "x beta", "tail",
		"w59000w", "w59000w w59001w", "w59001w w59000w", "w59999w alpha", "gamma", "filler alpha", "filler beta", "end", "w9w w10",
		strings.Repeat("long", 250), strings.Repeat("long", 251), strings.Repeat("long", 251) + " alpha", strings.Repeat("long", 252),
		strings.Repeat("д", 2999), strings.Repeat("д", 3001), numbered(33), numbered(31) + "w31", numbered(40) + "en", numbered(32) + "oth",
	} {
		p := store.Phrase{Words: strings.Fields(words)}
		text := store.Phrase{Columns: []store.Column{store.ColumnText}, Words: p.Words}
		header := store.HeaderPhrase{Name: "subject", Words: p.Words}
		agree(t, s, mail, text)
		agree(t, s, mail, []store.Expr{p, store.Not{Expr: p}, store.Not{Expr: text}, header, store.Not{Expr: header}}[i%5])
	}
}

// agree checks a search, with its total, by Match.
func agree(t *testing.T, s *Store, mail []*store.Entry, x store.Expr) {
	t.Helper()
	q := &store.Query{Expr: x}
	var want []store.ID
	for _, e := range mail {
		if q.Match(e) {
			want = append(want, e.ID)
		}
	}
	what := fmt.Sprintf("%.100s", fmt.Sprintf("%#v", x))
	same(t, what, found(t, s, q), want)
	if l, err := s.List(t.Context(), store.Page{Query: q, Limit: 1, Total: true}); err != nil || l.Total != len(want) {
		t.Errorf("%s: total %d %v, want %d", what, l.Total, err, len(want))
	}
}

func TestVectorIsBounded(t *testing.T) {
	e := &store.Entry{Digest: &store.Digest{Text: numbered(200_000)}}
	text, inexact := vectorOf(e)
	if !inexact || !strings.Contains(text, markWords) || !strings.Contains(text, markPlaces) {
		t.Errorf("%d octets, inexact %t", len(text), inexact)
	}
	e.Digest.Text = "one two one"
	if text, inexact := vectorOf(e); inexact || !strings.Contains(text, "'ione':1,3 ") || !strings.Contains(text, "'itwo':2 ") {
		t.Errorf("%s inexact %t", text, inexact)
	}
}
