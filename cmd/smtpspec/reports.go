package main

import (
	"io"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/message"
)

// reporter writes what happens on a server in one form. What it returns is
// whole lines; nothing is written for an empty one.
type reporter interface {
	listening(listening) []byte
	message(*harness.Message) []byte
	session(*harness.Session) []byte
	caught(messages, sessions int64) []byte
}

// reports is standard output while a server runs. Messages and sessions are
// reported from the goroutines of their sessions; what they say waits until
// begin, so that the line of the addresses is the first.
type reports struct {
	form  reporter
	log   *slog.Logger
	begun chan struct{}

	messages, sessions atomic.Int64

	mu   sync.Mutex // guards what follows
	w    io.Writer
	gone bool // w failed, nothing is written any more
}

func newReports(w io.Writer, log *slog.Logger, form reporter) *reports {
	return &reports{form: form, log: log, begun: make(chan struct{}), w: w}
}

func (r *reports) listening(l listening) {
	r.log.Info("listening", "smtp", l.smtp, "smtps", l.smtps, "lmtp", l.lmtp, "ca", l.ca)
	r.write(r.form.listening(l))
}

func (r *reports) begin() { close(r.begun) }

func (r *reports) message(m *harness.Message) {
	<-r.begun
	r.messages.Add(1)
	r.write(r.form.message(m))
}

// subjectOf returns the subject of a message. Of a large one only the beginning
// is looked at, so that it need not be in one piece for that.
func subjectOf(m *harness.Message) string {
	const far = 1 << 20
	if m.Size() <= far {
		return m.Subject()
	}
	return message.Parse(m.Prefix(far)).Subject()
}

func (r *reports) session(s *harness.Session) {
	<-r.begun
	r.sessions.Add(1)
	r.write(r.form.session(s))
}

// caught says what came in all.
func (r *reports) caught() {
	messages, sessions := r.messages.Load(), r.sessions.Load()
	r.log.Info("caught", "messages", messages, "sessions", sessions)
	r.write(r.form.caught(messages, sessions))
}

// write keeps the server alive when its reader is gone.
func (r *reports) write(lines []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.gone || len(lines) == 0 {
		return
	}
	if _, err := r.w.Write(lines); err != nil {
		r.gone = true
		r.log.Warn("standard output is gone, serving goes on", "error", err.Error())
	}
}
