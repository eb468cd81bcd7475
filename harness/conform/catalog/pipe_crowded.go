package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
)

// crowded has more to say than fits between client and server, in both
// directions: the server does not read on while nobody reads its replies.
var crowded = &conform.Script{ID: "pipe-deadlock", Text: "PIPELINING; 2000 recipients with long addresses, and long replies to each",
	Offer: pipelining, Ask: askCrowd,
	Rules: []harness.Rule{harness.On(harness.RCPT).Reply(250, slices.Repeat([]string{"2.1.5 " + strings.Repeat("yes ", 100)}, 5)...)},
	Options: func(conform.Env) []harness.Option {
		limits := harness.DefaultLimits()
		limits.Recipients, limits.Record = 3000, 16<<20
		return []harness.Option{harness.WithLimits(limits), harness.Narrow()} // or kernels hold what nobody reads
	},
}

func askCrowd(_ conform.Env, j *record.Job) {
	j.Rcpts = nil
	domain := strings.Repeat("a-long-name-for-a-host.", 10) + "example.net"
	for i := range 2000 {
		j.Rcpts = append(j.Rcpts, fmt.Sprintf("r%d@%s", i+1, domain))
	}
}

// notStuck passes if the client came through; a hang is found before.
func notStuck(c *conform.Case) conform.Verdict {
	switch {
	case c.Outcome.Class == conform.OK || c.Outcome.Class == conform.Queued:
		return conform.Delivered(c)
	case c.Count("RCPT") < 2:
		return c.Inconclusive("the client did not come to its recipients: %s", c.Told())
	case c.Truth() == conform.FalseFailure:
		return c.Fail("reported %s, but the message was accepted", c.Told())
	}
	return c.Breach("the session came to a standstill: %s", c.Told())
}
