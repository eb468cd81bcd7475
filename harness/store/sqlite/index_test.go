package sqlite

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
)

// settle waits until everything that is committed is in the file of the search.
func (x *index) settle(tb testing.TB) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 5*time.Minute)
	defer cancel()
	if err := x.settled(ctx); err != nil {
		tb.Fatal(err)
	}
}

func (x *index) settled(ctx context.Context) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	for x.read < x.put || len(x.tail) > 0 {
		if err := x.sleep(ctx.Done()); err != nil {
			return err
		}
	}
	return nil
}

// What is committed can be read by catching up before the index is told of it.
func TestAMessageThatWasReadIsNotIndexedAgain(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "mail.db"), Options{})
	defer s.Close()
	intake(t, s, 0, 1, 1)
	s.index.settle(t)
	info, err := s.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	late := &pending{mail: store.Mail{Seq: info.Seq, ID: store.NewID()}}
	s.index.add([]*pending{late})
	if s.index.find(late.mail.ID) != nil {
		t.Error("the message is in the queue a second time")
	}
}
