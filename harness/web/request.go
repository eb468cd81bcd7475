package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/problem"
)

// request is a request for a page, with what its URL and its cookies say of
// the reader.
type request struct {
	*http.Request
	params url.Values
	words  *words
	theme  string // "light", "dark" or "" for that of the system
	q      string // the search
	run    string // "" = all
}

func newRequest(hr *http.Request) *request {
	params := hr.URL.Query()
	return &request{
		Request: hr, params: params, words: languageOf(hr), theme: settingOf(hr, "theme"),
		q: strings.ToValidUTF8(params.Get("q"), ""), run: store.RunName(params.Get("run")),
	}
}

// partial says that htmx asks, and wants a part of a page.
func (r *request) partial() bool {
	return r.Header.Get("HX-Request") == "true" && r.Header.Get("HX-History-Restore-Request") != "true"
}

// wantsHTML says that a browser asks. Everything else gets text.
func (r *request) wantsHTML() bool {
	return r.partial() || strings.Contains(strings.Join(r.Header.Values("Accept"), ","), "text/html")
}

// param is a parameter of the URL.
func (r *request) param(name string) string { return r.params.Get(name) }

// id is that of the path. What is no ID is that of nothing.
func (r *request) id() (store.ID, error) {
	id, err := store.ParseID(r.PathValue("id"))
	if err != nil {
		return "", store.ErrNotFound
	}
	return id, nil
}

// scope is the part of a URL that says which messages are looked at, "" or
// beginning with "?". more are further parameters, by pairs.
func (r *request) scope(more ...string) string {
	return r.sessionScope(append(more, "q", r.q)...)
}

// sessionScope is scope for what has no search.
func (r *request) sessionScope(more ...string) string {
	return withParams("", append(more, "run", r.run)...)
}

// withParams adds parameters to a path, by pairs. It leaves out those that are
// empty.
func withParams(path string, pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// settings are the cookies that a reader's choices are kept in. They are no
// secrets: scripts of the page may read them.
var settings = map[string][]string{"theme": {"light", "dark"}, "lang": {"en", "mn"}}

func settingOf(hr *http.Request, name string) string {
	c, err := hr.Cookie("smtpspec_" + name)
	if err != nil || !slices.Contains(settings[name], c.Value) {
		return ""
	}
	return c.Value
}

// settings keeps what the form chose, and leads back to where it stood.
func (s *Site) settings(w http.ResponseWriter, r *request) error {
	if err := r.ParseForm(); err != nil {
		return problem.New(http.StatusBadRequest, "%s", r.words.text("failure.form"))
	}
	for name, known := range settings {
		chosen, given := r.PostForm[name]
		if !given {
			continue
		}
		c := &http.Cookie{Name: "smtpspec_" + name, Path: "/", SameSite: http.SameSiteStrictMode, MaxAge: -1}
		if slices.Contains(known, chosen[0]) {
			c.Value, c.MaxAge = chosen[0], 365*24*60*60
		}
		http.SetCookie(w, c)
	}
	http.Redirect(w, r.Request, backTo(r.PostForm.Get("back")), http.StatusSeeOther)
	return nil
}

// backTo is a path of ours, whatever was asked for.
func backTo(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") ||
		strings.ContainsAny(text, "\\\r\n\t") {
		return "/"
	}
	return (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()
}
