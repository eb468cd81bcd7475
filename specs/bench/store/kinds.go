package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/store/postgres"
	"github.com/smtpspec/smtpspec/harness/store/sqlite"
)

// kind is a kind of store with what its 250 is worth.
type kind struct {
	name    string
	durable store.Durability
	url     func(context.Context) (string, error) // of a new database; nil for those without
}

var sqlitePower = kind{name: "SQLite, power", durable: store.DurablePower}

// kinds are those that need no server.
var kinds = []kind{
	sqlitePower,
	{name: "SQLite, process", durable: store.DurableProcess},
	{name: "memory", durable: store.DurableMemory},
}

// empty returns the flags of a daemon with a new store.
func (k kind) empty(ctx context.Context, b *bench) ([]string, error) {
	switch {
	case k.url != nil:
		url, err := k.url(ctx)
		return []string{"--store", url}, err
	case k.durable == store.DurableMemory:
		return []string{"--store", "memory"}, nil
	}
	path, err := b.newFile()
	return []string{"--store", "sqlite:" + path, "--durability", string(k.durable)}, err
}

// open returns a new store.
func (k kind) open(ctx context.Context, b *bench) (store.Store, error) {
	switch {
	case k.url != nil:
		url, err := k.url(ctx)
		if err != nil {
			return nil, err
		}
		return postgres.Open(ctx, url, postgres.Options{Digester: digester, Log: faults})
	case k.durable == store.DurableMemory:
		return store.NewMemory(store.MemoryOptions{Digester: digester}), nil
	}
	path, err := b.newFile()
	if err != nil {
		return nil, err
	}
	return openFile(ctx, path, k.durable)
}

func openFile(ctx context.Context, path string, d store.Durability) (store.Store, error) {
	return sqlite.Open(ctx, path, sqlite.Options{Durability: d, Digester: digester, Log: faults})
}

// faults tells what goes wrong in a store, and no more.
var faults = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))

// newFile returns a path in a folder of its own.
func (b *bench) newFile() (string, error) {
	folder, err := os.MkdirTemp(b.folder, "store")
	return filepath.Join(folder, "mail.db"), err
}

// digester is that of the daemon.
var digester = store.Digester{Lint: lint.Broken}

// unbounded are the flags of a daemon that keeps everything.
var unbounded = []string{"--keep", "0", "--keep-bytes", "0", "--keep-sessions", "0"}

// described is the name of a row of the intake.
func (k kind) described(how string, conns int) string {
	return fmt.Sprintf("%s, %s, %d", k.name, how, conns)
}
