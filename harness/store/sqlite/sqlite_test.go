package sqlite

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/store/storetest"
)

func TestSQLiteKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T, o storetest.Options) store.Store {
		return opened(t, filepath.Join(t.TempDir(), "mail.db"), Options{Retention: o.Retention, Digester: o.Digester, Events: o.Events})
	})
}

// opened opens a store, which the test closes.
func opened(t testing.TB, path string, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSearchBehindEviction searches when the last change was not a message.
func TestSearchBehindEviction(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.db")
	for range 2 {
		s := opened(t, path, Options{Retention: store.Retention{Messages: 3}})
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		for i := range 5 {
			intake(t, s, i, 1, 1)
			l, err := s.List(ctx, store.Page{Query: &store.Query{Expr: store.Phrase{Words: []string{"invoice"}}}, Total: true})
			if info, fault := s.Info(ctx); err != nil || fault != nil || l.Total != info.Messages {
				t.Fatalf("%+v %v, want %d %v", l, err, info.Messages, fault)
			}
		}
		if _, err := s.Delete(ctx, store.Selection{All: true}); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
