// Package catalog has the scenarios that SMTP clients are checked with. A file
// is a stage of the session; All is the explicit list, in session order.
package catalog

import (
	"slices"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

//go:generate go run ./internal/pages ../../../docs

// All returns every scenario, in the order of a session.
func All() []*conform.Scenario {
	return slices.Concat(greet, ehlo, ehloOffers, env, envInjection, mail, rcpt, data, final, reply, timeout, drop, shut421,
		pipe, size, eightBits, utf8s, bdat, dsn, auth, tls, itls, quit, reuse, retry, report, lint, lintMIME, hostile, lmtp, rtls)
}

// ByID returns the scenario with that ID.
func ByID(id string) (*conform.Scenario, bool) {
	for _, s := range All() {
		if s.ID == id {
			return s, true
		}
	}
	return nil, false
}

// Script returns the script with that ID, that of the first scenario that uses
// it.
func Script(id string) (*conform.Script, bool) {
	for _, s := range All() {
		for _, script := range s.Scripts {
			if script.ID == id {
				return script, true
			}
		}
	}
	return nil, false
}

// scenario is one line of the catalogue: what cannot differ is filled in by
// of.
type scenario struct {
	ID, Title   string
	Tier        int
	Level       rfc.Level
	RFC         string // as rfc.Cites reads it
	Expect      string
	Effect, Fix string
	Needs       []conform.Need
	Script      *conform.Script // given the scenario's ID if it has none
	Scripts     []*conform.Script
	Judge       func(*conform.Case) conform.Verdict
	Overall     func(*conform.Report) conform.Verdict
}

// of makes the scenarios of a group.
func of(g *conform.Group, list ...scenario) []*conform.Scenario {
	var all []*conform.Scenario
	for _, s := range list {
		scripts := s.Scripts
		if s.Script != nil {
			scripts = append([]*conform.Script{s.Script}, scripts...)
		}
		for _, script := range scripts {
			if script.ID == "" {
				script.ID = s.ID
			}
		}
		all = append(all, &conform.Scenario{ID: s.ID, Group: g, Tier: s.Tier, Title: s.Title, Level: s.Level, Cites: rfc.Cites(s.RFC),
			Expect: s.Expect, Effect: s.Effect, Fix: s.Fix, Needs: s.Needs, Scripts: scripts, Judge: s.Judge, Overall: s.Overall})
	}
	return all
}

// withID names a script that several scenarios share, or that is one of several:
// it must not depend on which of them is made first.
func withID(id string, s *conform.Script) *conform.Script {
	s.ID = id
	return s
}

// baseline is a good server without any extension. Many scenarios share its
// run.
var baseline = &conform.Script{ID: "baseline", Text: "a good server without any extension"}

// answeredAt is a server whose every reply at a stage is this one.
func answeredAt(stage record.Stage, code int, text string) *conform.Script {
	return &conform.Script{Text: string(stage) + " is answered " + record.NewReply(code, text).String(),
		Rules: []harness.Rule{harness.On(stage).Reply(code, text)}}
}
