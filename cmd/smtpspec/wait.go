package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/remote"
	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
	"github.com/smtpspec/smtpspec/harness/web/api"
)

// wait waits for mail at a daemon.
type wait struct {
	daemonClient
	n       int
	timeout time.Duration
	after   string
}

func newWait() *wait { return &wait{daemonClient: newDaemonClient(), n: 1, timeout: 30 * time.Second} }

func (w *wait) about() about {
	return about{
		name:    "wait",
		summary: "Waits until a daemon has messages that a query finds",
		args:    "QUERY",
		examples: []string{
			"smtpspec wait to:bat@example.com subject:Захиалга",
			"smtpspec wait --run ci42 --n 3 --timeout 1m ''",
			"smtpspec wait --json to:bat@example.com",
		},
		notes: `A message that is there already counts. Exit code 1 says that the time was over,
and standard error what came instead.
`,
	}
}

func (w *wait) define(set *settings.Set) {
	w.daemonClient.define(set)
	set.Int(&w.n, 1, "n", "N", "how many messages to wait for")
	set.Duration(&w.timeout, "timeout", "TIME", "how long to wait")
	set.String(&w.after, "after", "CURSOR", "only for what came behind that place, the cursor of an earlier answer")
}

func (w *wait) run(ctx context.Context, a *App, args []string) error {
	c, err := w.client()
	if err != nil {
		return err
	}
	var got api.Waited
	err = c.Get(ctx, "/api/wait", w.values("q", strings.Join(args, " "), "n", strconv.Itoa(w.n), "timeout", w.timeout.String(), "after", w.after), &got)
	var refused *remote.Refused
	if errors.As(err, &refused) && refused.Status == http.StatusRequestTimeout {
		return w.inVain(refused)
	}
	if err != nil {
		return w.told(err)
	}
	return writeSummaries(a.Stdout, got.Items, w.json)
}

// inVain says what came instead.
func (w *wait) inVain(refused *remote.Refused) error {
	var came struct {
		Instead []api.Summary `json:"instead"`
	}
	json.Unmarshal(refused.Body, &came) // what cannot be read is left out
	text := refused.Detail
	for _, s := range came.Instead {
		text += "; there was " + summaryText(s)
	}
	return &exit{code: exitFindings, text: text}
}
