package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/api"
)

// tabs of a message, in their order. A message without HTML has no such tab.
var tabs = []string{"html", "text", "source", "headers", "parts", "session", "checks"}

// reading is a message that is shown.
type reading struct {
	*api.Opened
	Scope string // of the URLs around it
	Tab   string
	Tabs  []string
	Talk  *conversation // behind the tab of the session; nil if it is not there
}

// latest leads to the newest message that the search finds.
func (s *Site) latest(w http.ResponseWriter, r *request) error {
	list, err := s.api.Messages(r.Context(), api.Search{Q: r.q, Run: r.run, Limit: 1})
	if err != nil {
		return err
	}
	to := "/" + r.scope()
	if len(list.Items) > 0 {
		to = "/view/" + list.Items[0].ID + r.scope()
	}
	http.Redirect(w, r.Request, to, http.StatusFound)
	return nil
}

// view shows a message, beside the list that it was found in.
func (s *Site) view(w http.ResponseWriter, r *request) error {
	if to := rawForm(r); to != "" {
		http.Redirect(w, r.Request, to, http.StatusFound)
		return nil
	}
	m, err := s.reading(r)
	if err != nil {
		return err
	}
	if r.partial() {
		return s.write(w, r, http.StatusOK, "message", m)
	}
	box, status, err := s.mailbox(r)
	if err != nil {
		return err
	}
	box.Message, box.List.Open = m, m.View.ID
	return s.write(w, r, status, "mailbox", box)
}

// rawForm is the URL of the API for what Mailpit has at /view/ID.html, .txt and
// .raw; "" for other URLs.
func rawForm(r *request) string {
	id, ending, _ := strings.Cut(r.PathValue("id"), ".")
	form := map[string]string{"html": "/html", "txt": "/text", "raw": "/raw"}[ending]
	if _, err := store.ParseID(id); err != nil && id != "latest" || form == "" {
		return ""
	}
	if id == "latest" {
		form += r.scope()
	}
	return "/api/messages/" + id + form
}

func (s *Site) reading(r *request) (*reading, error) {
	id, err := store.ParseID(r.PathValue("id"))
	if err != nil {
		return nil, store.ErrNotFound
	}
	o, err := s.api.Open(r.Context(), id, r.run)
	if err != nil {
		return nil, err
	}
	m := &reading{Opened: o, Scope: r.scope(), Tabs: tabs}
	if o.View.HTML == "" {
		m.Tabs = tabs[1:]
	}
	m.Tab = m.Tabs[0]
	if tab := r.param("tab"); slices.Contains(m.Tabs, tab) {
		m.Tab = tab
	}
	if m.Tab == "session" {
		m.Talk, err = s.behind(r, o)
	}
	return m, err
}

// URL is that of one of the tabs.
func (m *reading) URL(tab string) string {
	sep := "?"
	if m.Scope != "" {
		sep = m.Scope + "&"
	}
	return "/view/" + m.View.ID + sep + "tab=" + tab
}
