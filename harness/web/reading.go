package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/api"
)

// tabs of a message, in their order. A message without HTML has no such tab.
var tabs = []string{"html", "text", "source", "headers", "parts", "session", "checks"}

// choices are parameters of a message's URL and what each may be. The first
// value is what counts without one, and does not stand in the URL.
var choices = map[string][]string{
	"width":   {"desktop", "tablet", "phone"},
	"scheme":  {"light", "dark"},
	"remote":  {"", "images"},
	"headers": {"both", "decoded", "raw"},
	"all":     {"", "yes"}, // shows what is folded
}

// reading is a message that is shown.
type reading struct {
	*api.Opened
	Scope  string // of the URLs around it
	Tab    string
	Tabs   []string
	Chosen map[string]string // a value for each of choices
	Checks checks
	Talk   *conversation // behind the tab of the session; nil if it is not there
}

// latest leads to the newest message that the search finds.
func (s *Site) latest(w http.ResponseWriter, r *request) error {
	list, err := s.api.Messages(r.Context(), api.Search{Q: r.q, Run: r.run, Limit: 1})
	if err != nil {
		return err
	}
	to := "/" + r.scope()
	if len(list.Items) > 0 {
		to = "/view/" + list.Items[0].ID + r.scope(r.tab()...)
	}
	http.Redirect(w, r.Request, to, http.StatusFound)
	return nil
}

// tab is the parameter of the tab that was asked for, if there is such a one.
func (r *request) tab() []string {
	if tab := r.param("tab"); slices.Contains(tabs, tab) {
		return []string{"tab", tab}
	}
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
	id, err := r.id()
	if err != nil {
		return nil, err
	}
	o, err := s.api.Open(r.Context(), id, r.run)
	if err != nil {
		return nil, err
	}
	m := &reading{Opened: o, Scope: r.scope(), Tabs: tabs, Chosen: chosen(r)}
	if o.View.HTML == "" {
		m.Tabs = tabs[1:]
	}
	m.Tab = m.Tabs[0]
	if tab := r.param("tab"); slices.Contains(m.Tabs, tab) {
		m.Tab = tab
	}
	behind, err := s.behind(r, o)
	if err != nil {
		return nil, err
	}
	m.Checks = checksOf(o, behind)
	if m.Tab == "session" && behind != nil && (r.run == "" || behind.View.Run == r.run) {
		m.Talk = conversationOf(r, behind, o)
	}
	return m, nil
}

// chosen reads the choices of a URL. Only somebody on this page loads pictures:
// a link of a foreign page that says so does not count.
func chosen(r *request) map[string]string {
	by := map[string]string{}
	for name, values := range choices {
		by[name] = values[0]
		if v := r.param(name); slices.Contains(values, v) {
			by[name] = v
		}
	}
	if from := r.Header.Get("Sec-Fetch-Site"); from != "" && from != "same-origin" {
		by["remote"] = ""
	}
	return by
}

// URL is that of one of the tabs.
func (m *reading) URL(tab string) string { return m.at(tab, m.Chosen) }

// With is the URL of this tab with another choice.
func (m *reading) With(name, value string) string {
	by := maps.Clone(m.Chosen)
	by[name] = value
	return m.at(m.Tab, by)
}

func (m *reading) at(tab string, by map[string]string) string {
	v, _ := url.ParseQuery(strings.TrimPrefix(m.Scope, "?"))
	v.Set("tab", tab)
	for name, value := range by {
		if value != choices[name][0] && (name != "remote" || tab == "html") {
			v.Set(name, value)
		}
	}
	return "/view/" + m.View.ID + "?" + v.Encode()
}

// Values are what a choice may be.
func (m *reading) Values(name string) []string { return choices[name] }

// All says that nothing is folded.
func (m *reading) All() bool { return m.Chosen["all"] != "" }

// Path is that of something of the message in the API.
func (m *reading) Path(what string) string { return "/api/messages/" + m.View.ID + "/" + what }

// Frame is the URL of the HTML as it is to be shown.
func (m *reading) Frame() string {
	return m.Path(withParams("html", "scheme", m.Chosen["scheme"], "remote", m.Chosen["remote"]))
}
