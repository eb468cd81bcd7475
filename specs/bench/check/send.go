package main

import (
	"context"
	"net/mail"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/sender"
)

// send does a job with package sender. A message that is refused keeps none of
// those behind it; the first error is the outcome.
func send(ctx context.Context, job conform.Job) (first error) {
	mailer := &sender.Mailer{Addr: job.Addr, Options: options(&job)}
	defer mailer.Close()
	for i := range job.Messages {
		if err := carry(ctx, mailer, &job, i); err != nil && first == nil {
			first = err
		}
	}
	return first
}

func carry(ctx context.Context, mailer *sender.Mailer, job *conform.Job, i int) error {
	msg, err := octets(job, &job.Messages[i])
	if err != nil {
		return err
	}
	_, err = mailer.Send(ctx, envelope(job, i), msg)
	return err
}

func options(job *conform.Job) sender.Options {
	o := sender.Options{TLSConfig: job.TLS, Hello: job.Helo, LMTP: job.LMTP, Timeout: job.Wait(), Dialer: job.Dial}
	switch job.Security {
	case record.SecurityTLS:
		o.Security = sender.ImplicitTLS
	case record.SecurityStartTLS:
		o.Security = sender.STARTTLS
	case record.SecurityNone:
		o.Security = sender.Plain
	}
	if job.User != "" {
		o.Auth = credentials(job)
	}
	return o
}

func credentials(job *conform.Job) *sender.Auth {
	a := &sender.Auth{Username: job.User, Password: job.Pass}
	switch job.Mechanism {
	case "":
		return a
	case "OAUTHBEARER", "XOAUTH2":
		a.Password, a.Token = "", job.Pass
	}
	a.Mechanisms = []string{job.Mechanism}
	return a
}

func envelope(job *conform.Job, i int) sender.Envelope {
	env := sender.Envelope{From: job.From, To: sender.To(job.Recipients(i)...)}
	env.Options.RequireTLS = job.RequireTLS
	if d := job.DSN; d != nil {
		env.Options.Return, env.Options.EnvelopeID = d.Return, d.ID
		for n := range env.To {
			env.To[n].Options.Notify = d.Notify
		}
	}
	return env
}

// octets composes a message that is not given whole, from nobody but the
// sender of the envelope.
func octets(job *conform.Job, d *record.Draft) ([]byte, error) {
	if !d.Composed() {
		return d.Raw, nil
	}
	m := sender.Message{From: []mail.Address{{Address: job.From}}, To: visible(d.To, job.Rcpts), Cc: visible(d.Cc, nil),
		Subject: d.Subject, Text: d.Text, HTML: d.HTML}
	for _, f := range d.Headers {
		m.Header = append(m.Header, sender.Field{Name: f[0], Value: f[1]})
	}
	for _, a := range d.Attachments {
		m.Attachments = append(m.Attachments, sender.Attachment{Name: a.Name, ContentType: a.Type, Content: a.Data})
	}
	return m.Bytes()
}

// visible are the addresses of a header, in its absence those of the envelope.
func visible(header string, envelope []string) (list []mail.Address) {
	parsed, err := mail.ParseAddressList(header)
	if err == nil {
		for _, a := range parsed {
			list = append(list, *a)
		}
		return list
	}
	for _, a := range envelope {
		list = append(list, mail.Address{Address: a})
	}
	return list
}
