package mutant

import (
	"context"
	"fmt"
	"slices"

	"github.com/smtpspec/smtpspec/sender"
)

// Send is the honest client. It sends all messages of the job over one session
// and says truly what became of them: nil only if the server took every message
// for every recipient. The error has the methods SMTP and Temporary, is a
// *sender.SendError or *Failures, or, where the client cannot do what is asked,
// matches ErrUnsupported.
func Send(ctx context.Context, job Job) error { return reference{}.send(ctx, job) }

// reference is the honest client with the places where a mutant comes in.
type reference struct {
	options func(*sender.Options)           // changes them before a session is opened
	message func(job *Job, m []byte) []byte // changes a message before it is sent
	turn    func(i int)                     // is told which message is next
}

func (r reference) send(ctx context.Context, job Job) error {
	opts, err := options(&job)
	if err != nil {
		return err
	}
	if r.options != nil {
		r.options(opts)
	}
	m := &sender.Mailer{Addr: address(&job), Options: *opts}
	defer m.Close()
	errs := make([]error, len(job.Messages))
	for i := range job.Messages {
		errs[i] = r.one(ctx, m, &job, i)
		if errs[i] != nil && m.Session() == nil {
			for k := i + 1; k < len(errs); k++ {
				errs[k] = errs[i]
			}
			break
		}
	}
	return failures(errs)
}

// one sends message i.
func (r reference) one(ctx context.Context, m *sender.Mailer, job *Job, i int) error {
	if r.turn != nil {
		r.turn(i)
	}
	msg, err := octets(job, i)
	if err != nil {
		return fmt.Errorf("message %d: %w", i+1, err)
	}
	if r.message != nil {
		msg = r.message(job, msg)
	}
	_, err = m.Send(ctx, envelope(job, i), msg)
	return err
}

// envelope returns whom message i is from and for, with the reports that the
// job asks for. Recipients of Bcc are added where the job does not name them.
func envelope(job *Job, i int) sender.Envelope {
	env := sender.Envelope{From: job.From}
	env.Options.RequireTLS = job.RequireTLS
	var notify sender.RcptOptions
	if job.DSN != nil {
		env.Options.Return, env.Options.EnvelopeID = job.DSN.Return, job.DSN.ID
		notify.Notify = job.DSN.Notify
	}
	for _, to := range recipients(job, i) {
		if job.DSN != nil {
			notify.OriginalRecipient = to
		}
		env.To = append(env.To, sender.Recipient{Address: to, Options: notify})
	}
	return env
}

func recipients(job *Job, i int) []string {
	to := slices.Clone(job.Recipients(i))
	hidden, _ := mailboxes(job.Messages[i].Bcc)
	for _, a := range hidden {
		if !slices.Contains(to, a.Address) {
			to = append(to, a.Address)
		}
	}
	return to
}
