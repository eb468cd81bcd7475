package web

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/api"
)

// sessionList is a page of sessions.
type sessionList struct {
	*api.List[api.Session]
	Now   time.Time
	Show  string // "" = all
	Scope string // of the URLs of sessions
	More  string // URL of the next rows; "" at the end
}

// sessionsPage is the list of sessions.
type sessionsPage struct {
	frame
	List  sessionList
	Kinds []string // that there are, "" first
}

// sessions shows the list of sessions.
func (s *Site) sessions(w http.ResponseWriter, r *request) error {
	list, err := s.sessionList(r, api.SessionSearch{})
	if err != nil {
		return err
	}
	if !r.wantsHTML() {
		return writeSessions(w, list)
	}
	page := sessionsPage{frame: s.frame(r), List: *list, Kinds: []string{""}}
	for _, kind := range store.Shows() {
		page.Kinds = append(page.Kinds, string(kind))
	}
	return s.write(w, r, http.StatusOK, "sessions", page)
}

func (s *Site) sessionList(r *request, search api.SessionSearch) (*sessionList, error) {
	search.Run, search.Show = r.run, r.param("show")
	if !slices.Contains(store.Shows(), store.Show(search.Show)) {
		search.Show = ""
	}
	list, err := s.api.Sessions(r.Context(), search)
	if err != nil {
		return nil, err
	}
	out := &sessionList{List: list, Now: s.now(), Show: search.Show, Scope: r.sessionScope()}
	if list.Next != "" {
		out.More = "/ui/sessions" + r.sessionScope("show", search.Show, "after", list.Next)
	}
	return out, nil
}

// sessionRows answers with the rows behind those that are there.
func (s *Site) sessionRows(w http.ResponseWriter, r *request) error {
	list, err := s.sessionList(r, api.SessionSearch{After: r.param("after")})
	if err != nil {
		return err
	}
	return s.write(w, r, http.StatusOK, "session-rows", list)
}

// sessionNews answers with the rows of what came behind a cursor. With more than
// fit, the page is told to begin anew.
func (s *Site) sessionNews(w http.ResponseWriter, r *request) error {
	list, err := s.sessionList(r, api.SessionSearch{Since: r.param("since")})
	if err != nil {
		return err
	}
	w.Header().Set("X-Cursor", list.Cursor)
	if list.Next != "" {
		w.Header().Set("X-More", "true")
	}
	list.More = ""
	return s.write(w, r, http.StatusOK, "session-rows", list)
}

// URL is that of the sessions of a kind.
func (p sessionsPage) URL(kind string) string {
	return withParams("/sessions", "show", kind, "run", p.Run)
}

// sort of a session is what its row looks like.
func sortOf(s api.Session) string {
	end := record.End(s.End)
	switch {
	case slices.ContainsFunc(s.Codes, func(code int) bool { return code >= 400 }):
		return "refused"
	case end != record.EndQuit && end != record.EndRefused:
		return "aborted"
	}
	return "good"
}

// writeSessions is the list for a terminal: when, its ID, the client, how it
// ended, its codes.
func writeSessions(w http.ResponseWriter, list *sessionList) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	var b strings.Builder
	for _, s := range list.Items {
		fmt.Fprintf(&b, "%s  %s  %s  %s  %v  %s\n", s.Started, s.ID, s.Client.Remote, record.Escape(s.Client.Hello), s.Codes, s.End)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
