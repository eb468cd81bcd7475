package mutant

import (
	"context"

	"github.com/smtpspec/smtpspec/harness/record"
)

var mailMutants = []Mutant{
	{Name: "mails-again-without-parameters", Breaks: []string{"mail-555-retry"}, Text: "It sends MAIL again without parameters where 555 refused them.",
		Around: func(ctx context.Context, job Job, send sendFunc) error {
			err := send(ctx, job)
			if CodeOf(err) == 555 && job.Helo == "" {
				job.Helo = plainly
				return send(ctx, job)
			}
			return err
		},
		In: func(d *Dialogue, reply string) string {
			if d.Stage() == record.EHLO && d.Job().Helo == plainly {
				return Withdraw(Withdraw(reply, "SIZE"), "8BITMIME")
			}
			return reply
		}},
}

// plainly is the name for EHLO of a second try without extensions.
const plainly = "plain.example"
