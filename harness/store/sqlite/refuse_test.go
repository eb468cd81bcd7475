package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// refused opens a store that cannot be, and checks what is said of it.
func refused(t *testing.T, path string, words ...string) {
	t.Helper()
	before, _ := os.ReadFile(path)
	s, err := Open(t.Context(), path, Options{})
	if err == nil {
		s.Close()
		t.Fatal("it was opened")
	}
	for _, word := range append(words, path) {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q is not in: %v", word, err)
		}
	}
	if after, _ := os.ReadFile(path); string(before) != string(after) {
		t.Error("the file was changed")
	}
}

// filled makes a store with n messages and closes it.
func filled(t *testing.T, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mail.db")
	s := opened(t, path, Options{})
	intake(t, s, 0, n, 4)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// execute runs SQL on a file that no store has open.
func execute(t *testing.T, path, script string) {
	t.Helper()
	db, err := connect(path, "rwc")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(script); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefusesLaterVersion(t *testing.T) {
	path := filled(t, 1)
	execute(t, path, "PRAGMA user_version=99")
	refused(t, path, "later version", "schema 99", "choose another file")
}

func TestOpenRefusesOtherFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.txt")
	if err := os.WriteFile(path, []byte("remember the milk"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, path, "damaged", "move it away")
	other := filepath.Join(t.TempDir(), "other.db")
	execute(t, other, "CREATE TABLE notes (text TEXT)")
	refused(t, other, "another program", "choose another file")
}

func TestOpenRefusesDamage(t *testing.T) {
	path := filled(t, 50)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte(strings.Repeat("damage", 20_000)), pageSize*2); err != nil {
		t.Fatal(err)
	}
	refused(t, path, "damaged", "left as it is")
}

func TestOpenRefusesSecond(t *testing.T) {
	path := filled(t, 1)
	s := opened(t, path, Options{})
	defer s.Close()
	_, err := Open(t.Context(), path, Options{})
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("in use by process %d since ", os.Getpid())) {
		t.Errorf("a store that is open was opened again: %v", err)
	}
}

func TestOpenRefusesLocked(t *testing.T) {
	path := filled(t, 1)
	db, err := connect(path, "rw")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("PRAGMA journal_mode=DELETE; BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	refused(t, path, "another program has it open")
}

func TestOpenRefusesPaths(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, filepath.Join(file, "mail.db"), "choose another path")
	for _, path := range []string{"", ":memory:", "a\x00b"} {
		if s, err := Open(t.Context(), path, Options{}); err == nil {
			s.Close()
			t.Errorf("%q was opened", path)
		}
	}
}

func TestOpenMakesFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "?a=b&mode=ro %20#", "mail.db")
	opened(t, path, Options{}).Close()
	for name, want := range map[string]os.FileMode{filepath.Dir(path): 0o700, path: 0o600, path + ".search": 0o600, path + ".lock": 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v, want %v", name, info.Mode(), err, want)
		}
	}
}

// TestFull fills the file up to a bound: the client is told that there is no
// room, what was put before is there, and with room again mail is taken.
func TestFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.db")
	s := opened(t, path, Options{})
	defer s.Close()
	intake(t, s, 0, 20, 1)
	bound := func(pages int) {
		err := s.write.change(t.Context(), func(c *change) error {
			_, err := c.conn.ExecContext(context.Background(), fmt.Sprintf("PRAGMA max_page_count=%d", pages))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	bound(1) // which is as many as there are
	var reply record.Reply
	m, raw := benchMail(20)
	for i := 0; ; i++ {
		err := s.Put(t.Context(), m, data(raw))
		if errors.As(err, &reply) {
			break
		}
		if err != nil || i > 100 {
			t.Fatalf("put %d: %v", i, err)
		}
		m, raw = benchMail(21 + i)
	}
	if reply.Code != 452 || !strings.HasPrefix(reply.Text(), "4.3.1 ") {
		t.Errorf("the client is told %v", reply)
	}
	if _, err := s.Info(t.Context()); err != nil && !strings.Contains(err.Error(), "make room") {
		t.Error(err)
	}
	if _, err := s.Get(t.Context(), m.ID); !errors.Is(err, store.ErrNotFound) {
		t.Error("a message that was refused:", err)
	}
	bound(100_000)
	if err := s.Put(t.Context(), m, data(raw)); err != nil {
		t.Error(err)
	}
	l, err := s.List(t.Context(), store.Page{Query: &store.Query{Expr: store.Phrase{Words: []string{"invoice"}}}, Total: true})
	if info, fault := s.Info(t.Context()); err != nil || fault != nil || l.Total != info.Messages {
		t.Errorf("%d of %d are found: %v %v", l.Total, info.Messages, err, fault)
	}
}

// TestSearchIsMadeAnew loses, damages and exchanges the file of the search.
func TestSearchIsMadeAnew(t *testing.T) {
	path := filled(t, 30)
	search := path + ".search"
	other, err := os.ReadFile(filled(t, 5) + ".search")
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func() error{
		"lost":          func() error { return os.Remove(search) },
		"no database":   func() error { return os.WriteFile(search, []byte("x"), 0o600) },
		"cut":           func() error { return os.Truncate(search, pageSize) },
		"another one's": func() error { return os.WriteFile(search, other, 0o600) },
	} {
		if err := spoil(); err != nil {
			t.Fatal(name, err)
		}
		s := opened(t, path, Options{})
		l, err := s.List(t.Context(), store.Page{Query: &store.Query{Expr: store.Phrase{Words: []string{"invoice"}}}, Total: true})
		if err != nil || l.Total != 30 {
			t.Errorf("%s: %+v %v", name, l, err)
		}
		if err := s.Close(); err != nil {
			t.Error(name, err)
		}
	}
}
