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
	anyParams    bool   // the others are not looked at
}

func (a *API) routes() []route {
	return []route{
		{method: "GET", path: "/api/messages", serve: a.listMessages, params: "q run limit after"},
		{method: "PATCH", path: "/api/messages", serve: a.changeMessages, params: "run"},
		{method: "DELETE", path: "/api/messages", serve: a.deleteMessages, params: "run"},
		{method: "GET", path: "/api/messages/{id}", serve: a.getMessage, params: "q run"},
		{method: "PATCH", path: "/api/messages/{id}", serve: a.changeMessage, params: "run"},
		{method: "GET", path: "/api/messages/{id}/raw", serve: a.getRaw, params: "q run"},
		{method: "GET", path: "/api/messages/{id}/html", serve: a.getHTML, params: "q run remote scheme"},
		{method: "GET", path: "/api/messages/{id}/text", serve: a.getText, params: "q run"},
		{method: "GET", path: "/api/messages/{id}/parts/{n}", serve: a.getPart, params: "q run"},
		{method: "GET", path: "/api/tags", serve: a.listTags, params: "run"},
		{method: "GET", path: "/api/sessions", serve: a.listSessions, params: "run show limit after"},
		{method: "GET", path: "/api/sessions/{id}", serve: a.getSession, params: "run"},
		{method: "GET", path: "/api/sessions/{id}/transcript", serve: a.getTranscript, params: "run"},
		{method: "GET", path: "/api/wait", serve: a.wait, params: "q query run n timeout after"},
		{method: "GET", path: "/api/events", serve: a.events, params: "run after"},
		{method: "GET", path: "/api/runs", serve: a.listRuns, params: "run"},
		{method: "POST", path: "/api/runs", serve: a.createRun, params: ""},
		{method: "DELETE", path: "/api/runs/{name}", serve: a.deleteRun, params: ""},
		{method: "GET", path: "/api/rules", serve: a.listRules, params: "run"},
		{method: "POST", path: "/api/rules", serve: a.addRule, params: "run"},
		{method: "PATCH", path: "/api/rules/{id}", serve: a.changeRule, params: "run"},
		{method: "DELETE", path: "/api/rules/{id}", serve: a.removeRule, params: "run"},
		{method: "GET", path: "/api/info", serve: a.getInfo, params: "run"},
		{method: "GET", path: "/api/openapi.json", serve: a.getDocument, params: ""},
		{method: "GET", path: "/api", serve: a.describe, params: ""},
		{method: "GET", path: "/healthz", serve: a.health, params: ""},
		{method: "GET", path: "/readyz", serve: a.ready, params: ""},
		{method: "GET", path: "/metrics", serve: a.getMetrics, params: ""},
		{method: "GET", path: "/style.css", serve: a.style, params: ""},
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
		a.mux.Handle(path, a.handler(route{method: "other", path: path, serve: otherMethod(allowed), anyParams: true}))
	}
	a.mux.Handle("/", a.handler(route{method: "any", serve: nothingHere, anyParams: true}))
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
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		answer := &counted{ResponseWriter: w}
		defer a.metrics.count(rt, answer)
		w.Header().Set("Cache-Control", "no-store")
		r, err := newRequest(hr, rt)
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
