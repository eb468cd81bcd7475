package guard

import (
	"net/http"
	"strings"

	"github.com/smtpspec/smtpspec/harness/web/problem"
)

// checkPage refuses what a foreign page makes a browser send. Tools send
// neither Origin nor Sec-Fetch-Site and pass.
//
// http.CrossOriginProtection covers what changes something. Reading is covered
// too, so that no page can hold open streams and waits, or learn from times and
// sizes; only to follow a link to us is allowed.
func (g *Guard) checkPage(r *http.Request) *problem.Problem {
	origin := r.Header.Get("Origin")
	if g.origins[origin] {
		return nil
	}
	foreign := problem.New(http.StatusForbidden, "requests of other web pages are not answered")
	if err := g.writes.Check(r); err != nil {
		return foreign
	}
	if origin != "" && !sameOrigin(origin, r.Host) && !isOwnForm(r) {
		return foreign
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return nil
	}
	if isNavigation(r) {
		return nil
	}
	return foreign
}

// isNavigation says that somebody followed a link that leads here.
func isNavigation(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && r.Header.Get("Sec-Fetch-Mode") == "navigate" &&
		r.Header.Get("Sec-Fetch-Dest") == "document"
}

// isOwnForm says that a page of ours sent a form. It sends no referrer, and so
// the browser writes "null" for its origin; that it is ours is said by what no
// page can write.
func isOwnForm(r *http.Request) bool {
	return r.Header.Get("Origin") == "null" && r.Header.Get("Sec-Fetch-Site") == "same-origin"
}

func sameOrigin(origin, host string) bool {
	_, name, ok := strings.Cut(origin, "://")
	return ok && strings.EqualFold(name, host)
}

// cors allows configured pages to read, and answers their preflight requests.
// Allow-Credentials is never sent.
func (g *Guard) cors(w http.ResponseWriter, r *http.Request) (done bool) {
	if len(g.origins) == 0 {
		return false
	}
	h := w.Header()
	h.Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if !g.origins[origin] {
		return false
	}
	h.Set("Access-Control-Allow-Origin", origin)
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID")
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return true
}
