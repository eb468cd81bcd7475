package sqlite

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"

	"github.com/smtpspec/smtpspec/harness/store"
)

// TestCloseWhileMailComes closes a store under load: what was answered with nil
// is there afterwards, everything else is ErrClosed, and no goroutine is left.
func TestCloseWhileMailComes(t *testing.T) {
	before := gleak.Goroutines()
	path := filepath.Join(t.TempDir(), "mail.db")
	s := opened(t, path, Options{})
	loaded, enough := context.WithCancel(t.Context())
	defer enough()
	var put atomic.Int64
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			defer enough()
			for i := w; ; i += 8 {
				m, raw := benchMail(i)
				err := s.Put(context.Background(), m, data(raw))
				if err != nil {
					if !errors.Is(err, store.ErrClosed) {
						t.Error(err)
					}
					return
				}
				if put.Add(1) == 100 {
					enough()
				}
			}
		})
	}
	all.Go(func() {
		for e, err := range s.Watch(context.Background(), 0) {
			if e == nil && !errors.Is(err, store.ErrClosed) {
				t.Error(err)
			}
		}
	})
	<-loaded.Done()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	all.Wait()
	NewWithT(t).Eventually(gleak.Goroutines).WithTimeout(time.Minute).ShouldNot(gleak.HaveLeaked(before))
	s = opened(t, path, Options{})
	defer s.Close()
	if info, err := s.Info(t.Context()); err != nil || int64(info.Messages) != put.Load() {
		t.Errorf("%d messages %v, %d were put", info.Messages, err, put.Load())
	}
}

// TestPutHeedsContext has messages wait behind a change that takes long: those
// whose context ends meanwhile are not put.
func TestPutHeedsContext(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "mail.db"), Options{})
	defer s.Close()
	begun, enough := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		err := s.write.change(context.Background(), func(*change) error {
			close(begun)
			<-enough
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	m, raw := benchMail(1)
	if err := s.Put(ctx, m, data(raw)); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	close(enough)
	all.Wait()
	intake(t, s, 2, 1, 1)
	if _, err := s.Get(t.Context(), m.ID); !errors.Is(err, store.ErrNotFound) {
		t.Error("what was given up is there:", err)
	}
}

// TestSmaller has the file give back what retention made free.
func TestSmaller(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "mail.db"), Options{Retention: store.Retention{Age: time.Hour}})
	defer s.Close()
	intake(t, s, 0, 1500, 8)
	pages := func() (n int) {
		if err := s.read.QueryRow("PRAGMA main.page_count").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := pages()
	if err := s.Expire(t.Context(), time.Now().Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if after := pages(); after > before/2 {
		t.Errorf("%d pages of %d are left", after, before)
	}
	if info, err := s.Info(t.Context()); err != nil || info.Messages != 0 || info.Bytes != 0 || info.Evicted != 1500 {
		t.Errorf("%+v %v", info, err)
	}
}
