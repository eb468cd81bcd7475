package harness_test

import (
	"context"
	"errors"
	"net/smtp"
	"net/textproto"
	"strings"
	"sync"
	"testing"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/record"
)

// cellar is a keeper that gives the answers it was told to.
type cellar struct {
	answer error

	mu       sync.Mutex
	messages []*record.Message
	sessions []*harness.Session
}

func (c *cellar) Name() string { return "NAME" }

func (c *cellar) Keep(_ context.Context, s *harness.Session, m *record.Message) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.messages, c.sessions = append(c.messages, m), append(c.sessions, s)
	return c.answer
}

func TestKeeperHasTheMessages(t *testing.T) {
	var c cellar
	srv := harness.NewServer(t, harness.WithKeeper(&c))
	if err := smtp.SendMail(srv.Addr(), nil, "a@example.mn", []string{"b@example.com"}, []byte("Subject: x\r\n\r\n.\nx\r\n")); err != nil {
		t.Fatal(err)
	}
	m, s := c.messages[0], c.sessions[0]
	if m.Key != "NAME" || string(m.Raw()) != "Subject: x\r\n\r\n.\r\nx\r\n" || m.Envelope.From != "a@example.mn" {
		t.Errorf("%s kept %+v", m.Key, m)
	}
	if s.Hello != "localhost" || s.ID != m.Session || len(s.Commands) > 0 {
		t.Errorf("of the session it is known: %+v", s)
	}
	if n := len(srv.Messages()); n != 0 {
		t.Errorf("the server has %d messages too", n)
	}
	ended := onlySession(t, srv)
	if len(ended.Messages) != 1 || ended.Messages[0].Key != "NAME" || len(ended.Messages[0].Sent()) > 0 {
		t.Errorf("the record has %+v", ended.Messages)
	}
	if body, _ := ended.Command("BODY", 1); body.Reply.Text() != "2.0.0 Ok: queued as NAME" {
		t.Errorf("the client was told %s", body.Reply)
	}
}

func TestKeeperRefuses(t *testing.T) {
	for want, answer := range map[int]error{
		452: record.NewReply(452, "4.3.1 no room"),
		451: errors.New("the disk is gone"),
	} {
		srv := harness.NewServer(t, harness.WithKeeper(&cellar{answer: answer}))
		err := smtp.SendMail(srv.Addr(), nil, "a@example.mn", []string{"b@example.com"}, []byte("Subject: x\r\n\r\nx\r\n"))
		var told *textproto.Error
		if !errors.As(err, &told) || told.Code != want {
			t.Errorf("%v: the client was told %v", answer, err)
		}
		if s := srv.Sessions(); len(s) == 1 && len(s[0].Messages) > 0 {
			t.Errorf("the record has a message that was not kept")
		}
	}
}

// What is wrong with the data stands in the record although the data does not.
func TestKeeperLeavesAnomalies(t *testing.T) {
	srv := harness.NewServer(t, harness.WithKeeper(&cellar{}))
	c, err := smtp.Dial(srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.Mail("a@example.mn")
	c.Rcpt("b@example.com")
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	w.Write([]byte("Subject: x\r\n\r\n" + strings.Repeat("x", 2000) + "\r\n"))
	w.Close()
	c.Quit()
	if s := onlySession(t, srv); len(s.Anomalies) == 0 {
		t.Errorf("no anomaly in\n%s", s.Transcript())
	}
}

func onlySession(t *testing.T, srv *harness.Server) *harness.Session {
	t.Helper()
	all, err := srv.WaitForSessions(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return all[0]
}

// A condition of BODY has the message, whose reply it decides on.
func TestWhenSeesTheMessage(t *testing.T) {
	for _, lmtp := range []bool{false, true} {
		saw := make(chan string, 1)
		options := []harness.Option{harness.WithRules(harness.On(harness.BODY).When(func(x *harness.Exchange) bool {
			saw <- string(x.Message.Raw())
			return false
		}).Reply(554, "5.6.0 no"))}
		hello := "EHLO"
		if lmtp {
			options, hello = append(options, harness.LMTP()), "LHLO"
		}
		srv := harness.NewServer(t, options...)
		c, err := textproto.Dial("tcp", srv.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.ReadResponse(220)
		for _, line := range []string{hello + " x", "MAIL FROM:<a@b.mn>", "RCPT TO:<c@d.mn>", "DATA"} {
			c.PrintfLine("%s", line)
			c.ReadResponse(0)
		}
		c.PrintfLine("S: x\r\n.\r\nQUIT")
		c.ReadResponse(250)
		c.ReadResponse(221)
		if got := <-saw; got != "S: x\r\n" {
			t.Errorf("it saw %q", got)
		}
	}
}
