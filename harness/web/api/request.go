package api

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/problem"
)

// request is a request whose parameters have been looked at.
type request struct {
	*http.Request
	params url.Values
}

// newRequest reads the query: each parameter has to be one of the route's, and
// to stand once. The request is never nil.
func newRequest(hr *http.Request, rt route) (*request, error) {
	r := &request{hr, nil}
	if rt.anyParams {
		return r, nil
	}
	known := strings.Fields(rt.params)
	params, err := url.ParseQuery(hr.URL.RawQuery)
	if err != nil {
		return r, problem.New(http.StatusBadRequest, "the query of the URL cannot be read: escape its values")
	}
	for name, values := range params {
		switch {
		case !slices.Contains(known, name):
			return r, unknownParam(known)
		case len(values) > 1:
			return r, problem.New(http.StatusBadRequest, "%s stands twice", name)
		case !utf8.ValidString(values[0]):
			return r, problem.New(http.StatusBadRequest, "%s is not UTF-8", name)
		}
	}
	r.params = params
	return r, nil
}

func unknownParam(known []string) error {
	if len(known) == 0 {
		return problem.New(http.StatusBadRequest, "this route has no parameters")
	}
	return problem.New(http.StatusBadRequest, "this route has the parameters %s and no others", strings.Join(known, ", "))
}

func (r *request) run() string { return strings.ToLower(r.params.Get("run")) }

// query reads q, which is also called query where the route knows that name;
// nil = everything.
func (a *API) query(r *request) (*store.Query, error) {
	text, long := r.params.Get("q"), r.params.Get("query")
	if text != "" && long != "" && text != long {
		return nil, problem.New(http.StatusBadRequest, "q and query are two names of one parameter, and differ")
	}
	text = cmp.Or(text, long)
	if text == "" {
		return nil, nil
	}
	return store.ParseQuery(text, a.now())
}

// number reads a parameter between bounds.
func (r *request) number(name string, standard, least, most int) (int, error) {
	text := r.params.Get(name)
	if text == "" {
		return standard, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, problem.New(http.StatusBadRequest, "%s is a number from %d to %d", name, least, most)
	}
	return n, nil
}

// duration reads a parameter such as 30s, 1m30s or, in seconds, 30.
func (r *request) duration(name string, standard, most time.Duration) (time.Duration, error) {
	text := r.params.Get(name)
	if text == "" {
		return standard, nil
	}
	d, err := time.ParseDuration(text)
	if seconds, notNumber := strconv.ParseUint(text, 10, 31); notNumber == nil {
		d, err = time.Duration(seconds)*time.Second, nil
	}
	if err != nil || d < 0 || d > most {
		return 0, problem.New(http.StatusBadRequest, "%s is a time up to %s, such as 30s", name, most)
	}
	return d, nil
}

// cursor reads after; given is false without one.
func (r *request) cursor(kind cursorKind) (seq int64, given bool, err error) {
	text := r.params.Get("after")
	if text == "" {
		return 0, false, nil
	}
	seq, err = parseCursor(kind, text)
	return seq, true, err
}

// page reads what all lists have.
func (r *request) page() (store.Page, error) {
	limit, err := r.number("limit", store.DefaultLimit, 1, store.MaxLimit)
	if err != nil {
		return store.Page{}, err
	}
	before, _, err := r.cursor(inList)
	return store.Page{Run: r.run(), Before: before, Limit: limit}, err
}

// look is the context of one look into the store.
func (r *request) look() (context.Context, context.CancelFunc) {
	return context.WithTimeout(r.Context(), searchTime)
}

// id reads the ID in the path. What is none is not there.
func (r *request) id() (store.ID, error) {
	id, err := store.ParseID(r.PathValue("id"))
	if err != nil {
		return "", store.ErrNotFound
	}
	return id, nil
}
