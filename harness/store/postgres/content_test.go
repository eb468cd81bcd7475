package postgres

import (
	"errors"
	"io"
	"runtime"
	"testing"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// heap is by how much it has grown at most, whenever somebody looked.
type heap struct{ before, most int64 }

func newHeap() *heap {
	runtime.GC()
	h := &heap{}
	h.look()
	return &heap{before: h.most}
}

func (h *heap) look() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	h.most = max(h.most, int64(m.HeapAlloc)-h.before)
}

// Write looks at the heap with each piece that is read.
func (h *heap) Write(p []byte) (int, error) {
	h.look()
	return len(p), nil
}

// looked is the content of a message; whoever reads it has the heap looked at.
type looked struct {
	store.Octets
	heap *heap
}

func (l looked) Stream() io.Reader { return io.TeeReader(l.Octets.Stream(), l.heap) }

func TestLargeMessageNeedsLittleMemory(t *testing.T) {
	const size = 60 << 20
	s := open(t, Options{})
	raw := make(store.Octets, size)
	for i := range raw {
		raw[i] = "0123456789abcdef\r\n"[i%18]
	}
	m := newMail(size)
	h := newHeap()
	if err := s.commit(t.Context(), []*putting{{mail: m, raw: looked{raw, h}, form: []byte("{}")}}); err != nil {
		t.Fatal(err)
	}
	h.look()
	t.Logf("putting %d MiB needs %d MiB more", size>>20, h.most>>20)
	if h.most > size+size/10 { // twice its size in all
		t.Errorf("%d octets more", h.most)
	}
	h = newHeap()
	r, err := s.Open(t.Context(), m.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if n, err := io.Copy(h, r); n != size || err != nil {
		t.Error(n, err)
	}
	t.Logf("reading it needs %d MiB", h.most>>20)
	if h.most > size/3 {
		t.Errorf("reading needs %d octets", h.most)
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
