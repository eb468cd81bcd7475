package inbox

import (
	"encoding/json"
	"errors"
	"net/smtp"
	"net/textproto"
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/api"
	"github.com/smtpspec/smtpspec/harness/wire"
)

// sent returns the code that a message to that address got, 250 if it was taken.
func sent(t *testing.T, srv *harness.Server, to, header string) int {
	t.Helper()
	err := smtp.SendMail(srv.Addr(), nil, "a@example.mn", []string{to}, []byte(header+"\r\n\r\nx\r\n"))
	var refused *textproto.Error
	switch {
	case err == nil:
		return 250
	case errors.As(err, &refused):
		return refused.Code
	}
	t.Fatal(err)
	return 0
}

func addRule(t *testing.T, b *Rules, run, text string) api.Rule {
	t.Helper()
	r, err := b.Add(t.Context(), run, json.RawMessage(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRulesOfARun(t *testing.T) {
	srv := harness.NewServer(t)
	b := NewRules(srv)
	rcpt := addRule(t, b, "one", `{"on":"RCPT","reply":"550 5.1.1 no"}`)
	addRule(t, b, "two", `{"on":"BODY","reply":"554 5.6.0 no"}`)
	for _, c := range []struct {
		to, header string
		want       int
	}{
		{"bat@b.mn", "Subject: x", 250},
		{"bat+run-one@b.mn", "Subject: x", 550},
		{"bat+run-two@b.mn", "Subject: x", 554},
		{"bat@b.mn", "X-Run: two", 554},
		{"bat@b.mn", "X-Run: one", 250}, // what RCPT cannot know
	} {
		if got := sent(t, srv, c.to, c.header); got != c.want {
			t.Errorf("%s, %s: %d, want %d", c.to, c.header, got, c.want)
		}
	}
	if r, err := b.Get(t.Context(), rcpt.ID); err != nil || r.Hits != 1 || r.Run != "one" {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestRulesMoveAndGo(t *testing.T) {
	srv := harness.NewServer(t)
	b := NewRules(srv)
	first := addRule(t, b, "one", `{"on":"RCPT","reply":"550 5.1.1 first"}`)
	second := addRule(t, b, "", `{"on":"RCPT","to":"second@*","reply":"551 5.1.1 second"}`)
	if sent(t, srv, "second+run-one@b.mn", "S: x") != 550 || sent(t, srv, "second@b.mn", "S: x") != 551 {
		t.Error("before the move")
	}
	moved, err := b.Move(t.Context(), first.ID, "")
	if err != nil || moved.Run != "" || moved.Hits != 1 {
		t.Errorf("%+v, %v", moved, err)
	}
	if sent(t, srv, "second@b.mn", "S: x") != 551 || sent(t, srv, "bat@b.mn", "S: x") != 550 {
		t.Error("a rule that was added later is asked first, whatever was moved")
	}
	list, err := b.List(t.Context(), "")
	if err != nil || len(list) != 2 || list[0].ID != second.ID || list[0].Hits != 2 || list[1].Hits != 2 {
		t.Errorf("%+v, %v", list, err)
	}
	if err := b.Remove(t.Context(), first.ID); err != nil || sent(t, srv, "bat@b.mn", "S: x") != 250 {
		t.Errorf("it is still there: %v", err)
	}
	for _, err := range []error{b.Remove(t.Context(), first.ID), errorOf(b.Get(t.Context(), "nothing")), errorOf(b.Move(t.Context(), first.ID, "one"))} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	}
}

func TestRulesThatAServerBeganWith(t *testing.T) {
	given, err := wire.ParseRules([]byte(`[{"on":"RCPT","reply":"550 5.1.1 first"},{"on":"RCPT","to":"second@*","reply":"551 5.1.1 second"}]`))
	if err != nil {
		t.Fatal(err)
	}
	srv := harness.NewServer(t, harness.WithRules(given...))
	b := NewRules(srv, given...)
	third := addRule(t, b, "", `{"on":"RCPT","to":"third@*","reply":"553 5.1.1 third"}`)
	if sent(t, srv, "second@b.mn", "S: x") != 551 || sent(t, srv, "bat@b.mn", "S: x") != 550 || sent(t, srv, "bat@b.mn", "S: x") != 550 {
		t.Error("they are not in force")
	}
	list, err := b.List(t.Context(), "")
	if err != nil || len(list) != 3 || list[0].ID != third.ID || list[1].Hits != 1 || list[2].Hits != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	moved, err := b.Move(t.Context(), list[2].ID, "one")
	if err != nil || moved.Hits != 2 || sent(t, srv, "bat@b.mn", "S: x") != 250 || sent(t, srv, "second@b.mn", "S: x") != 551 {
		t.Errorf("%+v, %v", moved, err)
	}
	if err := b.Remove(t.Context(), list[1].ID); err != nil || sent(t, srv, "second@b.mn", "S: x") != 250 {
		t.Errorf("it is still there: %v", err)
	}
}

func errorOf[T any](_ T, err error) error { return err }

func TestRulesThatAreWrong(t *testing.T) {
	b := NewRules(harness.NewServer(t))
	_, err := b.Add(t.Context(), "", json.RawMessage(`{"on":"RCTP","reply":"550 no"}`))
	var wrong *api.RuleError
	if !errors.As(err, &wrong) || !strings.Contains(wrong.Text, "RCPT") {
		t.Errorf("%v", err)
	}
}
