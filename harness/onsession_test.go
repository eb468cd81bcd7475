package harness_test

import (
	"net/smtp"
	"testing"

	"github.com/smtpspec/smtpspec/harness"
)

// What OnSession is given is the whole dialogue, and whoever has the 221 knows
// that it was called.
func TestOnSessionSeesTheWholeDialogue(t *testing.T) {
	var ended []*harness.Session
	srv := harness.NewServer(t, harness.OnSession(func(s *harness.Session) { ended = append(ended, s) }))
	err := smtp.SendMail(srv.Addr(), nil, "a@example.mn", []string{"b@example.com"}, []byte("Subject: x\r\n\r\nx\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(ended) != 1 {
		t.Fatalf("%d sessions ended, want 1", len(ended))
	}
	quit, ok := ended[0].Command("QUIT", 1)
	if !ok || quit.Reply.Code != 221 || ended[0].End != harness.EndQuit {
		t.Errorf("no QUIT with its 221:\n%s", ended[0].Transcript())
	}
}
