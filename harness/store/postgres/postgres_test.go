package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/store/postgres/pgtest"
	"github.com/smtpspec/smtpspec/harness/store/storetest"
)

// server is the one of all tests of this package; each has its own schema.
var server *pgtest.Server

func TestMain(m *testing.M) {
	var err error
	if server, err = pgtest.Start(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// opened has the names of the running tests that opened a store.
var opened sync.Map

// open returns a store that goes with the test.
func open(t testing.TB, o Options) *Store {
	t.Helper()
	if o.Schema == "" {
		o.Schema = server.Schema()
	}
	o.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	if _, again := opened.LoadOrStore(t.Name(), true); !again {
		t.Cleanup(noneLeft(t))                        // behind the end of all stores of the test
		t.Cleanup(func() { opened.Delete(t.Name()) }) // with -count it runs again
	}
	s, err := Open(t.Context(), server.URL(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// noneLeft returns the check that no goroutine is left that there is not now.
func noneLeft(t testing.TB) func() {
	before := gleak.Goroutines()
	return func() {
		t.Helper()
		NewWithT(t).Eventually(gleak.Goroutines).WithTimeout(time.Minute).ShouldNot(gleak.HaveLeaked(before))
	}
}

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T, o storetest.Options) store.Store {
		return open(t, Options{Retention: o.Retention, Digester: o.Digester, Events: o.Events})
	})
}
