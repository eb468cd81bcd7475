package api

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

func (a *API) listSessions(w http.ResponseWriter, r *request) error {
	page, err := r.page()
	if err != nil {
		return err
	}
	ctx, cancel := r.look()
	defer cancel()
	info, err := a.Store.Info(ctx)
	if err != nil {
		return err
	}
	size := page.Size()
	page.Limit = min(size+1, store.MaxLimit)
	found, err := a.Store.Sessions(ctx, page)
	if err != nil {
		return err
	}
	list := List[Session]{Items: []Session{}, Total: info.Sessions, Cursor: newCursor(inOrder, info.Seq)}
	if page.Run != "" {
		list.Total = -1
	}
	for i, s := range found {
		if i < size {
			list.Items = append(list.Items, sessionOf(s))
		}
	}
	// The longest page leaves no room to look one further: its next may be empty.
	if len(found) > size || size == store.MaxLimit && len(found) == size {
		list.Next = newCursor(inList, found[size-1].Seq)
	}
	return reply(w, http.StatusOK, list)
}

func sessionOf(s *store.Session) Session {
	out := Session{
		ID: string(s.ID), Run: s.Run, Started: stamp(s.Started), Seconds: s.Lasted.Seconds(),
		Client: clientOf(s.Facts), End: string(s.End), Codes: listed(s.Codes), Messages: []string{}, Faults: s.Faults,
	}
	for _, id := range s.Messages {
		out.Messages = append(out.Messages, string(id))
	}
	return out
}

func (a *API) session(ctx context.Context, r *request) (*store.Session, error) {
	id, err := r.id()
	if err != nil {
		return nil, err
	}
	s, err := a.Store.Session(ctx, id)
	if err == nil && r.run() != "" && s.Run != r.run() {
		return nil, store.ErrNotFound
	}
	return s, err
}

func (a *API) getSession(w http.ResponseWriter, r *request) error {
	ctx, cancel := r.look()
	defer cancel()
	s, err := a.session(ctx, r)
	if err != nil {
		return err
	}
	view := SessionView{Session: sessionOf(s), Findings: []Finding{}, Record: json.RawMessage("{}")}
	if s.Record != nil {
		bare := s.Record.Examined()
		bare.Messages = nil
		if view.Record, err = json.Marshal(bare); err != nil {
			return err
		}
		view.Findings = findingsOf(judged(bare))
	}
	return reply(w, http.StatusOK, view)
}

// judged returns what a session breaks. Its messages have findings of their own.
func judged(s *record.Session) []lint.Finding {
	var all []lint.Finding
	for _, rule := range lint.Rules() {
		if rule.Session != nil {
			all = append(all, rule.Session(s)...)
		}
	}
	return all
}

func (a *API) getTranscript(w http.ResponseWriter, r *request) error {
	ctx, cancel := r.look()
	defer cancel()
	s, err := a.session(ctx, r)
	if err != nil {
		return err
	}
	if s.Record == nil {
		return store.ErrNotFound
	}
	return writePlain(w, http.StatusOK, s.Record.Transcript())
}
