// Package api is the daemon's own interface over HTTP: messages, sessions,
// runs, faults, waits and live events, as JSON.
//
// Its shapes are in types.go, and openapi.json says all of it for machines; a
// test holds the two against each other. Errors are problem documents, RFC
// 9457. A parameter that a route does not know is refused, since a wait that
// ignored a misspelt one would wait for anything.
//
// The handler trusts its caller: package guard has to stand before it.
package api

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/problem"
)

// Config says what an API stands on. Only Store is needed.
type Config struct {
	Store store.Store

	// Rules holds the faults; nil = the daemon has none, and the routes answer
	// 501.
	Rules RuleBook

	Version    string           // of the program
	Addresses  []string         // where mail is taken: "smtp://127.0.0.1:1025"
	Extensions []string         // that EHLO offers, a line each
	Limits     map[string]int64 // of the server, by name: "message_octets"

	// Free returns how many octets are free where mail is kept, -1 if nobody
	// knows, and whether that is enough to take mail; nil = there is always enough.
	Free func() (octets int64, enough bool)

	// Domain is that of the example address that a new run is answered with;
	// "" = "example.test".
	Domain string

	// Location is what dates in queries are relative to; nil = time.Local.
	Location *time.Location

	// Now tells the time of creation of runs and what dates in queries are
	// relative to; nil = time.Now.
	Now func() time.Time

	// Log is told what clients are not; nil = slog.Default().
	Log *slog.Logger

	MaxStreams int // live event streams; 0 = 100
	MaxWaits   int // waits at a time; 0 = 300
}

// API answers requests. New makes one, and Close ends it.
type API struct {
	Config
	mux      *http.ServeMux
	metrics  *metrics
	rules    *ruleFeed
	streams  chan struct{} // holds one for each open stream
	waits    chan struct{} // holds one for each wait
	parsing  chan struct{} // holds one for each message that is taken apart
	document *document
	closing  context.Context
	close    context.CancelFunc
}

// searchTime is how long one look into the store may take.
const searchTime = 10 * time.Second

// New returns an API over c.Store, which it does not close.
func New(c Config) *API {
	c.Domain = cmp.Or(c.Domain, "example.test")
	c.Log = cmp.Or(c.Log, slog.Default())
	if c.Location == nil {
		c.Location = time.Local
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	a := &API{
		Config: c, mux: http.NewServeMux(), metrics: newMetrics(), rules: newRuleFeed(c.Rules), document: readDocument(),
		streams: make(chan struct{}, cmp.Or(c.MaxStreams, 100)),
		waits:   make(chan struct{}, cmp.Or(c.MaxWaits, 300)),
		parsing: make(chan struct{}, max(2, runtime.GOMAXPROCS(0))),
	}
	a.closing, a.close = context.WithCancel(context.Background())
	a.register()
	return a
}

// Handler returns the handler of all routes.
func (a *API) Handler() http.Handler { return a.mux }

// Close ends streams and waits, so that a server can shut down: it is there for
// http.Server.RegisterOnShutdown. It does not wait for them.
func (a *API) Close() { a.close() }

// now is what a query's dates are relative to.
func (a *API) now() time.Time { return a.Now().In(a.Location) }

// enter takes a place among so many, or says that there is none.
func enter(places chan struct{}, what string) (leave func(), err error) {
	select {
	case places <- struct{}{}:
		return func() { <-places }, nil
	default:
		return nil, problem.New(http.StatusServiceUnavailable, "there are %d %s already; close one or ask again", cap(places), what)
	}
}
