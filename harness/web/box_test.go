package web

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
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
	began = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

// box is a Site over a store in memory, behind a guard.
type box struct {
	testing.TB
	store   *store.Memory
	site    *Site
	handler http.Handler
}

func newBox(t testing.TB, change ...func(*api.Config)) *box {
	t.Helper()
	m := store.NewMemory(store.MemoryOptions{Digester: store.Digester{Lint: lint.Broken}})
	c := api.Config{Store: m, Version: "v1.2.3", Now: func() time.Time { return began }, Location: time.UTC, Log: quiet}
	for _, f := range change {
		f(&c)
	}
	a := api.New(c)
	g, err := guard.New(guard.Config{Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); m.Close() })
	s := New(Config{API: a, Log: quiet})
	return &box{t, m, s, g.Wrap(s.Handler())}
}

// letter is a plain message with a subject.
func letter(subject string) store.Octets {
	return store.Octets("From: Бат <bat@example.com>\r\nTo: dorj@example.com\r\nSubject: " + subject + "\r\n\r\nThe text of " + subject + "\r\n")
}

// put stores a message, with change made to what is known of it, and returns
// its ID.
func (b *box) put(content store.Octets, change ...func(*store.Mail)) string {
	b.Helper()
	m := &store.Mail{
		ID: store.NewID(), Session: store.NewID(), At: began, Size: len(content), Reply: record.NewReply(250, "2.0.0 Ok: queued as X"),
		Envelope: record.Envelope{From: "bat@example.com", Recipients: []record.Recipient{
			{Address: "dorj@example.com", Reply: record.NewReply(250, "2.1.5 Ok")},
		}},
		Facts: store.Facts{Remote: "127.0.0.1:4711", Hello: "client.example"},
	}
	for _, f := range change {
		f(m)
	}
	if err := b.store.Put(context.Background(), m, content); err != nil {
		b.Fatal(err)
	}
	return string(m.ID)
}

func (b *box) putRun(name string) {
	b.Helper()
	if err := b.store.PutRun(context.Background(), store.Run{Name: name, Created: began}); err != nil {
		b.Fatal(err)
	}
}

// ask returns the answer to a request with header fields, by pairs, from a
// browser.
func (b *box) ask(method, target, body string, fields ...string) *httptest.ResponseRecorder {
	b.Helper()
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, "http://localhost"+target, content)
	r.Header.Set("Accept", "text/html,*/*;q=0.8")
	for i := 0; i < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w
}

// get returns the page at a target, which has to answer with a status.
func (b *box) get(status int, target string, fields ...string) string {
	b.Helper()
	w := b.ask("GET", target, "", fields...)
	if w.Code != status {
		b.Fatalf("%s: %d, want %d: %s", target, w.Code, status, w.Body)
	}
	return w.Body.String()
}

// has fails unless a page has all texts.
func has(t testing.TB, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			t.Errorf("%q is not in\n%.5000s", text, page)
		}
	}
}

func cookie(name, value string) string { return fmt.Sprintf("smtpspec_%s=%s", name, value) }
