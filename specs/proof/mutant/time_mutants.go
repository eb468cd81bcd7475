package mutant

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/sender"
)

type sendFunc = func(context.Context, Job) error

var timeMutants = []Mutant{
	{Name: "hangs-on-silence", Breaks: []string{"timeout-greeting", "timeout-ehlo", "timeout-mail", "timeout-rcpt", "timeout-data", "timeout-final", "timeout-quit", "timeout-auth", "timeout-starttls", "timeout-data-block", "reply-cr-only"}, Text: "It has no time-outs.", Conn: patient},
	{Name: "gives-up-early", Breaks: []string{"timeout-min-greeting", "timeout-min-ehlo", "timeout-min-mail", "timeout-min-rcpt", "timeout-min-data", "timeout-min-final"}, Text: "It waits half a minute where RFC 5321 has minutes.",
		Options: func(o *sender.Options) {
			if o.Timeout == 0 {
				o.Timeout = 30 * time.Second
			}
		}},
	{Name: "one-timer-for-all", Breaks: []string{"timeout-per-command", "data-slow-reader"}, Text: "Its time-out is for the whole job.",
		Around: func(ctx context.Context, job Job, send sendFunc) error {
			if job.Timeout == 0 {
				return send(ctx, job)
			}
			ctx, cancel := context.WithTimeout(ctx, time.Duration(job.Timeout*float64(time.Second)))
			defer cancel()
			return send(ctx, job)
		}},
	{Name: "timer-starts-anew", Breaks: []string{"timeout-drip"}, Text: "Each octet gives the server the whole time again.", Conn: restarting},
	{Name: "timeout-not-configurable", Breaks: []string{"timeout-configurable"}, Text: "It does not look at the time-out that it is given.",
		Job: func(j *Job) { j.Timeout = 0 }},
	{Name: "connects-patiently", Breaks: []string{"timeout-connect"}, Text: "Its time-out does not hold for the attempt to connect.",
		Around: func(ctx context.Context, job Job, send sendFunc) error {
			dial := job.Dial
			if dial == nil {
				dial = new(net.Dialer).DialContext
			}
			job.Dial = func(_ context.Context, network, addr string) (net.Conn, error) { return dial(ctx, network, addr) }
			return send(ctx, job)
		}},
	{Name: "silence-is-success", Text: "It takes a time-out for success.",
		Around: func(ctx context.Context, job Job, send sendFunc) error {
			err := send(ctx, job)
			var t interface{ Timeout() bool }
			if errors.As(err, &t) && t.Timeout() {
				return nil
			}
			return err
		}},
	{Name: "retries-at-once", Breaks: []string{"retry-no-immediate"}, Text: "It sends again at once upon 4yz.",
		Around: func(ctx context.Context, job Job, send sendFunc) error {
			err := send(ctx, job)
			if CodeOf(err)/100 == 4 {
				return send(ctx, job)
			}
			return err
		}},
	{Name: "retries-refused", Breaks: []string{"retry-5yz-none"}, Text: "It sends again at once upon 5yz.",
		Around: func(ctx context.Context, job Job, send sendFunc) error {
			err := send(ctx, job)
			if CodeOf(err)/100 == 5 {
				return send(ctx, job)
			}
			return err
		}},
	{Name: "resends-when-in-doubt", Breaks: []string{"retry-no-dup"}, Text: "It sends again when the final reply was lost.",
		Around: func(ctx context.Context, job Job, send sendFunc) error {
			err := send(ctx, job)
			if CodeOf(err) == 0 && Temporary(err) {
				return send(ctx, job)
			}
			return err
		}},
	{Name: "sends-twice", Breaks: []string{"ehlo-only-domain"}, Text: "It sends every message two times.",
		Around: func(ctx context.Context, job Job, send sendFunc) error {
			if err := send(ctx, job); err != nil {
				return err
			}
			return send(ctx, job)
		}},
	{Name: "lost-final-is-success", Breaks: []string{"final-drop"}, Text: "It takes a connection that is lost after the message for success.",
		Report: func(d *Dialogue, err error) error {
			if CodeOf(err) == 0 && Temporary(err) && d.Stage() == record.BODY {
				return nil
			}
			return err
		}},
}
