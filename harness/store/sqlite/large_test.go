package sqlite

import (
	"bytes"
	"crypto/sha256"
	"io"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/smtpspec/smtpspec/harness/store"
)

// largeMessage is a message with an attachment, of so many octets.
func largeMessage(size int) []byte {
	head := "From: a@example.mn\r\nSubject: large\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\n" +
		"Content-Disposition: attachment; filename=large.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	line := append(bytes.Repeat([]byte("QUJD"), 19), "\r\n"...)
	raw := make([]byte, 0, size)
	raw = append(raw, head...)
	for len(raw)+len(line) <= size {
		raw = append(raw, line...)
	}
	return raw
}

// TestLargeMessage puts 100 MB and reads them: what is allocated for it is less
// than the message once more.
func TestLargeMessage(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "mail.db"), Options{})
	defer s.Close()
	raw := largeMessage(100 << 20)
	want := sha256.Sum256(raw)
	m, _ := benchMail(1)
	m.Size = len(raw)
	allocated := allocates(func() {
		if err := s.Put(t.Context(), m, store.Octets(raw)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(t.Context(), m.ID); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("put and digested: %d MiB", allocated>>20)
	if allocated > uint64(len(raw)) {
		t.Errorf("%d octets were allocated for a message of %d", allocated, len(raw))
	}
	l, err := s.List(t.Context(), store.Page{Query: &store.Query{Expr: store.Phrase{Words: []string{"large", "bin"}}}})
	if err != nil || len(l.Entries) != 1 {
		t.Errorf("it is not found: %v %v", l, err)
	}
	sum := sha256.New()
	allocated = allocates(func() {
		r, err := s.Open(t.Context(), m.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(sum, r); err != nil {
			t.Fatal(err)
		}
	})
	if got := [32]byte(sum.Sum(nil)); got != want {
		t.Error("another content was read")
	}
	t.Logf("read, in all: %d MiB", allocated>>20)
	if peak := heapWhileReading(t, s, m.ID); peak > 16<<20 {
		t.Errorf("%d octets are held while it is read", peak)
	}
}

// allocates returns how many octets f allocates, whether they are freed since
// or not.
func allocates(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// heapWhileReading returns how much more is alive in the middle of reading.
func heapWhileReading(t *testing.T, s *Store, id store.ID) int64 {
	t.Helper()
	alive := func() int64 {
		var now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&now)
		return int64(now.HeapAlloc)
	}
	before := alive()
	r, err := s.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.CopyN(io.Discard, r, 50<<20); err != nil {
		t.Fatal(err)
	}
	return alive() - before
}
