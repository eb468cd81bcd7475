package store_test

import (
	"testing"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/store/storetest"
)

func TestMemoryKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(_ *testing.T, o storetest.Options) store.Store {
		return store.NewMemory(store.MemoryOptions{Retention: o.Retention, Digester: o.Digester, Events: o.Events})
	})
}
