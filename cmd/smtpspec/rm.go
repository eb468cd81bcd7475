package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
)

// rm deletes messages of a daemon.
type rm struct {
	daemonClient
	all bool
	ids []string
}

func newRm() *rm { return &rm{daemonClient: newDaemonClient()} }

func (r *rm) about() about {
	return about{
		name:    "rm",
		summary: "Deletes the messages of a daemon that a query finds",
		args:    "QUERY",
		examples: []string{
			"smtpspec rm to:bat@example.com before:7d",
			"smtpspec rm --id 01KAR2ZV6M3J4E9Q0H1T5B7C8D",
			"smtpspec rm --run ci42 --all",
		},
		notes: `Pinned messages that it finds go too. An empty query deletes nothing: --all says it.
`,
	}
}

func (r *rm) define(set *settings.Set) {
	r.daemonClient.define(set)
	set.Bool(&r.all, "all", "all messages")
	set.Many(func(v string) error { r.ids = append(r.ids, v); return nil }, "id", "ID", "this message; may be repeated")
}

func (r *rm) run(ctx context.Context, a *App, args []string) error {
	body, err := r.which(strings.TrimSpace(strings.Join(args, " ")))
	if err != nil {
		return err
	}
	c, err := r.client()
	if err != nil {
		return err
	}
	var answer struct {
		Deleted int `json:"deleted"`
	}
	if err := c.Delete(ctx, "/api/messages", r.values(), body, &answer); err != nil {
		return r.told(err)
	}
	if r.json {
		_, err = a.Stdout.Write(jsonLine(answer))
	} else {
		_, err = fmt.Fprintf(a.Stdout, "%s deleted\n", counted(answer.Deleted, "message"))
	}
	return err
}

// which says what to delete, in exactly one way.
func (r *rm) which(query string) (any, error) {
	switch {
	case query != "" && !r.all && r.ids == nil:
		return map[string]string{"q": query}, nil
	case query == "" && r.all && r.ids == nil:
		return map[string]bool{"all": true}, nil
	case query == "" && !r.all && r.ids != nil:
		return map[string][]string{"ids": r.ids}, nil
	}
	return nil, &settings.Fault{Text: "rm needs one of a query, --id and --all", Try: "smtpspec rm to:bat@example.com"}
}
