package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/problem"
)

// route is one page or part of one.
type route struct {
	pattern string
	serve   func(http.ResponseWriter, *request) error
}

func (s *Site) routes() []route {
	return []route{
		{"GET /{$}", s.inbox},
		{"GET /search", s.inbox},
		{"GET /view/latest", s.latest},
		{"GET /view/{id}", s.view},
		{"GET /view/{id}/test", s.testOfMessage},
		{"GET /sessions", s.sessions},
		{"GET /sessions/{id}", s.session},
		{"GET /sessions/{id}/test", s.testOfSession},
		{"GET /faults", s.faults},
		{"GET /ui/sessions", s.sessionRows},
		{"GET /ui/sessions/news", s.sessionNews},
		{"GET /ui/rows", s.rows},
		{"GET /ui/news", s.news},
		{"POST /ui/settings", s.settings},
	}
}

func (s *Site) register() {
	for _, rt := range s.routes() {
		s.mux.Handle(rt.pattern, s.handler(rt))
	}
	s.mux.Handle("GET "+s.assets.root+"{name...}", s.assets)
	others := s.api.Handler()
	s.mux.HandleFunc(elsewhere, func(w http.ResponseWriter, r *http.Request) {
		if s.isPage(r) {
			w.Header().Set("Allow", "GET, HEAD")
			problem.New(http.StatusMethodNotAllowed, "a page is there to be read").Write(w)
			return
		}
		others.ServeHTTP(w, r)
	})
}

const elsewhere = "/" // the pattern of what is no page

// isPage says that there is a page where something else was asked for than to
// read it.
func (s *Site) isPage(r *http.Request) bool {
	_, pattern := s.mux.Handler(&http.Request{Method: http.MethodGet, URL: r.URL, Host: r.Host})
	return pattern != elsewhere
}

// handler is what all pages have in common.
func (s *Site) handler(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Vary", "HX-Request, Accept, Accept-Language, Cookie")
		r := newRequest(hr)
		if err := rt.serve(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

// fail answers with a page that says what is wrong, as far as it is the
// reader's business.
func (s *Site) fail(w http.ResponseWriter, r *request, err error) {
	if r.Context().Err() != nil {
		return // nobody is listening
	}
	p := s.problemOf(r, err)
	if !r.wantsHTML() {
		p.Write(w)
		return
	}
	name := "failure"
	if r.partial() {
		name = "alert"
	}
	if err := s.write(w, r, p.Status, name, failure{s.frame(r), p.Status, p.Detail}); err != nil {
		s.log.Error("a page failed", "path", r.URL.Path, "error", err)
	}
}

// failure is what the page of an error shows.
type failure struct {
	frame
	Status int
	Detail string
}

func (s *Site) problemOf(r *request, err error) *problem.Problem {
	var p *problem.Problem
	var inQuery *store.QueryError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &inQuery):
		return problem.New(http.StatusBadRequest, "%s %s", r.words.text("search.wrong", inQuery.Position+1), r.words.explain(inQuery).Text)
	case errors.Is(err, store.ErrNotFound):
		return problem.New(http.StatusNotFound, "%s", r.words.text("failure.gone"))
	case errors.Is(err, store.ErrClosed), errors.Is(err, context.DeadlineExceeded):
		return problem.New(http.StatusServiceUnavailable, "%s", r.words.text("failure.store"))
	}
	s.log.Error("a page failed", "path", r.URL.Path, "error", err)
	return problem.New(http.StatusInternalServerError, "%s", r.words.text("failure.log"))
}
