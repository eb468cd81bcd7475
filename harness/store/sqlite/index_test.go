package sqlite

import (
	"path/filepath"
	"testing"

	"github.com/smtpspec/smtpspec/harness/store"
)

// What is committed can be read by catching up before the index is told of it.
func TestAMessageThatWasReadIsNotIndexedAgain(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "mail.db"), Options{})
	defer s.Close()
	intake(t, s, 0, 1, 1)
	if err := s.index.reach(t.Context()); err != nil {
		t.Fatal(err)
	}
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
