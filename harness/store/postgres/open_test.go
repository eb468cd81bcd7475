package postgres

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// impostor listens, says something and hangs up.
func impostor(t *testing.T, says string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			io.WriteString(c, says)
			c.Close()
		}
	}()
	return l.Addr().String()
}

func TestOpenSaysWhatToDo(t *testing.T) {
	unused := impostor(t, "")
	at := strings.TrimSuffix(server.URL(), "/postgres?sslmode=disable")
	host := at[strings.LastIndex(at, "@")+1:]
	for url, want := range map[string]string{
		server.URLWith("wrong-secret"):                                    "check user and password",
		at + "/nothing?sslmode=disable":                                   "createdb nothing",
		"postgres://u:wrong-secret@nowhere.invalid/d":                     `there is no host "nowhere.invalid"`,
		"postgres://u:wrong-secret@127.0.0.1:1/d":                         "start PostgreSQL, or check host and port",
		"postgres://u:wrong-secret@" + unused + "/d":                      "is not a PostgreSQL",
		"postgres://u:wrong-secret@" + impostor(t, "220 mx\r\n") + "/d":   "is not a PostgreSQL",
		"postgres://u:wrong-secret@" + host + "/postgres?sslmode=require": "check port and sslmode",
		"postgres://u:wrong-secret@[/d":                                   "write postgres://USER:PASSWORD@HOST",
		"mysql://u:wrong-secret@127.0.0.1/d":                              "write postgres://USER:PASSWORD@HOST",
		server.URL() + "&default_transaction_read_only=on":                "give the address of the primary",
	} {
		s, err := Open(t.Context(), url, Options{Schema: server.Schema()})
		if err == nil {
			s.Close()
			t.Errorf("%s: opened", want)
			continue
		}
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v\nwant: %s", err, want)
		}
		for _, secret := range []string{"wrong-secret", server.Password()} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("a password is in %q", err)
			}
		}
	}
}

func TestWhereHasNoPassword(t *testing.T) {
	info, err := open(t, Options{}).Info(t.Context())
	if err != nil || strings.Contains(info.Where, server.Password()) || !strings.HasSuffix(info.Where, "/postgres") {
		t.Errorf("%+v %v", info, err)
	}
}

func TestNodesOpenAtTheSameTime(t *testing.T) {
	schema := server.Schema()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			s, err := Open(t.Context(), server.URL(), Options{Schema: schema})
			if err != nil {
				t.Error(err)
				return
			}
			put(t, s, "text")
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(found(t, open(t, Options{Schema: schema}), nil)); n != 8 {
		t.Errorf("%d messages", n)
	}
}

// TestMigrations begins with what each released version has made, and what it
// kept: there is one.
func TestMigrations(t *testing.T) {
	steps, err := readMigrations()
	if err != nil || len(steps) == 0 {
		t.Fatal(len(steps), err)
	}
	for version := range steps {
		schema := server.Schema()
		migrateTo(t, schema, steps[:version])
		put(t, open(t, Options{Schema: schema}), "text")
	}
}

func TestMigrationsGoOn(t *testing.T) {
	s := open(t, Options{})
	put(t, s, "text")
	steps, err := readMigrations()
	if err != nil {
		t.Fatal(err)
	}
	migrateTo(t, s.options.Schema, append(steps, `alter table messages add later text`))
	_, err = Open(t.Context(), server.URL(), Options{Schema: s.options.Schema})
	if err == nil || !strings.Contains(err.Error(), "run the program that made it, or a newer one") {
		t.Error(err)
	}
	put(t, s, "text") // who is in, stays in
}

func TestMigrationFailsAsAWhole(t *testing.T) {
	schema := server.Schema()
	conn := connect(t, schema)
	if err := migrateBy(t.Context(), conn, schema, []string{`create table half (n int)`, `no SQL`}); err == nil {
		t.Fatal("no error")
	}
	var there bool
	if err := conn.QueryRow(t.Context(), `select exists (select from pg_tables where schemaname = $1)`, schema).Scan(&there); err != nil || there {
		t.Error("something is left", err)
	}
	put(t, open(t, Options{Schema: schema}), "text")
}

func connect(t *testing.T, schema string) *pgx.Conn {
	t.Helper()
	config, err := settings(server.URL(), schema)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.ConnectConfig(t.Context(), config.ConnConfig)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(t.Context()) })
	return conn
}

func migrateTo(t *testing.T, schema string, steps []string) {
	t.Helper()
	if err := migrateBy(t.Context(), connect(t, schema), schema, steps); err != nil {
		t.Fatal(err)
	}
}
