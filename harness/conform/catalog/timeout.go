package catalog

import (
	"slices"
	"time"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

var timeoutGroup = &conform.Group{Name: "timeout", Title: "Time-outs",
	Effect: "One server that says nothing keeps the client, its connection and whoever waits for it, for ever.",
	Fix:    "Set a deadline for each reply, from the command to the reply's end, and for each block of the message.",
}

// step is a command with the time that RFC 5321 §4.5.3.2 has a client wait for
// its reply.
type step struct {
	name    string
	stage   record.Stage
	verbs   []string // nil where there is no command before the reply
	section string   // "" where the RFC names no time of its own
	minimum time.Duration
}

var steps = []step{
	{"greeting", harness.CONNECT, nil, "§4.5.3.2.1", 5 * time.Minute},
	{"ehlo", harness.EHLO, []string{"EHLO", "HELO"}, "", 5 * time.Minute},
	{"mail", harness.MAIL, []string{"MAIL"}, "§4.5.3.2.2", 5 * time.Minute},
	{"rcpt", harness.RCPT, []string{"RCPT"}, "§4.5.3.2.3", 5 * time.Minute},
	{"data", harness.DATA, []string{"DATA"}, "§4.5.3.2.4", 2 * time.Minute},
	{"final", harness.BODY, []string{"BODY"}, "§4.5.3.2.6", 10 * time.Minute},
}

// reached is at for a step that need not begin with a command.
func (s step) reached(judge func(*conform.Case) conform.Verdict) func(*conform.Case) conform.Verdict {
	if s.verbs == nil {
		return judge
	}
	return at(judge, s.verbs...)
}

var needTimeout = []conform.Need{conform.NeedTimeout}

const givesUpExpect = "passes: a failure within 1.5 T that is not permanent; warns: later, or the failure is permanent; fails: it does not end, or success"

var timeout = slices.Concat(timeoutSteps(), timeoutFurther)

// silent never answers at a stage.
func silent(stage record.Stage) *conform.Script {
	return &conform.Script{Text: "says nothing at " + string(stage) + ", and keeps the connection", Rules: []harness.Rule{harness.On(stage).Stall()}}
}

// silentAtMail is shared by what is asked of the time-out itself.
var silentAtMail = silent(harness.MAIL)

func timeoutSteps() []*conform.Scenario {
	var all []*conform.Scenario
	for _, s := range steps {
		script, place, level := silent(s.stage), "5321 §4.5.3.2 "+s.section, rfc.SHOULD
		if s.section == "" {
			level = rfc.INTEROP
		}
		if s.name == "mail" {
			script = silentAtMail
		}
		all = append(all, of(timeoutGroup,
			scenario{ID: "timeout-" + s.name, Tier: 1, Title: "A time-out exists: " + s.name, Level: rfc.MUST, RFC: place,
				Expect: givesUpExpect, Needs: needTimeout, Script: script, Judge: s.reached(givesUp)},
			scenario{ID: "timeout-min-" + s.name, Tier: 2, Title: "The time-out is not below the minimum: " + s.name, Level: level, RFC: place,
				Expect: "passes: delivered; warns: gave up earlier than the RFC has it, with its own settings",
				Effect: "A server that is busy, or makes unknown clients wait, is never sent mail.",
				Fix:    "Keep the times of RFC 5321 §4.5.3.2 where nothing else is asked for.",
				Needs:  []conform.Need{conform.NeedSlow}, Script: nearly(s), Judge: s.reached(patient)})...)
	}
	return all
}

// nearly answers at a step when nine tenths of the minimum have passed. The
// client is left to its own time-outs.
func nearly(s step) *conform.Script {
	wait := s.minimum * 9 / 10
	return &conform.Script{Text: "answers at " + string(s.stage) + " after " + wait.String() + ", to a client with its own time-outs",
		Options: func(conform.Env) []harness.Option { return late(wait, s.stage) },
		Ask:     func(_ conform.Env, j *record.Job) { j.Timeout = 0 },
		Guard:   func(e conform.Env) time.Duration { return wait + time.Minute + 4*e.Profile.Startup },
	}
}

// waited returns how long the client waited for the first reply that never
// came, at most over all sessions: until it said something else or hung up.
func waited(run *conform.Trial) (time.Duration, bool) {
	longest, found := time.Duration(0), false
	for _, s := range run.Sessions {
		if wait, ok := waitedIn(s); ok {
			longest, found = max(longest, wait), true
		}
	}
	return longest, found
}

func waitedIn(s *record.Session) (time.Duration, bool) {
	if s.Greeting.Code == 0 {
		return nextAt(s, 0)
	}
	for i := range s.Commands {
		if c := &s.Commands[i]; c.Reply.Code == 0 && c.Reply.Raw == "" {
			next, ok := nextAt(s, i+1)
			return next - c.At, ok
		}
	}
	return 0, false
}

// nextAt is when command i, counted from 0, came, or else the client's end: one
// that the server made tells nothing.
func nextAt(s *record.Session, i int) (time.Duration, bool) {
	if i < len(s.Commands) {
		return s.Commands[i].At, true
	}
	return s.Lasted, s.End != record.EndServerClosed && s.End != record.StillOpen
}

// patienceOf is how long a client may take to give up: half as long again as it
// was told, and a second to be done with it.
func patienceOf(run *conform.Trial) time.Duration {
	return time.Duration(run.Job.Timeout*1.5*float64(time.Second)) + time.Second
}

// givesUp wants a temporary failure, in time.
func givesUp(c *conform.Case) conform.Verdict {
	if wait, ok := waited(c.Trial); ok {
		return inTime(c, wait)
	}
	return gaveUpInAll(c)
}

func inTime(c *conform.Case, wait time.Duration) conform.Verdict {
	v := c.Reported(conform.Temp, 0)
	switch {
	case v.Word != conform.Pass && v.Word != conform.Info:
		return v
	case wait > patienceOf(c.Trial):
		return c.Warn("it gave up after %v, and was told to after %v", rounded(wait), c.Unit)
	}
	return c.Pass("it gave up after %v: %s", rounded(wait), c.Told())
}
