package postgres

import (
	"errors"
	"io"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// peak calls do and returns by how much the heap grew meanwhile.
func peak(do func()) int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, most := int64(m.HeapAlloc), int64(0)
	var ended atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		for !ended.Load() {
			runtime.ReadMemStats(&m)
			most = max(most, int64(m.HeapAlloc)-before)
			time.Sleep(2 * time.Millisecond)
		}
	}()
	do()
	ended.Store(true)
	<-done
	return most
}

func TestLargeMessageNeedsLittleMemory(t *testing.T) {
	const size = 60 << 20
	s := open(t, Options{})
	raw := make(store.Octets, size)
	for i := range raw {
		raw[i] = "0123456789abcdef\r\n"[i%18]
	}
	m := newMail(size)
	grew := peak(func() {
		if err := s.commit(t.Context(), []*putting{{mail: m, raw: raw, form: []byte("{}")}}); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("putting %d MiB needs %d MiB more", size>>20, grew>>20)
	if grew > size+size/10 { // twice its size in all
		t.Errorf("%d octets more", grew)
	}
	grew = peak(func() {
		r, err := s.Open(t.Context(), m.ID)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if n, err := io.Copy(io.Discard, r); n != size || err != nil {
			t.Error(n, err)
		}
	})
	t.Logf("reading it needs %d MiB", grew>>20)
	if grew > size/3 {
		t.Errorf("reading needs %d octets", grew)
	}
}

// TestReadingWhatIsDeleted has a message go while it is read.
func TestReadingWhatIsDeleted(t *testing.T) {
	s := open(t, Options{})
	d := &record.Data{}
	d.SetRaw(make([]byte, 3*pieceSize))
	m := newMail(d.Size())
	if err := s.Put(t.Context(), m, d); err != nil {
		t.Fatal(err)
	}
	r, err := s.Open(t.Context(), m.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Delete(t.Context(), store.Selection{All: true}); err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, r); n != pieceSize || !errors.Is(err, store.ErrNotFound) {
		t.Errorf("%d octets, %v", n, err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
}
