package api

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/smtpspec/smtpspec/harness/store"
)

// metrics counts answers.
type metrics struct {
	mu       sync.Mutex // guards requests
	requests map[requestKind]int64
}

// requestKind has few values, whatever clients ask for.
type requestKind struct {
	method, route string
	code          int
}

func newMetrics() *metrics { return &metrics{requests: map[requestKind]int64{}} }

func (m *metrics) count(rt route, w *counted) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests[requestKind{rt.method, rt.path, w.status}]++
}

// counted knows the status of an answer.
type counted struct {
	http.ResponseWriter
	status int // 0 = not begun
}

func (c *counted) WriteHeader(status int) {
	c.status = cmp.Or(c.status, status)
	c.ResponseWriter.WriteHeader(status)
}

func (c *counted) Write(b []byte) (int, error) {
	c.status = cmp.Or(c.status, http.StatusOK)
	return c.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (a *API) getMetrics(w http.ResponseWriter, r *request) error {
	ctx, cancel := r.look()
	defer cancel()
	var b strings.Builder
	info, err := a.Store.Info(ctx)
	gauge(&b, "store_up", "whether the store takes mail", boolean(err == nil))
	if err == nil {
		storeMetrics(&b, info)
	}
	if a.Free != nil {
		free, enough := a.Free()
		gauge(&b, "disk_free_bytes", "octets that are free where mail is kept; -1 if nobody knows", free)
		gauge(&b, "disk_has_room", "whether that is enough to take mail", boolean(enough))
	}
	gauge(&b, "http_waits", "waits that are open", int64(len(a.waits)))
	gauge(&b, "http_streams", "event streams that are open", int64(len(a.streams)))
	a.metrics.write(&b)
	head(&b, "build_info", "gauge", "the version of the program")
	fmt.Fprintf(&b, "smtpspec_build_info{version=\"%s\"} 1\n", label(a.Version))
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, err = io.WriteString(w, b.String())
	return err
}

func storeMetrics(b *strings.Builder, i store.Info) {
	gauge(b, "store_messages", "messages that are kept", int64(i.Messages))
	gauge(b, "store_bytes", "octets of them", i.Bytes)
	gauge(b, "store_unread", "messages that nobody has read", int64(i.Unread))
	gauge(b, "store_sessions", "sessions that are kept", int64(i.Sessions))
	gauge(b, "store_unindexed", "messages that the index of searches has not yet", int64(i.Unindexed))
	gauge(b, "store_seq", "the place in the order of what happened last", i.Seq)
	head(b, "store_evicted_total", "counter", "messages that retention removed")
	fmt.Fprintf(b, "smtpspec_store_evicted_total %d\n", i.Evicted)
}

func (m *metrics) write(b *strings.Builder) {
	m.mu.Lock()
	defer m.mu.Unlock()
	kinds := make([]requestKind, 0, len(m.requests))
	for k := range m.requests {
		kinds = append(kinds, k)
	}
	slices.SortFunc(kinds, func(x, y requestKind) int {
		return cmp.Or(cmp.Compare(x.route, y.route), cmp.Compare(x.method, y.method), cmp.Compare(x.code, y.code))
	})
	head(b, "http_requests_total", "counter", "answers by route and code; code 0 is one that the client did not wait for")
	for _, k := range kinds {
		fmt.Fprintf(b, "smtpspec_http_requests_total{method=\"%s\",route=\"%s\",code=\"%d\"} %d\n", label(k.method), label(k.route), k.code, m.requests[k])
	}
}

func gauge(b *strings.Builder, name, help string, value int64) {
	head(b, name, "gauge", help)
	fmt.Fprintf(b, "smtpspec_%s %d\n", name, value)
}

func head(b *strings.Builder, name, kind, help string) {
	fmt.Fprintf(b, "# HELP smtpspec_%s %s\n# TYPE smtpspec_%s %s\n", name, help, name, kind)
}

var labels = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func label(s string) string { return labels.Replace(s) }

func boolean(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
