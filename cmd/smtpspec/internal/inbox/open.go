package inbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/store/postgres"
	"github.com/smtpspec/smtpspec/harness/store/sqlite"
)

// Spec says which store to open: "memory", "sqlite:PATH", "sqlite:" for the
// file in the user's data folder, or the URL of a PostgreSQL database.
type Spec struct {
	kind  string
	where string
}

// Options are those that all stores have.
type Options struct {
	Durability store.Durability // "" = the strongest that the store has
	Retention  store.Retention
	Log        *slog.Logger
}

// ParseSpec reads a spec. The error never has the password of a URL.
func ParseSpec(s string) (Spec, error) {
	kind, rest, _ := strings.Cut(s, ":")
	switch kind {
	case "memory":
		if rest == "" {
			return Spec{kind: "memory"}, nil
		}
	case "sqlite":
		return Spec{"sqlite", rest}, nil
	case "postgres", "postgresql":
		if u, err := url.Parse(s); err != nil || u.Host == "" && u.Query().Get("host") == "" {
			return Spec{}, errors.New("the address of the database cannot be read; write postgres://USER:PASSWORD@HOST:PORT/DATABASE")
		}
		return Spec{"postgres", s}, nil
	}
	return Spec{}, fmt.Errorf("%q is no store; write memory, sqlite:PATH or postgres://USER@HOST/DATABASE", record.Clip(kind, 40))
}

// Open opens the store.
func (s Spec) Open(ctx context.Context, o Options) (store.Store, error) {
	digester := store.Digester{Lint: lint.Broken}
	if (s.kind == "memory") != (o.Durability == store.DurableMemory) && o.Durability != "" {
		return nil, fmt.Errorf("durability %s is not what a store of kind %s has", o.Durability, s.kind)
	}
	switch s.kind {
	case "sqlite":
		path, err := s.path()
		if err != nil {
			return nil, err
		}
		return sqlite.Open(ctx, path, sqlite.Options{Durability: o.Durability, Retention: o.Retention, Digester: digester, Log: o.Log})
	case "postgres":
		if o.Durability == store.DurableProcess {
			return nil, errors.New("PostgreSQL decides itself what a commit survives: its synchronous_commit is on here, which is power")
		}
		return postgres.Open(ctx, s.where, postgres.Options{Retention: o.Retention, Digester: digester, Log: o.Log})
	}
	return store.NewMemory(store.MemoryOptions{Retention: o.Retention, Digester: digester}), nil
}

// Folder returns where the store has its file, "" if it has none.
func (s Spec) Folder() string {
	if s.kind != "sqlite" {
		return ""
	}
	path, err := s.path()
	if err != nil {
		return "" // Open says so
	}
	return filepath.Dir(path)
}

// path returns the file of the store, by default the one in the user's data
// folder.
func (s Spec) path() (string, error) {
	if s.where != "" {
		return s.where, nil
	}
	folder, err := dataFolder()
	if err != nil {
		return "", fmt.Errorf("there is no data folder to put a file in (%w); name one with sqlite:PATH", err)
	}
	return filepath.Join(folder, "smtpspec", "mail.db"), nil
}

// dataFolder is where programs of this user keep what is theirs.
func dataFolder() (string, error) {
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return dir, nil
	}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return os.UserConfigDir()
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "share"), err
}
