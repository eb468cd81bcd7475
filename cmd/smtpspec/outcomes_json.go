package main

import (
	"errors"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/sender"
)

// recipientEvent is what became of the message for one recipient. What the
// server said is escaped.
type recipientEvent struct {
	Event     string `json:"event"`
	Address   string `json:"address"`
	Delivered bool   `json:"delivered"`
	Temporary bool   `json:"temporary"` // not delivered, but may be later
	Step      string `json:"step"`      // that decided
	Code      int    `json:"code"`      // of the reply that decided; 0 without one
	Enhanced  string `json:"enhanced"`
	Reply     string `json:"reply"`
	Error     string `json:"error"`
}

func recipientEventOf(r sender.RecipientResult) recipientEvent {
	e := recipientEvent{Event: "recipient", Address: r.Address, Delivered: r.Delivered, Step: string(sender.StepFinal)}
	reply := r.Final
	var cause *sender.Error
	if errors.As(r.Err, &cause) {
		reply, e.Step, e.Temporary = cause.Reply, string(cause.Step), cause.Temporary()
	}
	if r.Err != nil {
		e.Error = r.Err.Error()
	}
	if reply.Code != 0 {
		e.Code, e.Enhanced, e.Reply = reply.Code, reply.Enhanced, reply.String()
	}
	return e
}

// resultEvent is the last line.
type resultEvent struct {
	Event     string `json:"event"`
	Delivered int    `json:"delivered"`
	Failed    int    `json:"failed"`
	Exit      int    `json:"exit"`
	Error     string `json:"error"`
	Quit      string `json:"quit"` // what went wrong with QUIT, which decides nothing
}

func resultEventOf(r *sender.Result, verdict *exit) resultEvent {
	e := resultEvent{Event: "result", Delivered: len(r.Delivered()), Failed: len(r.Failed())}
	if verdict != nil {
		e.Exit, e.Error = verdict.code, verdict.text
	}
	if r.Quit != nil {
		e.Quit = record.Clip(r.Quit.Error(), 1000)
	}
	return e
}
