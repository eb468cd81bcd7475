package api

import (
	"encoding/json"
	"net/http"

	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

func (a *API) listSessions(w http.ResponseWriter, r *request) error {
	limit, err := r.number("limit", store.DefaultLimit, 1, store.MaxLimit)
	if err != nil {
		return err
	}
	list, err := a.Sessions(r.Context(), SessionSearch{Show: r.params.Get("show"), Run: r.run(), After: r.params.Get("after"), Limit: limit})
	if err != nil {
		return err
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

func (a *API) getSession(w http.ResponseWriter, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	o, err := a.Session(r.Context(), id, r.run())
	if err != nil {
		return err
	}
	o.View.Record = json.RawMessage("{}")
	if o.Record != nil {
		if o.View.Record, err = json.Marshal(o.Record); err != nil {
			return err
		}
	}
	return reply(w, http.StatusOK, o.View)
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
	id, err := r.id()
	if err != nil {
		return err
	}
	_, said, err := a.said(r.Context(), id, r.run())
	if err != nil {
		return err
	}
	if said == nil {
		return store.ErrNotFound
	}
	return writePlain(w, http.StatusOK, said.Transcript())
}
