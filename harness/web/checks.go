package web

import (
	"slices"

	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
	"github.com/smtpspec/smtpspec/harness/web/api"
	"github.com/smtpspec/smtpspec/harness/web/htmlsupport"
)

// What a broken rule takes from the score of a message, which begins at 100.
// Rules count once, however often they are broken.
const (
	costOfFailure = 20 // the rule binds: MUST, SECURITY, DERIVED
	costOfWarning = 5  // SHOULD, INTEROP
)

// checks are what the rules say of a message and of the session that brought it.
type checks struct {
	Score    int  // 0 to 100
	Failures int  // rules that bind and are broken
	Warnings int  // other ones
	Notes    int  // of those that only tell something
	Passed   int  // rules that nothing breaks
	Session  bool // its record was judged too
	Levels   []level
}

// level is one of them, with the rules of it that are broken.
type level struct {
	rfc.Level
	Broken []broken
}

// broken is a rule with what breaks it.
type broken struct {
	lint.Rule
	Found []found
}

// found is what breaks a rule in one place.
type found struct {
	api.Finding
	Shown string // the octets, escaped
}

// levels are in the order in which they are shown.
var levels = []rfc.Level{rfc.SECURITY, rfc.MUST, rfc.DERIVED, rfc.SHOULD, rfc.INTEROP, rfc.MAY, rfc.INFO}

// checksOf judges a message, and its session if that was kept.
func checksOf(m *api.Opened, in *api.Conversation) checks {
	if in == nil || in.Record == nil {
		return judge(m.View.Findings, false)
	}
	return judge(slices.Concat(m.View.Findings, in.View.Findings), true)
}

// judge sorts findings by level and rule, and counts what the rules say that
// were asked.
func judge(findings []api.Finding, session bool) checks {
	by := map[string][]found{}
	for _, f := range findings {
		by[f.ID] = append(by[f.ID], found{f, record.Escape(f.Octets)})
	}
	c := checks{Score: 100, Session: session}
	for _, l := range levels {
		here := level{Level: l}
		for _, rule := range lint.Rules() {
			if rule.Level != l || rule.Message == nil && !session {
				continue
			}
			if by[rule.ID] == nil {
				c.Passed++
				continue
			}
			here.Broken = append(here.Broken, broken{rule, by[rule.ID]})
			c.count(here.Group())
		}
		if here.Broken != nil {
			c.Levels = append(c.Levels, here)
		}
	}
	c.Score = max(0, c.Score)
	return c
}

func (c *checks) count(group string) {
	switch group {
	case "failure":
		c.Failures++
		c.Score -= costOfFailure
	case "warning":
		c.Warnings++
		c.Score -= costOfWarning
	default:
		c.Notes++
	}
}

// Group is how a level counts: "failure", "warning" or "remark".
func (l level) Group() string {
	switch {
	case l.Binds():
		return "failure"
	case l.Level == rfc.SHOULD || l.Level == rfc.INTEROP:
		return "warning"
	}
	return "remark"
}

// Group is the worst that was found: that of a level, or "good".
func (c checks) Group() string {
	switch {
	case c.Failures > 0:
		return "failure"
	case c.Warnings > 0:
		return "warning"
	}
	return "good"
}

// Broken is how many rules are.
func (c checks) Broken() int { return c.Failures + c.Warnings + c.Notes }

// Clients is what mail clients make of the HTML.
func (m *reading) Clients() htmlsupport.Report { return htmlsupport.Judge(m.Parsed.HTML()) }
