package catalog

import (
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
)

// attempt is one AUTH exchange as it was recorded. Scripts about AUTH record
// secrets, so that its lines are what was sent.
type attempt struct {
	conform.Said                // the AUTH command
	Mechanism    string         // in upper case
	Initial      string         // the initial response as sent, "" without one
	Responses    []conform.Said // the lines behind a 334
}

// last returns the line that ended the exchange.
func (a attempt) last() conform.Said {
	if n := len(a.Responses); n > 0 {
		return a.Responses[n-1]
	}
	return a.Said
}

func (a attempt) succeeded() bool { return a.last().Reply.Positive() }

// attempts returns all AUTH exchanges of the run.
func attempts(c *conform.Case) []attempt {
	var all []attempt
	for said := range c.All() {
		switch n := len(all); {
		case said.Verb == "AUTH":
			a := attempt{Said: said}
			// More than one space before the name is a fault of its own, not another name.
			a.Mechanism, a.Initial, _ = strings.Cut(strings.TrimLeft(said.Arg, " "), " ")
			a.Mechanism = strings.ToUpper(a.Mechanism)
			all = append(all, a)
		case said.Verb == "" && n > 0 && all[n-1].Session == said.Session:
			all[n-1].Responses = append(all[n-1].Responses, said)
		}
	}
	return all
}

// mailUnsigned returns the first MAIL of a session in which nobody has signed in.
func mailUnsigned(c *conform.Case) (conform.Said, bool) {
	tries := attempts(c)
	for _, mail := range c.Said("MAIL") {
		if !slices.ContainsFunc(tries, func(a attempt) bool {
			return a.Session == mail.Session && a.Index < mail.Index && a.succeeded()
		}) {
			return mail, true
		}
	}
	return conform.Said{}, false
}

// neverUnsigned fails a client that sends mail without having signed in.
func neverUnsigned(c *conform.Case) conform.Verdict {
	if mail, bad := mailUnsigned(c); bad {
		return c.Breach("MAIL was sent without having signed in").At(c.Mark(mail))
	}
	return c.Pass("no MAIL without having signed in")
}

// tried asks the judge about runs in which the client began to sign in.
func tried(judge judge) judge {
	return func(c *conform.Case) conform.Verdict {
		if len(attempts(c)) == 0 {
			return c.Inconclusive("it did not begin to sign in: %s", c.Told())
		}
		return judge(c)
	}
}

// choosing asks the judge about the first exchange with one mechanism. To a client
// that does not choose it the scenario does not apply.
func choosing(mechanism string, judge func(*conform.Case, attempt) conform.Verdict) judge {
	return func(c *conform.Case) conform.Verdict {
		for _, a := range attempts(c) {
			if strings.HasPrefix(a.Mechanism, mechanism) {
				return judge(c, a)
			}
		}
		if !slices.ContainsFunc(c.Profile.Mechanisms, func(m string) bool { return strings.HasPrefix(m, mechanism) }) {
			return c.NotApplicable("the client does not know %s", mechanism)
		}
		return c.NotApplicable("the client did not choose %s: %s", mechanism, c.Told())
	}
}

// sentSignedIn passes if no message was sent without signing in, and the client
// then delivered or said that it could not.
func sentSignedIn(c *conform.Case) conform.Verdict {
	if v := neverUnsigned(c); v.Word != conform.Pass {
		return v
	}
	if c.Outcome.Class == conform.OK {
		return conform.Delivered(c)
	}
	return c.Reported("", 0)
}

// onlyMechanisms fails where another mechanism was asked for, or the password
// was said outside of those.
func onlyMechanisms(offered ...string) judge {
	return func(c *conform.Case) conform.Verdict {
		for _, a := range attempts(c) {
			if !slices.Contains(offered, a.Mechanism) {
				return c.Breach("AUTH %s was sent, which was not offered", record.Escape(a.Mechanism)).At(c.Mark(a.Said))
			}
		}
		return c.Pass("no mechanism but what was offered")
	}
}

// hidden fails where the password was said.
func hidden(c *conform.Case) conform.Verdict {
	if said, bad := passwordSaid(c, anywhere); bad {
		return c.Breach("the password was sent").At(c.Mark(said))
	}
	return c.Pass("the password was not sent")
}
