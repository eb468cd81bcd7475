package conform

import (
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

func TestALateRepetitionDoesNotUndoTwoFails(t *testing.T) {
	fail, late, pass := Verdict{Word: Fail}, Verdict{Word: Inconclusive}, Verdict{Word: Pass}
	for _, test := range []struct {
		verdicts []Verdict
		want     Word
	}{
		{[]Verdict{fail, fail, late}, Fail},
		{[]Verdict{fail, late, late}, Inconclusive},
		{[]Verdict{fail, fail, pass}, Inconclusive},
		{[]Verdict{late, fail}, Inconclusive},
	} {
		if got := agreed(test.verdicts); got.Word != test.want {
			t.Errorf("%v: %s, want %s", test.verdicts, got.Word, test.want)
		}
	}
}

// A client that waited in vain and hung up cannot know of a reply that came at
// that moment; one that had it at once can.
func TestAReplyThatCrossedTheTimeOutIsNotKnown(t *testing.T) {
	for wait, want := range map[time.Duration]Truth{1900 * time.Millisecond: ToldTheTruth, 10 * time.Millisecond: FalseFailure} {
		reply := record.Reply{Code: 250, At: wait}
		run := &Trial{Unit: 2 * time.Second, Job: record.Job{Rcpts: []string{"a@b.example"}, Messages: []record.Draft{{}}}, Outcome: Outcome{Class: Temp},
			Sessions: []*record.Session{{
				Commands: []record.Command{{Verb: "BODY", Reply: reply}},
				Messages: []*record.Message{{Envelope: record.Envelope{Recipients: []record.Recipient{{Address: "a@b.example"}}}, Reply: reply}},
				End:      record.EndClientClosed,
			}}}
		if got := TruthOf(run); got != want {
			t.Errorf("after %v: %s, want %s", wait, got, want)
		}
	}
}
