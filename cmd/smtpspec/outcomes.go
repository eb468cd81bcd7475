package main

import (
	"fmt"
	"time"

	"github.com/smtpspec/smtpspec/sender"
)

// outcomes says how a message fares: the dialogue while it goes on, and what
// became of it for each recipient.
type outcomes struct {
	app     *App
	json    bool
	verbose bool
	began   time.Time
	steps   steps
}

func newOutcomes(a *App, json, verbose bool) *outcomes {
	return &outcomes{app: a, json: json, verbose: verbose, began: time.Now()}
}

// trace gets each line of the dialogue. The lines are escaped already.
func (o *outcomes) trace(e sender.Event) {
	at := e.Time.Sub(o.began)
	if o.verbose {
		mark := e.Dir + ":"
		if e.Dir == "*" {
			mark = "--"
		}
		fmt.Fprintf(o.app.Stderr, "%10s  %s %s\n", fmt.Sprintf("+%.1fms", milliseconds(at)), mark, e.Line)
	}
	if done := o.steps.add(e, at); o.json && done != nil {
		o.app.Stdout.Write(jsonLine(done))
	}
}

// result says what became of the message. It returns the verdict as an error.
func (o *outcomes) result(r *sender.Result, verdict *exit) error {
	for _, unanswered := range o.steps.open {
		if o.json {
			o.app.Stdout.Write(jsonLine(unanswered))
		}
	}
	for _, rcpt := range r.Recipients {
		if o.json {
			o.app.Stdout.Write(jsonLine(recipientEventOf(rcpt)))
		} else if rcpt.Delivered {
			fmt.Fprintf(o.app.Stdout, "delivered to <%s>: %s\n", shown(rcpt.Address, 320), rcpt.Final)
		}
	}
	if o.json {
		o.app.Stdout.Write(jsonLine(resultEventOf(r, verdict)))
	}
	if verdict == nil {
		return nil
	}
	return verdict
}
