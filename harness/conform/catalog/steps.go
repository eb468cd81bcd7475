package catalog

import (
	"slices"
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

// inClear finds one of these verbs outside TLS.
func inClear(c *conform.Case, verbs ...string) (conform.Said, bool) {
	for _, said := range c.Said(verbs...) {
		if t := said.Session.TLS; t == nil || t.At > said.At {
			return said, true
		}
	}
	return conform.Said{}, false
}

// unsigned finds MAIL in a session that had not signed in.
func unsigned(c *conform.Case) (conform.Said, bool) {
	for _, said := range c.Said("MAIL") {
		if !slices.ContainsFunc(said.Session.Auth, func(a record.AuthAttempt) bool { return a.OK }) {
			return said, true
		}
	}
	return conform.Said{}, false
}

// neverInClear fails a client that sends mail outside TLS.
func neverInClear(c *conform.Case) conform.Verdict {
	if said, ok := inClear(c, "MAIL"); ok {
		return c.Breach("MAIL was sent in the clear, though TLS was asked for").At(c.Mark(said))
	}
	return c.Pass("nothing was sent in the clear")
}

// neverUnsigned fails a client that sends mail without having signed in.
func neverUnsigned(c *conform.Case) conform.Verdict {
	if said, ok := unsigned(c); ok {
		return c.Breach("MAIL was sent without signing in").At(c.Mark(said))
	}
	return c.Pass("nothing was sent without signing in")
}

func rounded(d time.Duration) time.Duration {
	if d > time.Minute {
		return d.Round(time.Second)
	}
	return d.Round(10 * time.Millisecond)
}
