package catalog

import (
	"slices"
	"strings"

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
			s.Judge = connected(s.Judge)
		}
	}
	return all
}

// once asks a judge if one of these commands came. Where none did, nothing can
// be said of the client but that it told an untruth.
func once(verbs []string, then judge) judge {
	return func(c *conform.Case) conform.Verdict {
		if _, came := c.First(verbs...); came {
			return then(c)
		}
		return unreached(c, "no "+strings.Join(verbs, " or ")+" came")
	}
}

// connected asks a judge if there was a session at all.
func connected(then judge) judge {
	return func(c *conform.Case) conform.Verdict {
		if c.Session() != nil {
			return then(c)
		}
		return unreached(c, "it never connected")
	}
}

func unreached(c *conform.Case, why string) conform.Verdict {
	if c.Truth() == conform.FalseSuccess {
		return c.Fail("reported success, but %s", why)
	}
	return c.Inconclusive("%s; it reported %s", why, c.Told())
}

// mayPass fails a client that gives mail up for good which could be sent later,
// RFC 5321 §4.2.1, unless its caller is told the code and can know better.
func mayPass(code int) judge {
	return func(c *conform.Case) conform.Verdict {
		if c.Outcome.Class == conform.Perm && !c.Outcome.Reports(code) {
			return c.Breach("what may pass was reported as %s", c.Told())
		}
		return c.Pass("it is not given up for good")
	}
}

// noParameters fails where MAIL or RCPT has any parameter.
func noParameters(c *conform.Case) conform.Verdict {
	for _, said := range c.Said("MAIL", "RCPT") {
		if p, ok := said.Path(); ok && len(p.Parameter) > 0 {
			return c.Breach("%s had the parameter %s, which was not offered", said.Verb, shown(p.Parameter[0])).At(c.Mark(said))
		}
	}
	return c.Pass("no parameter was sent")
}

// delivered is conform.Delivered with words of what it shows.
func delivered(shows string) judge {
	return func(c *conform.Case) conform.Verdict {
		v := conform.Delivered(c)
		if v.Word == conform.Pass {
			v.Text = shows
		}
		return v
	}
}

// deliveredOr passes if the client delivered the job and said so, and asks the
// judge otherwise.
func deliveredOr(shows string, otherwise judge) judge {
	return func(c *conform.Case) conform.Verdict {
		if v := conform.Delivered(c); v.Word == conform.Pass {
			return c.Pass("%s", shows)
		}
		return otherwise(c)
	}
}

// warnIf warns where one of these commands came, whatever the level.
func warnIf(text string, verbs ...string) judge {
	return func(c *conform.Case) conform.Verdict {
		if said, came := c.First(verbs...); came {
			return c.Warn("%s", text).At(c.Mark(said))
		}
		return c.Pass("no %s came", verbs[0])
	}
}

// hellos returns the commands that begin a session.
func hellos(c *conform.Case) []conform.Said { return c.Said("EHLO", "HELO", "LHLO") }

// underHELO returns the commands with these verbs that came when the last
// greeting of their session was HELO.
func underHELO(c *conform.Case, verbs ...string) []conform.Said {
	var list []conform.Said
	greeted := map[int]string{}
	for said := range c.All() {
		if said.Verb == "EHLO" || said.Verb == "HELO" {
			greeted[said.Session.ID] = said.Verb
		}
		if greeted[said.Session.ID] == "HELO" && slices.Contains(verbs, said.Verb) {
			list = append(list, said)
		}
	}
	return list
}
