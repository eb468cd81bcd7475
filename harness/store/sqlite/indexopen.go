package sqlite

import (
	"context"
	"fmt"
	"os"

	"github.com/smtpspec/smtpspec/harness/store"
)

// searchVersion is that of the file of the search and of what stands in it. A
// file of another one is made again.
const searchVersion = 1

// openIndex opens the file of the search of the store with that name, whose
// last change has the Seq last, or makes a new one.
func openIndex(ctx context.Context, s *Store, name string, last int64) (*index, error) {
	x := &index{store: s, path: s.path + ".search", put: last, unswept: true,
		quit: make(chan struct{}), changed: make(chan struct{}), open: map[store.ID]*pending{}}
	err := x.resume(ctx, name, last)
	if err == nil {
		return x, nil
	}
	s.options.Log.Info("the search is made anew", "store", s.path, "because", err)
	if err := x.renew(ctx, name); err != nil {
		return nil, fault(x.path, err)
	}
	return x, nil
}

// resume goes on with the file that is there.
func (x *index) resume(ctx context.Context, name string, last int64) error {
	if _, err := os.Stat(x.path); err != nil {
		return err
	}
	if err := checkHeader(x.path); err != nil {
		return err
	}
	if err := x.connect(); err != nil {
		return err
	}
	var version int
	var owner string
	err := x.db.QueryRowContext(ctx, "SELECT v.user_version, s.name, s.upto FROM pragma_user_version v, state s").
		Scan(&version, &owner, &x.upto)
	if err == nil && (version != searchVersion || owner != name || x.upto > last) {
		err = fmt.Errorf("it is of another store or version")
	}
	if err == nil {
		err = x.check(ctx)
	}
	if err == nil {
		err = x.dropShards(ctx)
	}
	if err != nil {
		x.db.Close()
		return err
	}
	x.read = x.upto
	return nil
}

func (x *index) check(ctx context.Context) error {
	conn, err := x.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return quickCheck(ctx, x.path, conn)
}

// renew begins a new file. Everything in it can be found out again.
func (x *index) renew(ctx context.Context, name string) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(x.path + suffix); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	f, err := os.OpenFile(x.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	f.Close()
	if err := x.connect(); err != nil {
		return err
	}
	x.upto, x.read = 0, 0
	script := fmt.Sprintf("BEGIN IMMEDIATE;%s;INSERT INTO state (one, name, upto) VALUES (1, %s, 0);PRAGMA user_version=%d;COMMIT",
		searchSchema, quoted(name), searchVersion)
	if _, err = x.db.ExecContext(ctx, script); err != nil {
		x.db.Close()
	}
	return err
}

func (x *index) connect() (err error) {
	x.db, err = connect(x.path, "rw", "PRAGMA busy_timeout=1000", fmt.Sprintf("PRAGMA page_size=%d", pageSize),
		"PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", "PRAGMA cache_size=-16384",
		"PRAGMA wal_autocheckpoint=2000", "PRAGMA journal_size_limit=67108864")
	if err == nil {
		x.db.SetMaxOpenConns(1)
	}
	return err
}
