package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/problem"
)

// route is one method of one path.
type route struct {
	method, path string
	serve        func(http.ResponseWriter, *request) error
	params       string // names of the query's parameters, by blanks
}

func (a *API) routes() []route {
	return []route{
		{"GET", "/api/messages", a.listMessages, "q run limit after"},
		{"DELETE", "/api/messages", a.deleteMessages, "run"},
		{"GET", "/api/messages/{id}", a.getMessage, "q run"},
		{"PATCH", "/api/messages/{id}", a.changeMessage, "run"},
		{"GET", "/api/messages/{id}/raw", a.getRaw, "q run"},
		{"GET", "/api/messages/{id}/html", a.getHTML, "q run remote"},
		{"GET", "/api/messages/{id}/text", a.getText, "q run"},
		{"GET", "/api/messages/{id}/parts/{n}", a.getPart, "q run"},
		{"GET", "/api/sessions", a.listSessions, "run limit after"},
		{"GET", "/api/sessions/{id}", a.getSession, "run"},
		{"GET", "/api/sessions/{id}/transcript", a.getTranscript, "run"},
		{"GET", "/api/wait", a.wait, "q run n timeout after"},
		{"GET", "/api/events", a.events, "run after"},
		{"GET", "/api/runs", a.listRuns, "run"},
		{"POST", "/api/runs", a.createRun, ""},
		{"DELETE", "/api/runs/{name}", a.deleteRun, ""},
		{"GET", "/api/rules", a.listRules, "run"},
		{"POST", "/api/rules", a.addRule, "run"},
		{"PATCH", "/api/rules/{id}", a.changeRule, "run"},
		{"DELETE", "/api/rules/{id}", a.removeRule, "run"},
		{"GET", "/api/info", a.getInfo, "run"},
		{"GET", "/api/openapi.json", a.getDocument, ""},
		{"GET", "/api", a.describe, ""},
		{"GET", "/healthz", a.health, ""},
		{"GET", "/readyz", a.ready, ""},
		{"GET", "/metrics", a.getMetrics, ""},
		{"GET", "/{$}", a.listPage, "q run after"},
		{"GET", "/messages/{id}", a.messagePage, "run"},
		{"GET", "/style.css", a.style, ""},
	}
}

// register fills the mux. Each path has an answer for the methods that it does
// not have, and what is no path has one too.
func (a *API) register() {
	methods := map[string][]string{}
	for _, rt := range a.routes() {
		methods[rt.path] = append(methods[rt.path], rt.method)
		a.mux.Handle(rt.method+" "+rt.path, a.handler(rt))
	}
	for path, allowed := range methods {
		a.mux.Handle(path, a.handler(route{method: "other", path: path, serve: otherMethod(allowed)}))
	}
	a.mux.Handle("/", a.handler(route{method: "any", path: "", serve: nothingHere}))
}

func otherMethod(allowed []string) func(http.ResponseWriter, *request) error {
	if slices.Contains(allowed, "GET") {
		allowed = append(allowed, "HEAD")
	}
	list := strings.Join(allowed, ", ")
	return func(w http.ResponseWriter, _ *request) error {
		w.Header().Set("Allow", list)
		return problem.New(http.StatusMethodNotAllowed, "this path has %s", list)
	}
}

func nothingHere(http.ResponseWriter, *request) error {
	return problem.New(http.StatusNotFound, "there is nothing here; /api lists what there is")
}

// handler is what all routes have in common.
func (a *API) handler(rt route) http.Handler {
	known := strings.Fields(rt.params)
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		answer := &counted{ResponseWriter: w}
		defer a.metrics.count(rt, answer)
		w.Header().Set("Cache-Control", "no-store")
		r, err := newRequest(hr, known, rt.serve != nil && rt.path != "" && rt.method != "other")
		if err == nil {
			err = rt.serve(answer, r)
		}
		if err != nil {
			a.fail(answer, r, err)
		}
	})
}

// fail tells the client of an error, as far as it is its business.
func (a *API) fail(w *counted, r *request, err error) {
	if r.Context().Err() != nil && errors.Is(err, r.Context().Err()) {
		return // nobody is listening
	}
	p := a.problemOf(r, err)
	if w.status != 0 {
		panic(http.ErrAbortHandler) // the answer has begun, and must not look whole
	}
	p.Write(w)
}

func (a *API) problemOf(r *request, err error) *problem.Problem {
	var p *problem.Problem
	var inQuery *store.QueryError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &inQuery):
		return problem.New(http.StatusBadRequest, "q: %s", inQuery.Text).At(inQuery.Position)
	case errors.Is(err, store.ErrNotFound):
		return problem.New(http.StatusNotFound, "not found, or not there any more")
	case errors.Is(err, store.ErrClosed):
		return problem.New(http.StatusServiceUnavailable, "the store is closed")
	case errors.Is(err, context.DeadlineExceeded):
		return problem.New(http.StatusServiceUnavailable, "the store took more than %s; ask for less", searchTime)
	}
	a.Log.Error("a request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	return problem.New(http.StatusInternalServerError, "the store failed; the log of the server says how")
}
