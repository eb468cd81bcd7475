package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/conform/catalog"
	"github.com/smtpspec/smtpspec/harness/hint"
)

// replay serves the scripted server of one scenario.
type replay struct {
	addr  string
	caOut string
	unit  time.Duration
	json  bool
}

func newReplay() *replay { return &replay{unit: 2 * time.Second} }

func (r *replay) about() about {
	return about{
		name:     "replay",
		summary:  "Serves the scripted server of one scenario, so that a client can be debugged against it",
		args:     "SCENARIO",
		examples: []string{"smtpspec replay rcpt-one-550-middle", "smtpspec replay --smtp 127.0.0.1:2525 tls-inject-reply"},
	}
}

func (r *replay) define(s *settings.Set) {
	s.String(&r.addr, "smtp", "ADDR", "address to listen on; else any free port")
	s.String(&r.caOut, "ca-out", "FILE", "write the CA to trust, as PEM")
	s.Duration(&r.unit, "unit", "TIME", "T, the unit of the script's delays")
	s.Bool(&r.json, "json", "print one JSON object a line: the job, and each session")
}

func (r *replay) run(ctx context.Context, a *App, args []string) error {
	script, err := scriptOf(args)
	if err != nil {
		return err
	}
	srv, job, err := conform.Replay(ctx, script, r.addr, r.unit)
	if err != nil {
		return err
	}
	one := &serve{caOut: r.caOut}
	if err := one.writeCA(srv); err != nil {
		srv.Close()
		return err
	}
	form, err := json.Marshal(job)
	if err != nil {
		return err
	}
	if r.json {
		fmt.Fprintf(a.Stdout, "{\"event\":\"listening\",\"smtp\":%q,\"script\":%q,\"job\":%s}\n", srv.Addr(), script.ID, form)
	} else {
		fmt.Fprintf(a.Stdout, "%s\nlistening on %s; the job that goes with it:\n%s\n", script.Text, srv.Addr(), form)
	}
	done := make(chan struct{})
	show, cancel := context.WithCancel(ctx)
	go func() {
		defer close(done)
		r.showSessions(show, a, srv)
	}()
	a.stopped(ctx)
	err = a.drain(srv, slog.New(slog.DiscardHandler))
	cancel()
	<-done
	return err
}

// showSessions prints each session at its end.
func (r *replay) showSessions(ctx context.Context, a *App, srv *harness.Server) {
	for n := 1; ; n++ {
		_, err := srv.WaitForSessions(ctx, n)
		ended := 0
		for _, s := range srv.Sessions() {
			if s.End == harness.StillOpen {
				continue
			}
			if ended++; ended == n {
				r.showSession(a, s)
			}
		}
		if err != nil {
			return
		}
	}
}

func (r *replay) showSession(a *App, s *harness.Session) {
	if !r.json {
		fmt.Fprintln(a.Stdout, s.Transcript())
		return
	}
	if form, err := json.Marshal(s); err == nil {
		fmt.Fprintf(a.Stdout, "{\"event\":\"session\",\"session\":%s}\n", form)
	}
}

func scriptOf(args []string) (*conform.Script, error) {
	if len(args) != 1 {
		return nil, &settings.Fault{Text: "replay takes the ID of one scenario", Try: "smtpspec scenarios"}
	}
	s, ok := catalog.ByID(args[0])
	if !ok {
		return nil, unknownScenario(args[0])
	}
	if len(s.Scripts) == 0 {
		return nil, &settings.Fault{Text: fmt.Sprintf("%s looks at all other scenarios and has no server of its own", s.ID), Try: "smtpspec scenarios"}
	}
	return s.Scripts[0], nil
}

func unknownScenario(id string) error {
	var ids []string
	for _, s := range catalog.All() {
		ids = append(ids, s.ID)
	}
	text := fmt.Sprintf("there is no scenario %q", id)
	if near := hint.Nearest(id, ids); near != "" {
		return &settings.Fault{Text: text + "; did you mean " + near + "?", Try: "smtpspec replay " + near}
	}
	return &settings.Fault{Text: text, Try: "smtpspec scenarios"}
}
