package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

var writeFixture = flag.Bool("fixture", false, "write the store of the newest schema into testdata, as SQL")

func fixtureOf(version int) string { return fmt.Sprintf("testdata/version%d.sql", version) }

// fixtureStore puts what every fixture has: two messages, one of them tagged
// and in a run, and a session.
func fixtureStore(t *testing.T, s *Store) {
	t.Helper()
	ctx := t.Context()
	for i, id := range []store.ID{"01KJMV00000000000000000001", "01KJMV00000000000000000002"} {
		m := &store.Mail{
			ID: id, Session: "01KJMV00000000000000000009", Run: []string{"", "job"}[i], At: time.Date(2026, 3, 1, 12, i, 0, 123456789, time.UTC),
			Envelope: record.Envelope{From: "бат@example.mn", Params: map[string]string{"SIZE": "100"},
				Recipients: []record.Recipient{{Address: "a\xff@example.mn", Reply: record.NewReply(250, "2.1.5 Ok")}}},
			Reply: record.NewReply(250, "2.0.0 Ok"), Facts: store.Facts{Remote: "127.0.0.1:2525", TLS: "TLS 1.3", Auth: "Бат", Mechanism: "PLAIN"},
		}
		raw := fmt.Sprintf("Subject: fixture %d\r\n\r\nСайн байна уу\x00\xff\r\n", i)
		if err := s.Put(ctx, m, store.Octets(raw)); err != nil {
			t.Fatal(err)
		}
	}
	read := true
	change := store.Change{Read: &read, Pinned: &read, Tag: []string{"Тест", "one"}}
	if _, err := s.Update(ctx, store.Selection{All: true, Run: "job"}, change); err != nil {
		t.Fatal(err)
	}
	session := &store.Session{ID: "01KJMV00000000000000000009", Run: "job", Started: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		Codes: []int{220, 250}, End: record.EndQuit, Record: &record.Session{ID: 7, EndDetail: "\xff"}}
	if err := s.PutSession(ctx, session); err != nil {
		t.Fatal(err)
	}
	if err := s.PutRun(ctx, store.Run{Name: "job", Created: session.Started, Expires: session.Started.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
}

// checkFixture checks that a store has what every fixture has.
func checkFixture(t *testing.T, s *Store) {
	t.Helper()
	ctx := t.Context()
	q := &store.Query{Expr: store.And{store.Phrase{Words: []string{"fixture"}}, store.Tagged("ТЕСТ"), store.SignedIn("бат"), store.InRun("job")}}
	l, err := s.List(ctx, store.Page{Query: q, Total: true})
	if err != nil || len(l.Entries) != 1 {
		t.Fatalf("%+v %v", l, err)
	}
	e := l.Entries[0]
	if e.ID != "01KJMV00000000000000000002" || !e.Read || !e.Pinned || len(e.Tags) != 2 || e.At.Nanosecond() != 123456789 ||
		e.Envelope.From != "бат@example.mn" || e.Envelope.Recipients[0].Address != "a\xff@example.mn" || e.Facts.Auth != "Бат" {
		t.Errorf("%+v", e)
	}
	r, err := s.Open(ctx, e.ID)
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := io.ReadAll(r); err != nil || !bytes.HasSuffix(raw, []byte("уу\x00\xff\r\n")) {
		t.Errorf("%q %v", raw, err)
	}
	session, err := s.Session(ctx, e.Session)
	if err != nil || session.Record.ID != 7 || session.End != record.EndQuit || session.Codes[1] != 250 {
		t.Errorf("%+v %v", session, err)
	}
	runs, err := s.Runs(ctx)
	if err != nil || len(runs) != 1 || runs[0].Messages != 1 || runs[0].Expires.Sub(runs[0].Created) != time.Hour {
		t.Errorf("%+v %v", runs, err)
	}
	info, err := s.Info(ctx)
	if err != nil || info.Messages != 2 || info.Unread != 1 || info.Sessions != 1 || info.Seq < 4 {
		t.Errorf("%+v %v", info, err)
	}
	kinds := ""
	for event, err := range s.Watch(ctx, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if kinds += string(event.Kind) + " "; event.Seq == info.Seq {
			break
		}
	}
	if kinds != "message message update session " {
		t.Errorf("events %s", kinds)
	}
}

// TestMigrations opens a store of every version that there was.
func TestMigrations(t *testing.T) {
	if *writeFixture {
		path := filepath.Join(t.TempDir(), "mail.db")
		s := opened(t, path, Options{})
		fixtureStore(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(fixtureOf(len(steps())), []byte(dump(t, path)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for version := 1; version <= len(steps()); version++ {
		script, err := os.ReadFile(fixtureOf(version))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "mail.db")
		execute(t, path, string(script))
		for range 2 {
			s := opened(t, path, Options{})
			checkFixture(t, s)
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// dump is a database as SQL.
func dump(t *testing.T, path string) string {
	t.Helper()
	db, err := connect(path, "ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var b strings.Builder
	tables := texts(t, db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid")
	for _, sql := range texts(t, db, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid") {
		b.WriteString(sql + ";\n")
	}
	for _, table := range tables {
		for _, row := range texts(t, db, "SELECT "+rowText(t, db, table)+" FROM "+table) {
			fmt.Fprintf(&b, "INSERT INTO %s VALUES (%s);\n", table, row)
		}
	}
	for _, pragma := range []string{"user_version", "application_id"} {
		fmt.Fprintf(&b, "PRAGMA %s = %s;\n", pragma, texts(t, db, "PRAGMA "+pragma)[0])
	}
	return b.String()
}

// rowText is an expression for a row of a table as VALUES have it.
func rowText(t *testing.T, db *sql.DB, table string) string {
	t.Helper()
	var all []string
	for _, column := range texts(t, db, "SELECT name FROM pragma_table_info("+quoted(table)+")") {
		all = append(all, "quote("+column+")")
	}
	return strings.Join(all, " || ', ' || ")
}

func texts(t *testing.T, db *sql.DB, query string) (all []string) {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	return all
}
