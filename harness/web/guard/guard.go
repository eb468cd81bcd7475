package guard

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/smtpspec/smtpspec/harness/web/problem"
)

// Bounds of a request, in octets.
const (
	MaxHeader = 64 << 10 // of the whole header; more is answered with 431
	MaxQuery  = 8 << 10  // behind the "?"; more is answered with 414
	MaxBody   = 1 << 20  // more is answered with 413
)

// Config says whom a Guard lets in. The zero value lets in everybody who asks
// by a name of the machine's loopback.
type Config struct {
	// Hosts are the names and addresses, without ports, by which the server may
	// be asked besides localhost and the loopback addresses.
	Hosts []string

	// Origins are the other web pages that may use the API, exactly as in an
	// Origin header: "https://ci.example". They get no credentials of the
	// browser. nil = none.
	Origins []string

	// Auth knows who may sign in; nil = nobody has to.
	Auth *Auth

	// Need says what a request needs. nil = Need of this package.
	Need func(*http.Request) Role

	// MaxBody is the longest body in octets; 0 = MaxBody of this package.
	MaxBody int64

	// Log is told of panics; nil = slog.Default().
	Log *slog.Logger
}

// Guard is the way into the handlers.
type Guard struct {
	hosts   map[string]bool
	origins map[string]bool
	auth    *Auth
	need    func(*http.Request) Role
	maxBody int64
	log     *slog.Logger
	writes  *http.CrossOriginProtection
}

// New returns a Guard, or says which host or origin is none.
func New(c Config) (*Guard, error) {
	g := &Guard{
		hosts: map[string]bool{}, origins: map[string]bool{}, auth: c.Auth, need: c.Need,
		maxBody: cmp.Or(c.MaxBody, MaxBody), log: cmp.Or(c.Log, slog.Default()), writes: http.NewCrossOriginProtection(),
	}
	if g.need == nil {
		g.need = Need
	}
	for _, host := range c.Hosts {
		name := canonicalHost(host)
		if name == "" || strings.ContainsAny(name, "*/ ") {
			return nil, fmt.Errorf("not a host: %q; write a name or an address without a port", host)
		}
		g.hosts[name] = true
	}
	for _, origin := range c.Origins {
		if err := g.trust(origin); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func (g *Guard) trust(origin string) error {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Scheme+"://"+u.Host != origin {
		return fmt.Errorf("not an origin: %q; write it as http://host:port", origin)
	}
	g.origins[origin] = true
	return g.writes.AddTrustedOrigin(origin)
}

// Wrap returns next behind the guard.
func (g *Guard) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := &answer{ResponseWriter: w}
		defer g.recovered(answer, r)
		setHeaders(w.Header())
		if p := g.refusal(r); p != nil {
			p.Write(w)
			return
		}
		if done := g.cors(w, r); done {
			return
		}
		r, p := g.signIn(r)
		if p != nil {
			if p.Status == http.StatusUnauthorized {
				w.Header().Set("WWW-Authenticate", `Basic realm="smtpspec", charset="UTF-8"`)
			}
			p.Write(w)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, g.maxBody)
		next.ServeHTTP(answer, r)
	})
}

// refusal says why a request is not let in, whoever sends it. The name comes
// first: what the checks behind it compare is only worth something for a name
// that is ours.
func (g *Guard) refusal(r *http.Request) *problem.Problem {
	if p := g.checkHost(r); p != nil {
		return p
	}
	if p := g.checkPage(r); p != nil {
		return p
	}
	switch {
	case len(r.URL.RawQuery) > MaxQuery:
		return problem.New(http.StatusRequestURITooLong, "a query has at most %d octets", MaxQuery)
	case !isClean(r.URL.Path):
		return problem.New(http.StatusNotFound, "there is nothing here")
	case r.ContentLength > g.maxBody:
		return problem.New(http.StatusRequestEntityTooLarge, "a body has at most %d octets", g.maxBody)
	}
	return nil
}

// isClean says that a path is the shortest one to where it leads, so that
// nothing behind the guard has to redirect.
func isClean(p string) bool {
	if !strings.HasPrefix(p, "/") || strings.ContainsAny(p, "\x00\\") {
		return false
	}
	clean := path.Clean(p)
	return p == clean || clean != "/" && p == clean+"/"
}
