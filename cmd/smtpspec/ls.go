package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
	"github.com/smtpspec/smtpspec/harness/web/api"
)

// ls lists what a daemon has.
type ls struct {
	daemonClient
	limit int
}

func newLs() *ls { return &ls{daemonClient: newDaemonClient(), limit: 50} }

func (l *ls) about() about {
	return about{
		name:    "ls",
		summary: "Lists the messages of a daemon that a query finds, the newest first",
		args:    "[QUERY]",
		examples: []string{
			"smtpspec ls",
			"smtpspec ls from:shop has:attachment",
			"smtpspec ls --json --limit 1000 is:unread",
		},
	}
}

func (l *ls) define(set *settings.Set) {
	l.daemonClient.define(set)
	set.Int(&l.limit, 1, "limit", "N", "at most so many")
}

func (l *ls) run(ctx context.Context, a *App, args []string) error {
	c, err := l.client()
	if err != nil {
		return err
	}
	after := ""
	for left := l.limit; left > 0; {
		var page api.List[api.Summary]
		query := l.values("q", strings.Join(args, " "), "limit", strconv.Itoa(min(left, 500)), "after", after)
		if err := c.Get(ctx, "/api/messages", query, &page); err != nil {
			return l.told(err)
		}
		if err := writeSummaries(a.Stdout, page.Items, l.json); err != nil {
			return err
		}
		if after = page.Next; after == "" {
			break
		}
		left -= len(page.Items)
	}
	return nil
}

func writeSummaries(w io.Writer, list []api.Summary, asJSON bool) error {
	var b bytes.Buffer
	for _, s := range list {
		if asJSON {
			b.Write(jsonLine(s))
		} else {
			b.WriteString(summaryText(s) + "\n")
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// summaryText writes: 01J… 2026-11-02T10:00:00Z "Сайн уу" from <a@b> to <c@d>, 75 octets.
func summaryText(s api.Summary) string {
	at, _, _ := strings.Cut(s.At, ".")
	text := fmt.Sprintf(`%s %sZ "%s" from <%s> to %s, %s`, shown(s.ID, 26), shown(at, 19), shown(s.Subject, 200), shown(s.EnvelopeFrom, 320),
		shownRecipients(s.EnvelopeTo), counted(s.Size, "octet"))
	if s.Run != "" {
		text += ", run " + shown(s.Run, 64)
	}
	return text
}
