package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/api"
	"github.com/smtpspec/smtpspec/harness/web/dialogue"
)

// conversation is a session that is shown.
type conversation struct {
	*api.Conversation
	Dialogue   *dialogue.Dialogue // nil if the record was not kept
	Why        why
	Transcript string // "" if it is too long to stand in a page
	Scope      string // of the URLs of sessions
	Message    string // ID of the message that it is shown with; "" for none
}

// maxTranscript is how much of a transcript stands in a page, in octets.
const maxTranscript = 200_000

// conversationPage is a session on a page of its own.
type conversationPage struct {
	frame
	*conversation
}

// session shows one session.
func (s *Site) session(w http.ResponseWriter, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	o, err := s.api.Session(r.Context(), id, r.run)
	if err != nil {
		return err
	}
	if !r.wantsHTML() {
		http.Redirect(w, r.Request, "/api/sessions/"+string(id)+"/transcript"+r.sessionScope(), http.StatusFound)
		return nil
	}
	return s.write(w, r, http.StatusOK, "session", conversationPage{s.frame(r), conversationOf(r, o, nil)})
}

// conversationOf lays a session out, around a message if one is given.
func conversationOf(r *request, o *api.Conversation, m *api.Opened) *conversation {
	c := &conversation{Conversation: o, Scope: r.sessionScope()}
	if o.Record == nil {
		return c
	}
	var own [2]int
	if m != nil {
		c.Message, own = m.View.ID, commandsOf(o, m)
	}
	c.Dialogue = dialogue.Of(o.Record, o.Findings, own)
	c.Why = whyOf(r.words, o, c.Dialogue.Refusal)
	if text := o.Record.Transcript(); len(text) <= maxTranscript {
		c.Transcript = text
	}
	return c
}

// behind is the session that a message came in; nil while it is open, and if it
// is not kept any more.
func (s *Site) behind(r *request, m *api.Opened) (*api.Conversation, error) {
	o, err := s.api.Session(r.Context(), store.ID(m.View.Session), "")
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return o, err
}

// commandsOf returns the first and the last command of a message, from 1: it is
// told by the reply that took it, or else by its place among the others.
func commandsOf(o *api.Conversation, m *api.Opened) [2]int {
	commands := o.Record.Commands
	last := slices.IndexFunc(commands, func(c record.Command) bool { return tookMessage(c, m.View.ID) })
	for i, nth := 0, slices.Index(o.View.Messages, m.View.ID); last < 0 && i < len(commands); i++ {
		if commands[i].Stage() != record.BODY || commands[i].Reply.Code >= 300 {
			continue
		}
		if nth--; nth < 0 {
			last = i
		}
	}
	for first := last; first >= 0; first-- {
		if commands[first].Verb == "MAIL" {
			return [2]int{first + 1, last + 1}
		}
	}
	return [2]int{}
}

func tookMessage(c record.Command, id string) bool {
	says := func(r record.Reply) bool { return strings.Contains(r.Text(), "queued as "+id) }
	return says(c.Reply) || slices.ContainsFunc(c.More, says)
}

// Test is the URL of what can be copied from a session.
func (c *conversation) Test() string { return "/sessions/" + c.View.ID + "/test" + c.Scope }
