package main

import (
	"encoding/json"
	"strconv"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/record"
)

// jsonReporter writes for a program: one object a line.
type jsonReporter struct{}

type listeningEvent struct {
	Event string `json:"event"`
	SMTP  string `json:"smtp"`
	SMTPS string `json:"smtps"`
	LMTP  string `json:"lmtp"`
	HTTP  string `json:"http"`
	CA    string `json:"ca"`
}

func (jsonReporter) listening(l listening) []byte {
	return jsonLine(listeningEvent{Event: "listening", SMTP: l.smtp, SMTPS: l.smtps, LMTP: l.lmtp, HTTP: l.http, CA: l.ca})
}

type messageEvent struct {
	Event    string         `json:"event"`
	ID       string         `json:"id"`
	Session  int            `json:"session"`
	Envelope envelopeOfLine `json:"envelope"`
	Size     int            `json:"size"`
	Subject  string         `json:"subject"`
}

// envelopeOfLine is the part of an envelope's JSON form that a line has. It
// stays raw: an address need not be UTF-8, and the record knows how to say so.
type envelopeOfLine struct {
	From json.RawMessage `json:"from"`
	To   json.RawMessage `json:"to"`
}

func (jsonReporter) message(m *harness.Message) []byte {
	e := messageEvent{Event: "message", ID: messageID(m.Message), Session: m.Session, Size: m.Size(), Subject: subjectOf(m)}
	whole, err := json.Marshal(m.Envelope)
	if err == nil {
		err = json.Unmarshal(whole, &e.Envelope)
	}
	if err != nil {
		return jsonError(err)
	}
	return jsonLine(e)
}

// messageID is the name under which the store has a message, or its number.
func messageID(m *record.Message) string {
	if m.Key != "" {
		return m.Key
	}
	return strconv.Itoa(m.ID)
}

// session writes the JSON form of the record, with the IDs of its messages in
// place of the messages.
func (jsonReporter) session(s *harness.Session) []byte {
	ids := make([]string, len(s.Messages))
	for i, m := range s.Messages {
		ids[i] = messageID(m)
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return jsonError(err)
	}
	b, err := json.Marshal(s.Without(0))
	if err != nil {
		return jsonError(err)
	}
	line := append([]byte(`{"event":"session",`), b[1:len(b)-1]...)
	line = append(line, `,"messages":`...)
	return lineOf(append(append(line, list...), '}'))
}

// caught is said by the log: each line of standard output is an event of the
// server.
func (jsonReporter) caught(messages, sessions int64) []byte { return nil }
