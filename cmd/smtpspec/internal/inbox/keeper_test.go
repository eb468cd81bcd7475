package inbox

import (
	"errors"
	"io"
	"log/slog"
	"net/smtp"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/store"
)

// What a server takes is in the store when the client has its 250, with its
// session when it has its 221.
func TestKeeper(t *testing.T) {
	st := store.NewMemory(store.MemoryOptions{Digester: store.Digester{Lint: lint.Broken}})
	defer st.Close()
	k := New(st, time.Hour, slog.New(slog.DiscardHandler))
	srv := harness.NewServer(t, harness.WithKeeper(k), harness.OnSession(k.Ended))
	raw := "Subject: Сайн уу\r\nX-Run: One\r\n\r\nx\r\n"
	if err := smtp.SendMail(srv.Addr(), nil, "shop@example.mn", []string{"bat@example.com"}, []byte(raw)); err != nil {
		t.Fatal(err)
	}
	list, err := st.List(t.Context(), store.Page{Run: "one"})
	if err != nil || len(list.Entries) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	e := list.Entries[0]
	if len(e.Digest.Lint) == 0 {
		t.Error("a message without Date and From breaks no rule")
	}
	body, err := st.Open(t.Context(), e.ID)
	if err != nil {
		t.Fatal(err)
	}
	if octets, err := io.ReadAll(body); err != nil || string(octets) != raw {
		t.Errorf("%q, %v", octets, err)
	}
	s, err := st.Session(t.Context(), e.Session)
	if err != nil || len(s.Messages) != 1 || s.Messages[0] != e.ID || s.Run != "one" || s.End != harness.EndQuit {
		t.Errorf("%+v, %v", s, err)
	}
	runs, err := st.Runs(t.Context())
	if err != nil || len(runs) != 1 || runs[0].Name != "one" || runs[0].Expires.Before(time.Now()) {
		t.Errorf("%+v, %v", runs, err)
	}
}

// A session that was refused is kept too.
func TestKeeperHasRefusedSessions(t *testing.T) {
	st := store.NewMemory(store.MemoryOptions{})
	defer st.Close()
	k := New(st, 0, slog.New(slog.DiscardHandler))
	srv := harness.NewServer(t, harness.WithKeeper(k), harness.OnSession(k.Ended), harness.WithRules(harness.On(harness.RCPT).Reply(550, "5.1.1 no")))
	if err := smtp.SendMail(srv.Addr(), nil, "a@example.mn", []string{"bat+run-two@example.com"}, []byte("x")); err == nil {
		t.Fatal("it was taken")
	}
	if _, err := srv.WaitForSessions(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	all, err := st.Sessions(t.Context(), store.Page{Run: "two"})
	if err != nil || len(all) != 1 || len(all[0].Messages) != 0 {
		t.Fatalf("%+v, %v", all, err)
	}
}

// A store that is gone is no 250.
func TestKeeperWithoutAStore(t *testing.T) {
	st := store.NewMemory(store.MemoryOptions{})
	k := New(st, 0, slog.New(slog.DiscardHandler))
	srv := harness.NewServer(t, harness.WithKeeper(k))
	st.Close()
	err := smtp.SendMail(srv.Addr(), nil, "a@example.mn", []string{"b@example.com"}, []byte("x"))
	if err == nil || errors.Is(err, io.EOF) {
		t.Errorf("the client was told %v", err)
	}
}
