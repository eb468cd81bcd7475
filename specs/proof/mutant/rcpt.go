package mutant

import (
	"context"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

var rcptMutants = []Mutant{
	{Name: "follows-551", Breaks: []string{"rcpt-551", "sec-redirect"}, Text: "It sends to the address that a 551 names.",
		Around: func(ctx context.Context, job Job, send sendFunc) error {
			err := send(ctx, job)
			if CodeOf(err) == 551 {
				_, rest, _ := strings.Cut(err.Error(), "try <")
				to, _, named := strings.Cut(rest, ">")
				if job.Rcpts = []string{to}; named {
					return send(ctx, job)
				}
			}
			return err
		}},
	{Name: "takes-354-for-success", Breaks: []string{"rcpt-354"}, Text: "It takes 354 to RCPT for success.",
		In: replies(record.RCPT, func(reply string) string {
			if Class(reply) == 3 {
				return Recode(reply, "250")
			}
			return reply
		})},
	{Name: "collapses-recipients", Breaks: []string{"rcpt-mixed-45", "rcpt-one-450-last"}, Text: "It reports all recipients that were refused as its first refusal.",
		Report: claim(func(_ *Dialogue, c *Claim) {
			for to := range c.Recipients {
				c.Recipients[to] = &Claim{Text: "refused"}
			}
			c.Text, _, _ = strings.Cut(c.Text, ";")
		})},
	{Name: "loses-those-over-the-limit", Breaks: []string{"rcpt-limit-ext", "rcpt-452-chunks", "rcpt-552-temp"}, Text: "It does not know LIMITS, and forgets recipients that were too many.",
		In: extensionsRead(func(reply string) string { return Withdraw(reply, "LIMITS") }),
		Report: func(_ *Dialogue, err error) error {
			if code := CodeOf(err); code == 452 || code == 552 {
				return nil
			}
			return err
		}},
}
