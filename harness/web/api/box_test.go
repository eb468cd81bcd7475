package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/api"
	"github.com/smtpspec/smtpspec/harness/web/guard"
)

var (
	quiet = slog.New(slog.DiscardHandler)
	began = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.FixedZone("", 8*3600))
)

// box is an API over a store in memory, behind a guard.
type box struct {
	testing.TB
	store   *store.Memory
	api     *api.API
	handler http.Handler
}

func newBox(t testing.TB, change ...func(*api.Config, *store.MemoryOptions)) *box {
	t.Helper()
	o := store.MemoryOptions{Digester: store.Digester{Lint: lint.Broken}}
	c := api.Config{
		Version: "v1.2.3", Addresses: []string{"smtp://127.0.0.1:1025"}, Extensions: []string{"SIZE 1000"},
		Limits: map[string]int64{"message_octets": 1000}, Now: func() time.Time { return began }, Location: time.UTC, Log: quiet,
	}
	for _, f := range change {
		f(&c, &o)
	}
	m := store.NewMemory(o)
	if c.Store == nil {
		c.Store = m
	}
	a := api.New(c)
	g, err := guard.New(guard.Config{Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); m.Close() })
	return &box{t, m, a, g.Wrap(a.Handler())}
}

// mail is a plain message with a subject.
func mail(subject string) string {
	return "From: Бат <bat@example.com>\r\nTo: dorj@example.com\r\nSubject: " + subject + "\r\n\r\nThe text of " + subject + "\r\n"
}

// put stores a message and returns its ID.
func (b *box) put(run string, content string) store.ID {
	b.Helper()
	m := &store.Mail{
		ID: store.NewID(), Session: store.NewID(), Run: run, At: began, Size: len(content), Reply: record.NewReply(250, "2.0.0 Ok: queued as X"),
		Envelope: record.Envelope{From: "bat@example.com", Recipients: []record.Recipient{
			{Address: "dorj@example.com", Reply: record.NewReply(250, "2.1.5 Ok")},
			{Address: "nobody@example.com", Reply: record.NewReply(550, "5.1.1 No such user")},
		}},
		Facts: store.Facts{Remote: "127.0.0.1:4711", Hello: "client.example", TLS: "TLS 1.3", Auth: "bat", Mechanism: "PLAIN"},
	}
	if err := b.store.Put(context.Background(), m, store.Octets(content)); err != nil {
		b.Error(err)
	}
	return m.ID
}

// putSession stores a session and returns its ID.
func (b *box) putSession(run string) store.ID {
	b.Helper()
	r := &record.Session{
		ID: 1, Remote: "127.0.0.1:4711", Started: began, Lasted: time.Second, Greeting: record.NewReply(220, "ready"), Hello: "client.example",
		Commands: []record.Command{record.NewCommand("EHLO client.example"), record.NewCommand("NOOP \xff")}, End: record.EndQuit,
	}
	s := &store.Session{ID: store.NewID(), Run: run, Started: began, Lasted: time.Second, End: r.End, Codes: []int{220, 250}, Record: r}
	if err := b.store.PutSession(context.Background(), s); err != nil {
		b.Error(err)
	}
	return s.ID
}

// request makes a request to a loopback name.
func request(method, target, body string, fields ...string) *http.Request {
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, "http://localhost"+target, content)
	for i := 0; i < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	return r
}

// ask returns the answer to a request.
func (b *box) ask(method, target, body string, fields ...string) *httptest.ResponseRecorder {
	b.Helper()
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, request(method, target, body, fields...))
	return w
}

// get returns the JSON of an answer that has to be 200.
func get[T any](b *box, target string) T {
	b.Helper()
	w := b.ask("GET", target, "")
	if w.Code != 200 {
		b.Fatalf("%s: %d %s", target, w.Code, w.Body)
	}
	return decoded[T](b, w)
}

func decoded[T any](t testing.TB, w *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	return v
}

func subjects(list []api.Summary) string {
	var all []string
	for _, m := range list {
		all = append(all, m.Subject)
	}
	return strings.Join(all, " ")
}

// book is a RuleBook of rules that are any object.
type book struct {
	mu    sync.Mutex // guards what follows
	rules []api.Rule
	made  int
}

// hit counts so many hits of the newest rule.
func (b *book) hit(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rules[0].Hits += n
}

func (b *book) List(_ context.Context, run string) ([]api.Rule, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []api.Rule
	for _, r := range b.rules {
		if run == "" || r.Run == run {
			list = append(list, r)
		}
	}
	return list, nil
}

func (b *book) Add(_ context.Context, run string, rule json.RawMessage) (api.Rule, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if strings.Contains(string(rule), "wrong") {
		return api.Rule{}, &api.RuleError{Position: 7, Text: "no such stage"}
	}
	b.made++
	b.rules = append([]api.Rule{{ID: fmt.Sprint("r", b.made), Run: run, Rule: rule, Text: "On(RCPT)", Hits: 0}}, b.rules...)
	return b.rules[0], nil
}

func (b *book) find(id string) (*api.Rule, error) {
	for i := range b.rules {
		if b.rules[i].ID == id {
			return &b.rules[i], nil
		}
	}
	return &api.Rule{}, store.ErrNotFound
}

func (b *book) Get(_ context.Context, id string) (api.Rule, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, err := b.find(id)
	return *r, err
}

func (b *book) Move(_ context.Context, id, run string) (api.Rule, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, err := b.find(id)
	r.Run = run
	return *r, err
}

func (b *book) Remove(_ context.Context, id string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, r := range b.rules {
		if r.ID == id {
			b.rules = append(b.rules[:i:i], b.rules[i+1:]...)
			return nil
		}
	}
	return store.ErrNotFound
}

func withRules(c *api.Config, _ *store.MemoryOptions) { c.Rules = &book{} }
