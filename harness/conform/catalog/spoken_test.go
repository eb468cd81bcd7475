package catalog

import (
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// spoken is a case of sessions that are written by hand: in short, a line for
// each command, with the code of its reply behind " -> ". The message data is
// the line "(data)", and a message that got 2yz is taken for the recipients that
// were accepted.
func spoken(t *testing.T, level rfc.Level, rcpts []string, o conform.Outcome, sessions ...string) *conform.Case {
	t.Helper()
	run := &conform.Trial{Script: "by hand", Outcome: o, Job: record.Job{From: "a@example.org", Rcpts: rcpts,
		Messages: []record.Draft{{Raw: []byte("To: named@example.net\r\n\r\ntext\r\n")}}}}
	for i, text := range sessions {
		run.Sessions = append(run.Sessions, spokenSession(i+1, text))
	}
	return &conform.Case{Trial: run, Scenario: &conform.Scenario{Level: level}, Profile: &conform.Profile{Works: true}, Trials: []*conform.Trial{run}}
}

func spokenSession(id int, text string) *record.Session {
	s := &record.Session{ID: id, Greeting: record.NewReply(220, "mx.test")}
	var envelope record.Envelope
	for line := range strings.Lines(text) {
		line, reply, _ := strings.Cut(strings.TrimSpace(line), " -> ")
		if line == "" {
			continue
		}
		c := record.NewCommand(line)
		if line == "(data)" {
			c = record.Command{Verb: "BODY", Size: 100}
		}
		c.Reply = record.ParseReply(reply + " x\r\n")
		s.Commands = append(s.Commands, c)
		path, _ := conform.Said{Command: c}.Path()
		switch {
		case c.Verb == "MAIL":
			envelope = record.Envelope{From: path.Address}
		case c.Verb == "RCPT":
			envelope.Recipients = append(envelope.Recipients, record.Recipient{Address: path.Address, Reply: c.Reply})
		case line == "(data)" && c.Reply.Positive():
			s.Messages = append(s.Messages, &record.Message{Envelope: envelope, Reply: c.Reply})
		}
	}
	return s
}

func expectWord(t *testing.T, what string, v conform.Verdict, want conform.Word) {
	t.Helper()
	if v.Word != want {
		t.Errorf("%s: %s: %s, want %s", what, v.Word, v.Text, want)
	}
}

// spokenCommand is one command with its octets as they are.
func spokenCommand(line string) record.Command {
	c := record.NewCommand(line)
	c.Reply = record.NewReply(250, "x")
	return c
}
