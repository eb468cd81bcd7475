package catalog

import (
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
)

// at judges clients that got to a command; for others there is nothing to say,
// unless they claim success.
func at(judge func(*conform.Case) conform.Verdict, verbs ...string) func(*conform.Case) conform.Verdict {
	return func(c *conform.Case) conform.Verdict {
		if _, ok := c.First(verbs...); ok || c.Outcome.Class == conform.OK {
			return judge(c)
		}
		return c.Inconclusive("it did not get to %s: %s", strings.Join(verbs, " or "), c.Told())
	}
}

// each judges every message that the server took, and the delivery before.
func each(judge func(*conform.Case, *record.Message) conform.Verdict) func(*conform.Case) conform.Verdict {
	return func(c *conform.Case) conform.Verdict {
		verdicts := []conform.Verdict{conform.Delivered(c)}
		for _, m := range c.Messages() {
			verdicts = append(verdicts, judge(c, m))
		}
		return conform.Worst(verdicts...)
	}
}

// declined says that the client reported a failure and the server took nothing:
// it is up to the judge whether it may.
func declined(c *conform.Case) bool { return c.Outcome.Failure() && len(c.Messages()) == 0 }

// patient is conform.Delivered for a server that is slow within what the RFC
// allows: a client that gives up is not blamed for the message that it could
// not know to be taken.
func patient(c *conform.Case) conform.Verdict {
	if c.Outcome.Failure() {
		return c.Breach("gave up after %v: %s", rounded(c.Outcome.Took), c.Told())
	}
	v := conform.Delivered(c)
	if c.Outcome.Class == conform.Queued && v.Word != conform.Pass && len(c.Messages()) == 0 {
		return c.Inconclusive("it was queued, and not seen to be delivered")
	}
	return v
}

// after is a func for Script.Options: at a stage the answer comes n times T
// late.
func after(n float64, stages ...record.Stage) func(conform.Env) []harness.Option {
	return func(e conform.Env) []harness.Option { return late(e.Units(n), stages...) }
}

func late(by time.Duration, stages ...record.Stage) []harness.Option {
	var rules []harness.Rule
	for _, stage := range stages {
		rules = append(rules, harness.On(stage).Delay(by))
	}
	return []harness.Option{harness.WithRules(rules...)}
}

func rounded(d time.Duration) time.Duration {
	if d > time.Minute {
		return d.Round(time.Second)
	}
	return d.Round(10 * time.Millisecond)
}
