package conform

import (
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

func TestAFailureStandsIfItRepeats(t *testing.T) {
	fail, pass := Verdict{Word: Fail, Text: "no"}, Verdict{Word: Pass}
	late := Verdict{Word: Inconclusive, Text: "the harness was late"}
	for name, tt := range map[string]struct {
		verdicts []Verdict
		want     Word
	}{
		"alone":               {[]Verdict{fail}, Fail},
		"repeated":            {[]Verdict{fail, fail, fail}, Fail},
		"flaky":               {[]Verdict{fail, fail, pass}, Inconclusive},
		"once late":           {[]Verdict{fail, late, fail}, Fail},
		"never repeated":      {[]Verdict{fail, late, late}, Inconclusive},
		"a pass is not asked": {[]Verdict{pass, fail}, Pass},
	} {
		if got := agreed(tt.verdicts); got.Word != tt.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestALateHarnessJudgesNobody(t *testing.T) {
	broken := func(c *Case) Verdict { return c.Fail("no") }
	for late, want := range map[time.Duration]Word{100 * time.Millisecond: Fail, 300 * time.Millisecond: Inconclusive} {
		trial := &Trial{Unit: time.Second, Late: late, Outcome: Outcome{Class: OK}}
		c := &Case{Trial: trial, Trials: []*Trial{trial}, Scenario: &Scenario{Judge: broken}, Profile: &Profile{Works: true}}
		if v := c.verdict(); v.Word != want {
			t.Errorf("%v late: %+v", late, v)
		}
	}
}

// Where a client without time-outs gets no connection, the system gives up for it.
func TestConnectingIsNotWithoutAnEnd(t *testing.T) {
	for name, test := range map[string]struct {
		endless  bool
		sessions []*record.Session
		want     Word
	}{
		"no time-outs":           {true, nil, Inconclusive},
		"no time-outs, a server": {true, []*record.Session{{}}, Fail},
		"time-outs elsewhere":    {false, nil, Fail},
	} {
		trial := &Trial{Unit: time.Second, Guard: 5 * time.Second, Outcome: Outcome{Class: Hang}, Sessions: test.sessions}
		c := &Case{Trial: trial, Trials: []*Trial{trial}, Profile: &Profile{Works: true, Endless: test.endless}}
		if v := c.verdict(); v.Word != test.want {
			t.Errorf("%s: %+v", name, v)
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
				Messages: []*record.Message{{Envelope: record.Envelope{Recipients: []record.Recipient{{Address: "a@b.example", Reply: record.Reply{Code: 250}}}}, Reply: reply}},
				End:      record.EndClientClosed,
			}}}
		if got := TruthOf(run); got != want {
			t.Errorf("after %v: %s, want %s", wait, got, want)
		}
	}
}

// A client whose time-out worked and that says QUIT to a server that has gone
// silent is late; one that waits for QUIT alone, or for anything else, hangs.
func TestWhoeverHasGivenUpDoesNotHang(t *testing.T) {
	silent, quit := record.Command{Verb: "BODY"}, record.Command{Verb: "QUIT"}
	taken := record.Command{Verb: "BODY", Reply: record.Reply{Code: 250}}
	for name, tt := range map[string]struct {
		said []record.Command
		want Word
	}{
		"gave up":           {[]record.Command{silent, quit}, Warn},
		"waits still":       {[]record.Command{silent}, Fail},
		"waits for QUIT":    {[]record.Command{taken, quit}, Fail},
		"QUIT was answered": {[]record.Command{silent, {Verb: "QUIT", Reply: record.Reply{Code: 221}}}, Fail},
		"said nothing":      {nil, Fail},
	} {
		run := &Trial{Outcome: Outcome{Class: Hang}, Sessions: []*record.Session{{Commands: tt.said}}}
		c := &Case{Trial: run, Trials: []*Trial{run}, Scenario: &Scenario{}, Profile: &Profile{Works: true}}
		if v := c.verdict(); v.Word != tt.want {
			t.Errorf("%s: %+v", name, v)
		}
	}
}
