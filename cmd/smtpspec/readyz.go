package main

import (
	"context"
	"fmt"
	"time"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
)

// readyz asks a daemon whether it takes mail.
type readyz struct {
	daemonClient
	wait    bool
	timeout time.Duration
}

func newReadyz() *readyz { return &readyz{daemonClient: newDaemonClient(), timeout: 30 * time.Second} }

func (r *readyz) about() about {
	return about{
		name:     "readyz",
		summary:  "Asks a daemon whether it takes mail",
		examples: []string{"smtpspec readyz", "smtpspec readyz --wait --timeout 10s"},
		notes:    "Exit code 0 if it does, 1 if not.\n",
	}
}

func (r *readyz) define(set *settings.Set) {
	r.daemonClient.define(set)
	set.Bool(&r.wait, "wait", "ask until it does")
	set.Duration(&r.timeout, "timeout", "TIME", "how long to ask with --wait")
}

func (r *readyz) run(ctx context.Context, a *App, args []string) error {
	if err := noArguments(r, args); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	err := r.ask(ctx)
	for pause := 10 * time.Millisecond; err != nil && r.wait && sleep(ctx, pause); pause = min(2*pause, time.Second) {
		err = r.ask(ctx)
	}
	if err != nil {
		return &exit{code: exitFindings, text: r.told(err).Error(), try: tryOf(r.told(err))}
	}
	_, err = fmt.Fprintf(a.Stdout, "%s takes mail\n", r.url)
	return err
}

func (r *readyz) ask(ctx context.Context) error {
	c, err := r.client()
	if err != nil {
		return err
	}
	body, err := c.Open(ctx, "/readyz", nil)
	if err != nil {
		return err
	}
	return body.Close()
}

// sleep returns false if ctx is done first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
