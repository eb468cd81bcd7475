package main

import (
	"context"
	"net/mail"
	"time"

	"github.com/smtpspec/smtpspec/sender"
)

// send sends one message, given as flags or as a file.
type send struct {
	path    string
	server  string
	options sender.Options

	caFile    string
	insecure  bool
	user      string
	password  string // the file of --password-file
	mechanism []string
	plaintext bool

	from        mail.Address
	null        bool // --from '<>'
	to, cc, bcc []mail.Address

	subject, text, html string
	attach              []string
	header              []sender.Field

	json, verbose bool
}

func newSend() *send {
	return &send{
		path:   pathSendMail,
		server: "127.0.0.1:1025",
		from:   mail.Address{Address: "smtpspec@localhost"},
	}
}

func (s *send) about() about {
	return about{
		name:    "send",
		summary: "Sends a message, and says what became of it for each recipient",
		args:    "[MESSAGE.eml | -]",
		examples: []string{
			"smtpspec send --to bat@example.mn",
			"smtpspec send --to bat@example.mn --subject 'Сайн уу' --text 'Сайн байна уу?' --attach report.pdf -v",
			"smtpspec send --server mx.example.com:587 --tls starttls --user ann --to bat@example.mn message.eml",
			"smtpspec send --server localhost:1465 --tls implicit --ca ca.pem --to bat@example.mn --json",
		},
		notes: sendNotes,
	}
}

const sendNotes = `Without MESSAGE.eml a message is composed; without --text, --html and --attach it
is a test message. With it the header of the file says nothing of who gets it.

A password comes from --password-file, from SMTPSPEC_PASSWORD or from a prompt,
and goes out inside TLS only.

Exit codes: 0 the server took the message for everybody, 1 not, for good, 2
wrong use, 75 not for now: the same may succeed later.
`

func (s *send) run(ctx context.Context, a *App, args []string) error {
	ctx, cancel := a.interruptible(ctx)
	defer cancel()
	if err := s.check(args); err != nil {
		return err
	}
	env, msg, err := s.message(a, args)
	if err != nil {
		return err
	}
	if err := s.session(ctx, a, args); err != nil {
		return err
	}
	out := newOutcomes(a, s.json, s.verbose)
	s.options.Trace = out.trace
	result, err := paths[s.path](ctx, s.server, &s.options, env, msg)
	verdict := s.verdict(err)
	return out.result(result, verdict)
}

// interruptible returns a context that the first signal ends.
func (a *App) interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-a.Signals:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// milliseconds is how times are written.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
