package catalog

import (
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
)

const (
	tick = time.Second
	gone = record.EndClientClosed
)

func TestWaited(t *testing.T) {
	mail := record.Command{Verb: "MAIL", Line: "MAIL FROM:<a@b>", At: 1 * tick}
	answered := mail
	answered.Reply = record.NewReply(250, "ok")
	quit := record.Command{Verb: "QUIT", Line: "QUIT", At: 3 * tick}
	greeted := record.NewReply(220, "mx.test")
	for name, c := range map[string]struct {
		sessions []*record.Session
		want     time.Duration
		found    bool
	}{
		"no session":        {nil, 0, false},
		"hung up":           {[]*record.Session{{Greeting: greeted, Commands: []record.Command{mail}, Lasted: 5 * tick, End: gone}}, 4 * tick, true},
		"said QUIT":         {[]*record.Session{{Greeting: greeted, Commands: []record.Command{mail, quit}, Lasted: 9 * tick, End: gone}}, 2 * tick, true},
		"all answered":      {[]*record.Session{{Greeting: greeted, Commands: []record.Command{answered}, Lasted: 9 * tick, End: gone}}, 0, false},
		"no greeting":       {[]*record.Session{{Lasted: 2 * tick, End: gone}}, 2 * tick, true},
		"the longer of two": {[]*record.Session{{Lasted: 2 * tick, End: gone}, {Lasted: 3 * tick, End: gone}}, 3 * tick, true},
		"cut by the server": {[]*record.Session{{Lasted: 2 * tick, End: record.EndServerClosed}}, 0, false},
		"EHLO, no greeting": {[]*record.Session{{Commands: []record.Command{mail}, Lasted: 2 * tick, End: gone}}, 1 * tick, true},
	} {
		if got, found := waited(&conform.Trial{Sessions: c.sessions}); got != c.want || found != c.found {
			t.Errorf("%s: %v, %v", name, got, found)
		}
	}
}

func TestGivesUp(t *testing.T) {
	run := func(o conform.Outcome, lasted time.Duration) conform.Word {
		end := gone
		if o.Class == conform.Queued {
			end = record.EndServerClosed
		}
		trial := &conform.Trial{Unit: 2 * tick, Job: record.Job{Timeout: 2}, Outcome: o, Sessions: []*record.Session{{Lasted: lasted, End: end}}}
		return givesUp(caseOf("timeout-greeting", trial)).Word
	}
	for name, c := range map[string]struct{ got, want conform.Word }{
		"in time":     {run(conform.Outcome{Class: conform.Temp}, 2*tick), conform.Pass},
		"no class":    {run(conform.Outcome{Class: conform.Failed}, 2*tick), conform.Pass},
		"late":        {run(conform.Outcome{Class: conform.Temp}, 5*tick), conform.Warn},
		"permanent":   {run(conform.Outcome{Class: conform.Perm}, 2*tick), conform.Warn},
		"for success": {run(conform.Outcome{Class: conform.OK}, 2*tick), conform.Fail},
		"queued":      {run(conform.Outcome{Class: conform.Queued}, 1*tick), conform.Inconclusive},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s", name, c.got)
		}
	}
}

// caseOf is the case of a scenario with this run for each of its scripts.
func caseOf(id string, run *conform.Trial) *conform.Case {
	s, _ := ByID(id)
	c := &conform.Case{Trial: run, Scenario: s, Profile: &conform.Profile{Works: true}}
	for range s.Scripts {
		c.Trials = append(c.Trials, run)
	}
	return c
}
