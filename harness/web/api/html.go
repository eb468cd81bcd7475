package api

import (
	"bytes"
	"net/http"

	"github.com/smtpspec/smtpspec/harness/message"
	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/mailhtml"
	"github.com/smtpspec/smtpspec/harness/web/problem"
)

// schemes are the sheets under the HTML of a message that say what it is shown
// on. Each sets what a message that sets nothing gets, and no more.
var schemes = map[string]string{
	"":      "",
	"light": "<style>:root{color-scheme:only light;background:#fff;color:#000}</style>",
	"dark":  "<style>:root{color-scheme:dark;background:#121212;color:#e8e8e8}</style>",
}

// shownHTML is how a request wants to see the HTML of a message.
type shownHTML struct {
	clean    mailhtml.Options
	pictures string // where the browser may take them from, for a policy
	sheet    string
}

func howHTML(r *request) (how shownHTML, err error) {
	how.pictures = "data:"
	switch r.params.Get("remote") {
	case "":
	case "images":
		how.clean.Remote = true
		how.pictures += " https: http:"
	default:
		return how, problem.New(http.StatusBadRequest, "remote is images or nothing")
	}
	var known bool
	if how.sheet, known = schemes[r.params.Get("scheme")]; !known {
		return how, problem.New(http.StatusBadRequest, "scheme is light, dark or nothing")
	}
	return how, nil
}

// getHTML serves the HTML of a message, cleaned, as a page of nobody: no
// scripts, no forms, nothing loaded from anywhere. remote=images lets the
// browser, and never this server, fetch pictures. A link that is clicked opens a
// page of its own.
func (a *API) getHTML(w http.ResponseWriter, r *request) error {
	how, err := howHTML(r)
	if err != nil {
		return err
	}
	var markup string
	var page []byte
	err = a.takeApart(r, func(_ *store.Entry, raw []byte) {
		m := message.Parse(raw)
		markup, how.clean.CID = m.HTML(), embeddedIn(m).url
		page, _ = mailhtml.Clean([]byte(markup), how.clean)
	})
	if err != nil {
		return err
	}
	if markup == "" {
		return problem.New(http.StatusNotFound, "this message has no HTML; /text has what it says")
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "+
		"img-src "+how.pictures+"; base-uri 'none'; form-action 'none'; frame-ancestors 'self'")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	_, err = slowWriter{w, patient(w, writeTime)}.Write(under(how.sheet, page))
	return err
}

// under puts a sheet before a cleaned page, behind its document type: before it,
// a browser would show the page as those of thirty years ago.
func under(sheet string, page []byte) []byte {
	const doctype = "<!DOCTYPE html>"
	behind := 0
	if bytes.HasPrefix(page, []byte(doctype)) {
		behind = len(doctype)
	}
	return append(append(append(make([]byte, 0, len(page)+len(sheet)), page[:behind]...), sheet...), page[behind:]...)
}

// Blocked returns what the HTML of the message asked for and does not get, as
// long as nobody lets the browser fetch pictures.
func (o *Opened) Blocked() []mailhtml.Resource {
	_, blocked := mailhtml.Clean([]byte(o.View.HTML), mailhtml.Options{CID: embeddedIn(o.Parsed.Parsed).url})
	return blocked
}
