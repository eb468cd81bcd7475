package conform_test

import (
	"testing"

	"github.com/smtpspec/smtpspec/harness/conform"
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
		outcome conform.Outcome
		want    conform.Truth
	}{
		{"the one delivered is named", conform.Outcome{Class: conform.Failed, Rcpts: map[string]conform.Class{first: conform.OK}}, conform.ToldTheTruth},
		{"another one is named as failed", conform.Outcome{Class: conform.Perm, Rcpts: map[string]conform.Class{first: conform.Perm}}, conform.FalseSuccess},
		{"the one that failed is named", conform.Outcome{Class: conform.Perm, Rcpts: map[string]conform.Class{second: conform.Perm}}, conform.ToldTheTruth},
		{"nobody is named", conform.Outcome{Class: conform.Failed}, conform.ToldTheTruth},
	} {
		run := &conform.Trial{Job: record.Job{Messages: messages}, Outcome: c.outcome,
			Sessions: []*record.Session{{Messages: []*record.Message{took(first)}}}}
		if got := conform.TruthOf(run); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
