package conform

import (
	"testing"

	"github.com/smtpspec/smtpspec/harness/record"
)

// A failure that names nobody who failed is that of those it does not name.
func TestTruthOfThoseNotNamed(t *testing.T) {
	const first, second = "r1@example.net", "r2@example.net"
	messages := []record.Draft{{Rcpts: []string{first}}, {Rcpts: []string{second}}}
	took := func(to string) *record.Message {
		return &record.Message{Reply: record.Reply{Code: 250}, Envelope: record.Envelope{Recipients: []record.Recipient{{Address: to, Reply: record.Reply{Code: 250}}}}}
	}
	for _, c := range []struct {
		name    string
		outcome Outcome
		want    Truth
	}{
		{"the one delivered is named", Outcome{Class: Failed, Rcpts: map[string]Class{first: OK}}, ToldTheTruth},
		{"another one is named as failed", Outcome{Class: Perm, Rcpts: map[string]Class{first: Perm}}, FalseSuccess},
		{"the one that failed is named", Outcome{Class: Perm, Rcpts: map[string]Class{second: Perm}}, ToldTheTruth},
		{"nobody is named", Outcome{Class: Failed}, ToldTheTruth},
	} {
		run := &Trial{Job: record.Job{Messages: messages}, Outcome: c.outcome,
			Sessions: []*record.Session{{Messages: []*record.Message{took(first)}}}}
		if got := TruthOf(run); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// Nobody got the message, and the client says so of a recipient under a form
// that it made itself, or of one of two.
func TestTruthOfNamedRecipients(t *testing.T) {
	for _, c := range []struct {
		asked []string
		named string
		want  Truth
	}{
		{[]string{`"joe..x"@example.net`}, "joe..x@example.net", ToldTheTruth},
		{[]string{"r1@example.net"}, "r1@example.net", ToldTheTruth},
		{[]string{"r1@example.net", "r2@example.net"}, "r1@example.net", FalseSuccess},
	} {
		run := &Trial{Outcome: Outcome{Class: Perm, Rcpts: map[string]Class{c.named: Perm}}}
		run.Job = record.Job{Rcpts: c.asked, Messages: []record.Draft{{}}}
		if got := TruthOf(run); got != c.want {
			t.Errorf("%q of %q: %v, want %v", c.named, c.asked, got, c.want)
		}
	}
}

func TestRefusedToBeAsked(t *testing.T) {
	for class, want := range map[Class]bool{Unsupported: true, OK: false, Failed: false} {
		if got := refusedToBeAsked([]*Trial{{Outcome: Outcome{Class: class}}}); got != want {
			t.Errorf("%s: %t", class, got)
		}
	}
	if refusedToBeAsked(nil) {
		t.Error("a probe that was not played")
	}
}
