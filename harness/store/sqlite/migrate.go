package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

//go:embed migrations/*.sql
var migrations embed.FS

//go:embed search.sql
var searchSchema string

// application is what tells our files from those of others, in the header of
// each: "smsp".
const application = 0x736d7370

// checkTime bounds how long a file is looked through when it is opened.
const checkTime = time.Second

// steps returns the migrations in their order. That at i leads from version i
// to i+1.
func steps() []string {
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		panic(err)
	}
	var all []string
	for _, f := range files {
		text, err := migrations.ReadFile("migrations/" + f.Name())
		if err != nil {
			panic(err)
		}
		all = append(all, string(text))
	}
	return all
}

// checkHeader refuses a file that is no database, before SQLite touches it. A
// missing or an empty one is fine.
func checkHeader(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fault(path, err)
	}
	defer f.Close()
	const magic = "SQLite format 3\x00"
	head := make([]byte, len(magic))
	n, err := io.ReadFull(f, head)
	if n == 0 && err == io.EOF {
		return nil
	}
	if err != nil || string(head) != magic {
		return damaged(path, errors.New("its beginning is not that of a database"))
	}
	return nil
}

// migrate makes the schema that of this version.
func migrate(ctx context.Context, path string, conn *sql.Conn) error {
	version, err := schemaOf(ctx, path, conn)
	if err != nil {
		return err
	}
	all := steps()
	if version > len(all) {
		return fmt.Errorf("the store %s was written by a later version of this program (schema %d, this one knows %d): "+
			"use that version, or choose another file", path, version, len(all))
	}
	for ; version < len(all); version++ {
		script := fmt.Sprintf("BEGIN IMMEDIATE;%s;PRAGMA application_id=%d;PRAGMA user_version=%d;COMMIT",
			all[version], application, version+1)
		if _, err := conn.ExecContext(ctx, script); err != nil {
			_, _ = conn.ExecContext(ctx, "ROLLBACK")
			return fault(path, err)
		}
	}
	return nil
}

// schemaOf returns the version of the schema, 0 for a new file.
func schemaOf(ctx context.Context, path string, conn *sql.Conn) (version int, err error) {
	var owner, tables int
	err = conn.QueryRowContext(ctx, "SELECT v.user_version, a.application_id, (SELECT count(*) FROM sqlite_schema) "+
		"FROM pragma_user_version v, pragma_application_id a").Scan(&version, &owner, &tables)
	if err != nil {
		return 0, fault(path, err)
	}
	if tables > 0 && owner != application {
		return 0, fmt.Errorf("%s is the database of another program: choose another file", path)
	}
	return version, nil
}

// quickCheck looks a file through for as long as checkTime.
func quickCheck(ctx context.Context, path string, conn *sql.Conn) error {
	bounded, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	var verdict string
	err := conn.QueryRowContext(bounded, "PRAGMA quick_check(1)").Scan(&verdict)
	switch {
	case bounded.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fault(path, err)
	case verdict != "ok":
		return damaged(path, errors.New(verdict))
	}
	return nil
}
