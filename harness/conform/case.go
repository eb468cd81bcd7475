package conform

import (
	"iter"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Case is what a Judge looks at: the runs of a scenario's scripts, and nothing
// else.
type Case struct {
	*Trial   // that of the first script
	Scenario *Scenario
	Profile  *Profile
	Trials   []*Trial // one for each script, in their order
}

// On returns the case with the run of its nth script, counted from 0, as the
// Trial.
func (c *Case) On(n int) *Case {
	other := *c
	other.Trial = c.Trials[n]
	return &other
}

// ---- verdicts

// Pass, Warn, Fail, Info, NotApplicable and Inconclusive are verdicts by name.
func (c *Case) Pass(format string, args ...any) Verdict { return verdictf(Pass, format, args) }

// Warn: see Pass.
func (c *Case) Warn(format string, args ...any) Verdict { return verdictf(Warn, format, args) }

// Fail: see Pass. Where the scenario's level does not bind, only a hang, a crash
// or an untruth may fail; Breach knows.
func (c *Case) Fail(format string, args ...any) Verdict { return verdictf(Fail, format, args) }

// Info names the branch that a client took where several are allowed.
func (c *Case) Info(format string, args ...any) Verdict { return verdictf(Info, format, args) }

// NotApplicable: see Pass.
func (c *Case) NotApplicable(format string, args ...any) Verdict {
	return verdictf(NotApplicable, format, args)
}

// Inconclusive: see Pass.
func (c *Case) Inconclusive(format string, args ...any) Verdict {
	return verdictf(Inconclusive, format, args)
}

// Breach is a failure where the scenario's level binds and a warning where it
// does not.
func (c *Case) Breach(format string, args ...any) Verdict {
	if c.Scenario.Level.Binds() {
		return verdictf(Fail, format, args)
	}
	return verdictf(Warn, format, args)
}

// ---- what was said

// Said is one command with where it stands.
type Said struct {
	record.Command
	Session *record.Session
	Index   int // in Commands, from 1
}

// Mark points at the command.
func (c *Case) Mark(said Said) Mark {
	return Mark{Script: c.Script, Session: said.Session.ID, Command: said.Index, Octets: record.Clip(said.Line, 200)}
}

// All yields every command of the run, bounces left out.
func (c *Case) All() iter.Seq[Said] {
	return func(yield func(Said) bool) {
		for _, s := range c.Own() {
			bounces := c.bounces(s)
			for i, command := range s.Commands {
				if !bounces[i] && !yield(Said{command, s, i + 1}) {
					return
				}
			}
		}
	}
}

// Own returns the sessions of the job, without those in which a client sends
// nothing but bounces of its own.
func (c *Case) Own() []*record.Session {
	var own []*record.Session
	for _, s := range c.Sessions {
		if !c.onlyBounces(s) {
			own = append(own, s)
		}
	}
	return own
}

// Said returns the commands with one of these verbs, in order.
func (c *Case) Said(verbs ...string) []Said {
	var list []Said
	for said := range c.All() {
		if slices.Contains(verbs, said.Verb) {
			list = append(list, said)
		}
	}
	return list
}

// First returns the first command with one of these verbs.
func (c *Case) First(verbs ...string) (Said, bool) {
	for said := range c.All() {
		if slices.Contains(verbs, said.Verb) {
			return said, true
		}
	}
	return Said{}, false
}

// Count returns how many commands had one of these verbs.
func (c *Case) Count(verbs ...string) int { return len(c.Said(verbs...)) }

// Session returns the first session of the job, nil without one.
func (c *Case) Session() *record.Session {
	if own := c.Own(); len(own) > 0 {
		return own[0]
	}
	return nil
}

// Anomaly returns the first anomaly of one of these kinds, and its session.
func (c *Case) Anomaly(kinds ...string) (record.Anomaly, *record.Session, bool) {
	for _, s := range c.Own() {
		for _, a := range s.Anomalies {
			if slices.Contains(kinds, a.Kind) {
				return a, s, true
			}
		}
	}
	return record.Anomaly{}, nil, false
}

// Messages returns the messages that the server took, bounces left out.
func (c *Case) Messages() []*record.Message {
	var list []*record.Message
	for _, s := range c.Own() {
		for _, m := range s.Messages {
			if !c.bounce(m.Envelope.From, m.Envelope.To()) {
				list = append(list, m)
			}
		}
	}
	return list
}

// SentBody says that octets of a message were sent: more than the lone dot that
// ends a group of pipelined commands (RFC 2920 §3.1).
func (c *Case) SentBody() (Said, bool) {
	for said := range c.All() {
		if (said.Verb == "BODY" && said.Line == "" && said.Size > 0) || (said.Verb == "BDAT" && !strings.HasPrefix(said.Arg, "0")) {
			return said, true
		}
	}
	return Said{}, false
}

// Truth compares what the client said with what became of the mail.
func (c *Case) Truth() Truth { return TruthOf(c.Trial) }

// Told says in words what the client reported.
func (c *Case) Told() string {
	o := &c.Outcome
	text := string(o.Class)
	if o.Code != 0 {
		text += " " + itoa(o.Code)
	}
	if o.Class != OK && o.Text != "" {
		text += ": " + record.Escape(record.Clip(strings.TrimSpace(o.Text), 160))
	}
	return text
}
