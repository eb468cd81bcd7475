package catalog

import (
	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var greetGroup = &conform.Group{Name: "greet", Title: "The greeting",
	Effect: "The client cannot talk to servers that greet in this way, or talks to something that is no mail server.",
	Fix:    "Read the greeting as a reply: its code decides, lines that go on with a hyphen belong to it.",
}

// greeted554 is shared by what is asked of a client that is turned away.
var greeted554 = &conform.Script{ID: "greet-554", Text: "554 5.3.2 no service here; every later command but QUIT gets 503", Rules: []harness.Rule{
	harness.On(harness.ANY).Reply(503, "5.5.1 No service here"),
	harness.On(harness.CONNECT).Reply(554, "5.3.2 no service here"),
	harness.On(harness.QUIT).Reply(221, "2.0.0 bye"),
}}

var greet = of(greetGroup,
	scenario{ID: "greet-baseline", Tier: 1, Title: "Plain single-line greeting", Level: rfc.MUST, RFC: "5321 §3.1 §4.2",
		Expect: "passes: delivered; fails: anything else. Every other verdict rests on this one.",
		Script: baseline, Judge: conform.Delivered},
	scenario{ID: "greet-554", Tier: 1, Title: "Server refuses service", Level: rfc.DERIVED, RFC: "5321 §3.1 §4.2.1",
		Expect: "passes: a permanent failure that tells 554, no MAIL; warns: the code is not told; fails: success, or MAIL sent",
		Script: greeted554,
		Judge:  conform.Each(never("MAIL"), conform.Refused(conform.Perm, 554))},
)

// never fails where one of these verbs was sent.
func never(verbs ...string) func(*conform.Case) conform.Verdict {
	return func(c *conform.Case) conform.Verdict {
		if said, ok := c.First(verbs...); ok {
			return c.Breach("%s was sent", said.Verb).At(c.Mark(said))
		}
		return c.Pass("no %s was sent", verbs[0])
	}
}
