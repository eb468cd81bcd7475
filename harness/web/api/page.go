package api

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"unicode"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

//go:embed pages
var pageFiles embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{"plain": plain, "inMessage": inMessage}).ParseFS(pageFiles, "pages/*.html"))

// plain takes out of peer text what moves or hides the text around it.
func plain(s string) string {
	return strings.Map(func(c rune) rune {
		if c != '\n' && c != '\t' && !unicode.IsPrint(c) {
			return unicode.ReplacementChar
		}
		return c
	}, s)
}

// inMessage is the path of something of a message.
func inMessage(id, what string) string { return "/api/messages/" + id + "/" + what }

// writePage answers with one of the pages. Nothing of it goes out if it fails.
func writePage(w http.ResponseWriter, status int, name string, data any) error {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name+".html", data); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	return err
}

// wantsHTML says that a browser asks. Everything else gets text.
func wantsHTML(r *request) bool {
	for _, accept := range r.Header.Values("Accept") {
		if strings.Contains(accept, "text/html") {
			return true
		}
	}
	return false
}

// inbox is what the list page shows.
type inbox struct {
	*List[Summary]
	Q, Run string
	Wrong  string // with the query; "" if it was read
}

func (a *API) listPage(w http.ResponseWriter, r *request) error {
	w.Header().Set("Vary", "Accept")
	list, err := a.list(r)
	var inQuery *store.QueryError
	switch {
	case errors.As(err, &inQuery) && wantsHTML(r):
		wrong := inbox{&List[Summary]{}, r.params.Get("q"), r.run(), inQuery.Error()}
		return writePage(w, http.StatusBadRequest, "list", wrong)
	case err != nil:
		return err
	case !wantsHTML(r):
		return writePlain(w, http.StatusOK, listText(list))
	}
	return writePage(w, http.StatusOK, "list", inbox{list, r.params.Get("q"), r.run(), ""})
}

// listText is a line for each message: when, its ID, from, to, subject.
func listText(list *List[Summary]) string {
	var b strings.Builder
	for _, m := range list.Items {
		fmt.Fprintf(&b, "%s  %s  <%s> to %s  %s\n", m.At, m.ID, record.Escape(m.EnvelopeFrom),
			record.Escape(strings.Join(m.EnvelopeTo, ", ")), record.Escape(m.Subject))
	}
	more := ""
	if list.AtLeast {
		more = "more than "
	}
	fmt.Fprintf(&b, "%d of %s%d messages\n", len(list.Items), more, list.Total)
	return b.String()
}

func (a *API) messagePage(w http.ResponseWriter, r *request) error {
	var view Message
	err := a.takeApart(r, func(e *store.Entry, raw []byte) { view = viewOf(e, raw) })
	if err != nil {
		return err
	}
	return writePage(w, http.StatusOK, "message", view)
}

func (a *API) style(w http.ResponseWriter, _ *request) error {
	b, err := pageFiles.ReadFile("pages/style.css")
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/css; charset=utf-8")
	h.Set("Cache-Control", "max-age=300")
	_, err = w.Write(b)
	return err
}
