package sqlite

import (
	"path/filepath"
	"testing"

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
