package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/disk"
	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/inbox"
	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
	"github.com/smtpspec/smtpspec/harness/store"
)

// storing is where serve keeps mail, and how much of it.
type storing struct {
	spec       string
	durability string
	retention  struct {
		messages, bytes, sessions int
		age                       time.Duration
	}
	runAge   time.Duration
	inFlight int
	minFree  int
}

func newStoring() storing {
	s := storing{spec: "sqlite:", durability: "", runAge: 24 * time.Hour, inFlight: 256 << 20, minFree: 64 << 20}
	s.retention.messages, s.retention.bytes, s.retention.sessions = 10000, 1<<30, 10000
	return s
}

func (s *serve) defineStore(set *settings.Set) {
	k := &s.storing
	set.String(&k.spec, "store", "SPEC", "memory, sqlite:PATH, or postgres://USER@HOST/DATABASE; sqlite: alone is a file in your data folder")
	set.Func(k.setDurability, "durability", "LEVEL", "what a 250 survives: process (a crash) or power (a power failure)").Default = "power, memory with --store memory"
	set.Int(&k.retention.messages, 0, "keep", "N", "messages to keep, the oldest go first; 0 is no limit")
	set.Size(&k.retention.bytes, 0, "keep-bytes", "SIZE", "octets of messages to keep; 0 is no limit")
	set.Age(&k.retention.age, "keep-age", "TIME", "how long to keep messages and sessions; 0 is for ever")
	set.Int(&k.retention.sessions, 0, "keep-sessions", "N", "sessions to keep; 0 is no limit")
	set.Age(&k.runAge, "run-age", "TIME", "how long a run is kept behind its last message; 0 is for ever")
	set.Size(&k.inFlight, 1, "max-in-flight", "SIZE", "octets of messages on their way in, all sessions together")
	set.Size(&k.minFree, 0, "min-free", "SIZE", "refuse mail where less of the disk would stay free; 0 is not to look")
}

func (k *storing) setDurability(v string) error {
	switch store.Durability(v) {
	case store.DurableMemory, store.DurableProcess, store.DurablePower:
		k.durability = v
		return nil
	}
	return fmt.Errorf("%q is no level; there are memory, process and power", v)
}

// open opens the store, which whoever called it closes.
func (k *storing) open(ctx context.Context, log *slog.Logger) (store.Store, error) {
	spec, err := inbox.ParseSpec(k.spec)
	if err != nil {
		return nil, &settings.Fault{Text: "--store: " + err.Error(), Try: "smtpspec serve --store memory"}
	}
	st, err := spec.Open(ctx, inbox.Options{
		Durability: store.Durability(k.durability),
		Retention: store.Retention{Messages: k.retention.messages, Bytes: int64(k.retention.bytes),
			Age: k.retention.age, Sessions: k.retention.sessions},
		Log: log,
	})
	if err != nil {
		return nil, &settings.Fault{Text: "--store: " + err.Error(), Try: "smtpspec serve --store memory"}
	}
	return st, nil
}

// disk returns the one that the store has its file on, nil if it is not to be
// looked at.
func (k *storing) disk(log *slog.Logger) *disk.Disk {
	spec, err := inbox.ParseSpec(k.spec)
	if err != nil || k.minFree == 0 || spec.Folder() == "" {
		return nil
	}
	return disk.New(spec.Folder(), int64(k.minFree), log)
}

// storeText says where mail is kept and what a 250 is worth there.
func storeText(i store.Info) string {
	worth := map[store.Durability]string{
		store.DurableMemory:  "a 250 ends with the process",
		store.DurableProcess: "a 250 survives a crash",
		store.DurablePower:   "a 250 survives a power failure",
	}[i.Durability]
	if i.Where == "" {
		return i.Kind + ": " + worth
	}
	return i.Kind + " " + i.Where + ": " + worth
}
