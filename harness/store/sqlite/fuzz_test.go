package sqlite

import (
	"path/filepath"
	"testing"

	"github.com/smtpspec/smtpspec/harness/store"
)

// expression makes any octets an expression.
func expression(b []byte, depth int) (store.Expr, []byte) {
	if len(b) < 2 || depth > 8 {
		return store.Phrase{Words: []string{"end"}}, nil
	}
	kind, n := b[0]%10, min(int(b[1]%16), len(b)-2)
	text, rest := string(b[2:2+n]), b[2+n:]
	switch kind {
	case 0, 1, 2:
		var some []store.Expr
		for range n % 4 {
			var x store.Expr
			x, rest = expression(rest, depth+1)
			some = append(some, x)
		}
		if kind == 0 {
			return store.Or(some), rest
		}
		return store.And(some), rest
	case 3:
		x, rest := expression(rest, depth+1)
		return store.Not{Expr: x}, rest
	case 4:
		return store.HeaderPhrase{Name: text, Words: store.Words(text)}, rest
	case 5:
		return store.Tagged(text), rest
	case 6:
		return store.SignedIn(text), rest
	case 7:
		return store.InRun(text), rest
	case 8:
		return store.Breaks(text), rest
	}
	return store.Phrase{Columns: store.Columns()[n%3 : n%15], Words: []string{text}}, rest
}

// FuzzCompile has SQLite execute what queries of any shape and with any text
// become.
func FuzzCompile(f *testing.F) {
	path := filepath.Join(f.TempDir(), "mail.db")
	s := opened(f, path, Options{})
	f.Cleanup(func() { s.Close() })
	intake(f, s, 0, 3, 1)
	for _, seed := range []string{"", "\x01\x03\x09\x02\"*\x03\x00\x09\x03a b\x05\x01'", "\x00\x03\x07\x00\x03\x00\x04\x04NEAR\x09\x01\x00", "\x03\x00\x04\x01-"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		x, _ := expression(b, 0)
		q := &store.Query{Expr: x}
		for _, run := range []string{"", "one"} {
			l, err := s.List(t.Context(), store.Page{Query: q, Run: run, Total: true})
			if err != nil {
				t.Fatalf("%#v: %v", x, err)
			}
			if len(l.Entries) != l.Total {
				t.Errorf("%#v: %d on a page, %d in all", x, len(l.Entries), l.Total)
			}
		}
	})
}
