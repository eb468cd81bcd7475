package catalog

import (
	"slices"

	"github.com/smtpspec/smtpspec/harness/conform"
)

// inTurn asks judges in turn, until one does not pass: the first that has
// something to say says it.
func inTurn(judges ...judge) judge {
	return func(c *conform.Case) (v conform.Verdict) {
		for _, judge := range judges {
			if v = judge(c); v.Word != conform.Pass {
				break
			}
		}
		return v
	}
}

// afterConnecting leaves runs in which the client did not connect undecided, but for
// scenarios in which it may find fault with the job before that.
func afterConnecting(all []*conform.Scenario, but ...string) []*conform.Scenario {
	for _, s := range all {
		if !slices.Contains(but, s.ID) {
			s.Judge = begun(s.Judge)
		}
	}
	return all
}

// begun asks the judge about runs in which the client connected.
func begun(judge judge) judge {
	return func(c *conform.Case) conform.Verdict {
		if c.Session() == nil {
			return c.Inconclusive("no session was begun: %s", c.Told())
		}
		return judge(c)
	}
}
