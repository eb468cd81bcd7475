package postgres

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
)

// migrations make the tables, one file a version, in the order of their names.
// A released one is never changed.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings a schema to the newest version, in one transaction. Of several
// nodes one does it, and the others wait.
func migrate(ctx context.Context, conn *pgx.Conn, schema string) error {
	steps, err := readMigrations()
	if err != nil {
		return err
	}
	return migrateBy(ctx, conn, schema, steps)
}

func readMigrations() ([]string, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var steps []string
	for _, name := range names {
		step, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		steps = append(steps, string(step))
	}
	return steps, nil
}

func migrateBy(ctx context.Context, conn *pgx.Conn, schema string, steps []string) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return connectError(conn.Config(), err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx))
	version, err := versionOf(ctx, tx, schema)
	if err != nil {
		return connectError(conn.Config(), err)
	}
	if version > len(steps) {
		return fmt.Errorf("postgres: %s: schema %q has version %d, and this program knows up to %d: run the program that made it, or a newer one, or choose another schema",
			whereOf(conn.Config()), schema, version, len(steps))
	}
	for i, step := range steps[version:] {
		if _, err := tx.Exec(ctx, step); err != nil {
			return fmt.Errorf("postgres: %s: migrating schema %q to version %d: %w", whereOf(conn.Config()), schema, version+i+1, err)
		}
	}
	if _, err := tx.Exec(ctx, `update version set number = $1`, len(steps)); err != nil {
		return connectError(conn.Config(), err)
	}
	if err := tx.Commit(ctx); err != nil {
		return connectError(conn.Config(), err)
	}
	return nil
}

// versionOf returns the version of a schema, 0 for a new one, and keeps other
// nodes from migrating until the transaction ends.
func versionOf(ctx context.Context, tx pgx.Tx, schema string) (int, error) {
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('smtpspec migrates ' || $1, 0))`, schema); err != nil {
		return 0, err
	}
	var there bool
	if err := tx.QueryRow(ctx, `select exists (select from pg_tables where schemaname = $1 and tablename = 'version')`, schema).Scan(&there); err != nil {
		return 0, err
	}
	if !there {
		if err := makeVersion(ctx, tx, schema); err != nil {
			return 0, err
		}
	}
	var version int
	err := tx.QueryRow(ctx, `select number from version`).Scan(&version)
	return version, err
}

func makeVersion(ctx context.Context, tx pgx.Tx, schema string) error {
	_, err := tx.Exec(ctx, `create schema if not exists `+pgx.Identifier{schema}.Sanitize())
	if err == nil {
		_, err = tx.Exec(ctx, `create table version (number int not null)`)
	}
	if err == nil {
		_, err = tx.Exec(ctx, `insert into version values (0)`)
	}
	return err
}
