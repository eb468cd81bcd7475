package main

import (
	"strconv"
	"time"

	"github.com/smtpspec/smtpspec/sender"
)

// steps puts the lines of a dialogue together: each command with its reply.
type steps struct {
	open []*stepEvent // commands without a whole reply, in order
}

// stepEvent is a command with its reply, or a fact such as the handshake.
type stepEvent struct {
	Event string   `json:"event"`
	Step  string   `json:"step"`
	Sent  string   `json:"sent"` // "" for the greeting
	Code  int      `json:"code"` // 0 without a reply
	Reply []string `json:"reply"`
	At    float64  `json:"at"`   // ms since the beginning
	Took  float64  `json:"took"` // ms until the reply was whole
	TLS   bool     `json:"tls"`

	began time.Duration
}

// add takes the next line and returns the step that it completes, or nil.
func (s *steps) add(e sender.Event, at time.Duration) *stepEvent {
	switch e.Dir {
	case "C":
		s.begin(e, at).Sent = e.Line
		return nil
	case "S":
		return s.answer(e, at)
	}
	fact := newStep(e, at)
	fact.Reply = []string{e.Line}
	return fact
}

func newStep(e sender.Event, at time.Duration) *stepEvent {
	return &stepEvent{Event: "step", Step: string(e.Step), At: milliseconds(at), TLS: e.Secure, Reply: []string{}, began: at}
}

func (s *steps) begin(e sender.Event, at time.Duration) *stepEvent {
	step := newStep(e, at)
	s.open = append(s.open, step)
	return step
}

// answer adds a line of a reply to the oldest open command. A reply to nothing
// is the greeting.
func (s *steps) answer(e sender.Event, at time.Duration) *stepEvent {
	if len(s.open) == 0 {
		s.begin(e, at)
	}
	step := s.open[0]
	step.Reply = append(step.Reply, e.Line)
	if len(e.Line) > 3 && e.Line[3] == '-' {
		return nil
	}
	if code, err := strconv.Atoi(e.Line[:min(3, len(e.Line))]); err == nil {
		step.Code = code
	}
	step.Took = milliseconds(at - step.began)
	s.open = s.open[1:]
	return step
}
