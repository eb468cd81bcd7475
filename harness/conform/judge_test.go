package conform

import (
	"testing"
	"time"
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
