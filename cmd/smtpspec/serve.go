package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/smtpspec/smtpspec/harness"
)

// serve catches mail until it is told to stop.
type serve struct {
	smtp, smtps, lmtp string
	hostname          string

	certFile, keyFile, caOut string
	noSTARTTLS, requireTLS   bool
	xclient, proxy           []string // networks

	users                               []login
	acceptAny, requireAuth, plaintext   bool
	mechanisms, withhold, advertise     []string
	rules                               []harness.Rule
	limits                              harness.Limits
	maxSessions                         int
	storing                             storing
	web                                 web
	json, transcript, secrets, jsonLogs bool
}

func newServe() *serve {
	return &serve{
		smtp:        "127.0.0.1:1025",
		hostname:    "localhost",
		limits:      harness.DefaultLimits(),
		maxSessions: 1000,
		storing:     newStoring(),
		web:         newWeb(),
	}
}

func (s *serve) about() about {
	return about{
		name:    "serve",
		summary: "Catches mail and shows what came, and how",
		examples: []string{
			"smtpspec serve",
			"smtpspec serve --smtp 127.0.0.1:0 --json",
			"smtpspec serve --smtps 127.0.0.1:1465 --ca-out ca.pem --user ann:secret",
			`smtpspec serve --rule '{"on":"RCPT","to":"bad@*","reply":"550 5.1.1 No such user"}'`,
			"smtpspec serve --rule @rules.json --transcript",
			"smtpspec serve --lmtp 127.0.0.1:1024 --advertise CHUNKING --advertise 'SIZE 1000'",
		},
		notes: serveNotes,
	}
}

const serveNotes = `A 250 means that the message is committed: by default to a file in your data
folder, on the disk. http://127.0.0.1:8025 shows it in a browser, with the session
behind each message and what broke a rule, and has the API, which "smtpspec wait",
ls, show, rm and readyz ask.

Mail of parallel test jobs is kept apart by runs: who signs in as run-NAME, writes
a field X-Run: NAME, or sends to anybody+run-NAME@anywhere, is of the run NAME.

--advertise turns on what is off otherwise: DSN, CHUNKING, BINARYMIME, DELIVERBY,
MT-PRIORITY, LIMITS and REQUIRETLS. Any other keyword is shown and does nothing.

Beside those of its default --mechanisms knows SCRAM-SHA-256 and SCRAM-SHA-1, and
each with -PLUS, OAUTHBEARER and XOAUTH2 (the token is the password of --user),
ANONYMOUS, and EXTERNAL, which lets in whoever shows any certificate at all.

Ctrl-C or SIGTERM lets open transactions end, for 5 seconds at most; a second
one does not wait. --json prints {"event":"listening",…}, then {"event":"message",…}
before each message gets its 250, and {"event":"session",…} at the end of each
session. "smtpspec rules" explains --rule.
`

func (s *serve) run(ctx context.Context, a *App, args []string) error {
	if err := noArguments(s, args); err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	log := a.logger(s.logLevel(), s.jsonLogs)
	out := newReports(a.Stdout, log, s.reporter())
	d := &node{log: log}
	if err := s.start(ctx, d, out); err != nil {
		return errors.Join(err, d.end(a))
	}
	a.stopped(ctx)
	err := d.end(a)
	out.caught()
	return err
}

func (s *serve) reporter() reporter {
	if s.json {
		return jsonReporter{}
	}
	return textReporter{transcript: s.transcript}
}

// start listens, and says so before anything that comes in is told of.
func (s *serve) start(ctx context.Context, d *node, out *reports) error {
	defer out.begin()
	if err := d.begin(ctx, s, out); err != nil {
		return err
	}
	l := s.listeningAt(d.srv)
	info, err := d.store.Info(ctx)
	if err != nil {
		return err
	}
	l.store = storeText(info)
	if d.socket != nil {
		l.http = d.socket.Addr().String()
	}
	out.listening(l)
	return nil
}

// stopped returns when the first signal comes, or ctx is done.
func (a *App) stopped(ctx context.Context) {
	select {
	case <-a.Signals:
	case <-ctx.Done():
	}
}

// drain lets open transactions end, until patience or a second signal ends it.
func (a *App) drain(srv *harness.Server, log *slog.Logger) error {
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	go func() {
		select {
		case <-a.Signals:
			cancel()
		case <-ctx.Done():
		}
	}()
	log.Info("stopping", "patience", patience.String())
	if err := srv.Shutdown(ctx); err != nil {
		return fmt.Errorf("stopping: %w", err)
	}
	return nil
}

// logLevel leaves out what standard output tells a person anyway.
func (s *serve) logLevel() slog.Level {
	if s.json || s.jsonLogs {
		return slog.LevelInfo
	}
	return slog.LevelWarn
}

// logger writes to standard error.
func (a *App) logger(level slog.Level, json bool) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if json {
		return slog.New(slog.NewJSONHandler(a.Stderr, o))
	}
	return slog.New(slog.NewTextHandler(a.Stderr, o))
}
