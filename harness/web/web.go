// Package web is the inbox as pages for a browser: the mail that came, the
// conversation behind each message, and what was wrong with either.
//
// Pages are rendered here and work from links alone; htmx exchanges parts of
// them, and the modules in assets add what a link cannot do: keys, selections,
// live arrival. What changes something goes through the API, so that nothing
// can be done here that could not be done there. Mail is shown as text, or in a
// frame whose origin is nobody's.
//
// The handler trusts its caller: package guard has to stand before it.
package web

import (
	"cmp"
	"log/slog"
	"net/http"
	"time"

	"github.com/smtpspec/smtpspec/harness/web/api"
)

// Config says what the pages stand on. API is needed.
type Config struct {
	API *api.API // what it does not answer, it is asked for

	// Log is told of pages that failed; nil = slog.Default().
	Log *slog.Logger
}

// Site answers requests for pages, and hands all others to the API.
type Site struct {
	api    *api.API
	log    *slog.Logger
	now    func() time.Time
	mux    *http.ServeMux
	assets *assets
	pages  map[string]pages // by language
}

// New returns the pages over c.API.
func New(c Config) *Site {
	s := &Site{api: c.API, log: cmp.Or(c.Log, slog.Default()), now: c.API.Now, mux: http.NewServeMux(), assets: readAssets()}
	s.pages = parsePages(s.assets)
	s.register()
	return s
}

// Handler returns the handler of all pages and of the API.
func (s *Site) Handler() http.Handler { return s.mux }
