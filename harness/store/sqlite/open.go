package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/smtpspec/smtpspec/harness/store"
)

// pageSize is that of new files: a message of a few KiB is one page or two.
const pageSize = 8192

// Open opens the store at path, and makes it and the folder it is in where
// they are missing. One process has a store at a time. A file that is damaged,
// of a later version, of another program, or cannot be written is refused with
// what to do about it, and left as it is. Who opens a store closes it.
func Open(ctx context.Context, path string, options Options) (*Store, error) {
	options, err := options.complete()
	if err != nil {
		return nil, err
	}
	if path, err = place(path); err != nil {
		return nil, err
	}
	s := &Store{path: path, options: options}
	if s.lock, err = acquire(path); err != nil {
		return nil, err
	}
	if err := s.open(ctx); err != nil {
		_ = s.release()
		return nil, err
	}
	return s, nil
}

// place returns the absolute path of a store, whose folder is there then.
func place(path string) (string, error) {
	if path == "" || strings.HasPrefix(path, ":memory:") || strings.ContainsRune(path, 0) {
		return "", fmt.Errorf("%q is no path for a store: give the path of a file", path)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fault(path, err)
	}
	return path, checkHeader(path)
}

func (s *Store) open(ctx context.Context) error {
	if err := s.openMail(ctx); err != nil {
		return err
	}
	now, name, err := readState(ctx, s.path, s.conn)
	if err != nil {
		return err
	}
	if s.index, err = openIndex(ctx, s, name, now.seq); err != nil {
		return err
	}
	s.read, err = connect(s.path, "ro", "PRAGMA busy_timeout=1000", "PRAGMA cache_size=-8192",
		"ATTACH DATABASE "+quoted(location(s.index.path, "ro"))+" AS search", "PRAGMA query_only=1")
	if err != nil {
		return fault(s.path, err)
	}
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers)
	if s.events, err = s.readEvents(ctx, now.seq); err != nil {
		return fault(s.path, err)
	}
	s.ending, s.end = context.WithCancel(context.Background())
	s.write = newWriter(s, now)
	s.pace = newPace(s.index.crowded)
	s.index.start()
	return nil
}

// openMail opens the file of the mail in the schema of this version.
func (s *Store) openMail(ctx context.Context) error {
	f, err := os.OpenFile(s.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fault(s.path, err)
	}
	f.Close()
	synchronous := "FULL"
	if s.options.Durability == store.DurableProcess {
		synchronous = "NORMAL"
	}
	s.mail, err = connect(s.path, "rw", "PRAGMA busy_timeout=1000", fmt.Sprintf("PRAGMA page_size=%d", pageSize),
		"PRAGMA synchronous="+synchronous, "PRAGMA cache_size=-16384",
		"PRAGMA wal_autocheckpoint=2000", "PRAGMA journal_size_limit=67108864")
	if err != nil {
		return fault(s.path, err)
	}
	s.mail.SetMaxOpenConns(1)
	if s.conn, err = s.mail.Conn(ctx); err != nil {
		return fault(s.path, err)
	}
	return s.prepareMail(ctx, s.conn)
}

func (s *Store) prepareMail(ctx context.Context, conn *sql.Conn) error {
	if _, err := schemaOf(ctx, s.path, conn); err != nil {
		return err
	}
	if err := vacuumLater(ctx, conn); err != nil {
		return fault(s.path, err)
	}
	var mode string
	if err := conn.QueryRowContext(ctx, "PRAGMA journal_mode=WAL").Scan(&mode); err != nil {
		return fault(s.path, err)
	}
	if mode != "wal" {
		return fault(s.path, errors.New("the file system does not let SQLite keep a write-ahead log: choose a local folder"))
	}
	if err := quickCheck(ctx, s.path, conn); err != nil {
		return err
	}
	return migrate(ctx, s.path, conn)
}

// vacuumLater makes a new file one that can become smaller step by step.
func vacuumLater(ctx context.Context, conn *sql.Conn) error {
	var pages int
	err := conn.QueryRowContext(ctx, "PRAGMA page_count").Scan(&pages)
	if err != nil || pages > 0 {
		return err
	}
	_, err = conn.ExecContext(ctx, "PRAGMA auto_vacuum=INCREMENTAL")
	return err
}

// readEvents returns the log as it was when the store was last closed.
func (s *Store) readEvents(ctx context.Context, last int64) (*store.Log, error) {
	rows, err := s.conn.QueryContext(ctx, "SELECT seq, kind, run, ids FROM event ORDER BY seq")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []*store.Event
	for rows.Next() {
		e, ids := &store.Event{}, ""
		if err := rows.Scan(&e.Seq, &e.Kind, &e.Run, &ids); err != nil {
			return nil, err
		}
		for id := range strings.FieldsSeq(ids) {
			e.IDs = append(e.IDs, store.ID(id))
		}
		all = append(all, e)
	}
	if len(all) > 0 {
		last = all[0].Seq - 1
	}
	log := store.NewLog(s.options.Events, last)
	log.Append(all...)
	return log, rows.Err()
}
