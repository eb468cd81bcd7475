package pgtest

import (
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestServerKeepsWhatWasCommitted(t *testing.T) {
	s, err := Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	ask(t, s.URL(), `create table kept (n int)`)
	ask(t, s.URL(), `insert into kept values (1)`)
	s.Crash()
	if err := s.Launch(t.Context()); err != nil {
		t.Fatal(err)
	}
	ask(t, s.URL(), `insert into kept values (2)`)
	if err := s.Shut(); err != nil {
		t.Fatal(err)
	}
	if err := s.Launch(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := ask(t, s.URL(), `select * from kept`); n != 2 {
		t.Errorf("%d rows", n)
	}
	url, err := s.NewDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ask(t, url, `create table kept (n int)`)
}

func ask(t *testing.T, url, sql string) int64 {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	done, err := conn.Exec(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	return done.RowsAffected()
}
