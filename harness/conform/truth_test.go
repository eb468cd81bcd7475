package conform

import (
	"testing"

	"github.com/smtpspec/smtpspec/harness/record"
)

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
