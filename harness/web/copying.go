package web

import (
	"net/http"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/web/api"
	"github.com/smtpspec/smtpspec/harness/web/snippet"
)

// copying is what can be copied from a message or a session.
type copying struct {
	frame
	Back     string
	Snippets []snippetView
}

// snippetView is one text to copy.
type snippetView struct {
	Name string // "go", "curl", "rule"
	Text string
}

// testOfMessage answers with what can be copied from a message.
func (s *Site) testOfMessage(w http.ResponseWriter, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	o, err := s.api.Open(r.Context(), id, r.run)
	if err != nil {
		return err
	}
	return s.writeSnippets(w, r, "/view/"+o.View.ID+r.scope(), snippet.Seen{Message: messageSeen(o), Session: clientSeen(o.View.Client)})
}

// testOfSession answers with what can be copied from a session.
func (s *Site) testOfSession(w http.ResponseWriter, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	o, err := s.api.Session(r.Context(), id, r.run)
	if err != nil {
		return err
	}
	return s.writeSnippets(w, r, "/sessions/"+o.View.ID+r.sessionScope(), snippet.Seen{Session: o.Record})
}

func messageSeen(o *api.Opened) *snippet.Message {
	m := &snippet.Message{ID: o.View.ID, Envelope: o.Record.Envelope, Raw: o.Record.Raw(), Subject: o.View.Subject, Text: o.View.Text}
	if len(o.View.From) == 1 {
		m.From = o.View.From[0].Address
	}
	for _, file := range o.View.Files {
		m.Files = append(m.Files, file.Name)
	}
	return m
}

// clientSeen is what a message knows of its session.
func clientSeen(c api.Client) *record.Session {
	s := &record.Session{}
	if c.TLS != "" {
		s.TLS = &record.TLS{Version: c.TLS}
	}
	if c.Auth != "" {
		s.Auth = []record.AuthAttempt{{Mechanism: c.Mechanism, Username: c.Auth, OK: true}}
	}
	return s
}

func (s *Site) writeSnippets(w http.ResponseWriter, r *request, back string, seen snippet.Seen) error {
	seen.Server, seen.Run = "http://"+r.Host, r.run
	if r.TLS != nil {
		seen.Server = "https://" + r.Host
	}
	out := copying{frame: s.frame(r), Back: back}
	for _, v := range []snippetView{{"go", snippet.Go(seen)}, {"curl", snippet.Curl(seen)}, {"rule", snippet.Rule(seen)}} {
		if v.Text != "" {
			out.Snippets = append(out.Snippets, v)
		}
	}
	if r.partial() {
		return s.write(w, r, http.StatusOK, "snippets", out)
	}
	return s.write(w, r, http.StatusOK, "copying", out)
}

// Test is the URL of what can be copied from a message.
func (m *reading) Test() string { return "/view/" + m.View.ID + "/test" + m.Scope }
