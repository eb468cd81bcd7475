package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/api"
)

func TestListGoesBackWhileMailComesAndGoes(t *testing.T) {
	b := newBox(t)
	var ids []store.ID
	for i := range 25 {
		ids = append(ids, b.put("", mail(fmt.Sprint("m", i))))
	}
	seen := map[string]bool{}
	next, pages := "", 0
	for {
		list := get[api.List[api.Summary]](b, "/api/messages?limit=4&after="+next)
		for _, m := range list.Items {
			if seen[m.ID] {
				t.Errorf("%s twice", m.Subject)
			}
			seen[m.ID] = true
		}
		if pages++; list.Next == "" {
			break
		}
		next = list.Next
		b.put("", mail("new"))
		b.store.Delete(context.Background(), store.Selection{IDs: []store.ID{store.ID(list.Items[0].ID)}})
	}
	for i, id := range ids {
		if !seen[string(id)] {
			t.Errorf("m%d was missed", i)
		}
	}
	if pages != 7 {
		t.Errorf("%d pages", pages)
	}
}

func TestListIsOfARunAndAQuery(t *testing.T) {
	b := newBox(t)
	b.put("one", mail("alpha"))
	b.put("two", mail("alpha"))
	b.put("two", mail("beta"))
	for target, want := range map[string]string{
		"": "beta alpha alpha", "?run=one": "alpha", "?run=two": "beta alpha", "?q=alpha": "alpha alpha", "?q=alpha&run=two": "alpha",
		"?run=none": "", "?limit=1": "beta",
	} {
		list := get[api.List[api.Summary]](b, "/api/messages"+target)
		if got := subjects(list.Items); got != want {
			t.Errorf("%s: %q, want %q", target, got, want)
		}
		if target == "?limit=1" && (list.Total != 3 || list.Next == "") {
			t.Errorf("%s: %+v", target, list)
		}
	}
	for target, want := range map[string]string{"?run=one": "alpha", "?q=alpha": "alpha", "": "beta"} {
		if m := get[api.Message](b, "/api/messages/latest"+target); m.Subject != want {
			t.Errorf("latest%s: %s", target, m.Subject)
		}
	}
	latest := get[api.Message](b, "/api/messages/latest?q=alpha")
	if latest.Run != "two" {
		t.Errorf("latest is of run %s", latest.Run)
	}
	for _, what := range []string{"", "/raw", "/text", "/parts/0"} {
		if w := b.ask("GET", "/api/messages/"+latest.ID+what+"?run=one", ""); w.Code != 404 {
			t.Errorf("%s of another run: %d", what, w.Code)
		}
	}
	if w := b.ask("PATCH", "/api/messages/"+latest.ID+"?run=one", `{"read":true}`); w.Code != 404 {
		t.Errorf("PATCH in another run: %d", w.Code)
	}
	if w := b.ask("GET", "/api/messages/latest?q=none", ""); w.Code != 404 {
		t.Errorf("latest of nothing: %d", w.Code)
	}
}

func TestMessageViewIsWhole(t *testing.T) {
	b := newBox(t)
	id := putHostile(b)
	m := get[api.Message](b, "/api/messages/"+id)
	if m.At != "2026-03-01T04:00:00.123456789Z" || m.Envelope.From != "bat@example.com" || m.Client.TLS != "TLS 1.3" || m.Reply.Enhanced != "2.0.0" {
		t.Errorf("%+v", m)
	}
	if r := m.Envelope.Recipients; len(r) != 2 || !r[0].Accepted || r[1].Accepted || r[1].Reply.Code != 550 || r[1].Reply.Text != "5.1.1 No such user" {
		t.Errorf("%+v", r)
	}
	if m.Headers[0].Name != "From" || m.Headers[0].Value != "<script>alert(1)</script> <x@evil.example>" || m.Headers[4].Name != "Content-Type" {
		t.Errorf("%+v", m.Headers)
	}
	if len(m.Codes) != 1 || m.Codes[0] != "482913" || len(m.Links) == 0 || m.Links[0].URL != "https://example.mn/a" {
		t.Errorf("%v %v", m.Codes, m.Links)
	}
	if len(m.Files) < 8 || m.Files[0].Name != "a.html" || m.Files[0].SHA256 == "" || m.Parts[0].SHA256 != "" {
		t.Errorf("%+v", m.Files)
	}
	if len(m.Findings) == 0 || m.Findings[0].URL == "" || m.Findings[0].Fix == "" || m.Findings[0].Level == "" {
		t.Errorf("%+v", m.Findings)
	}
}

func TestLongTextsAreCut(t *testing.T) {
	b := newBox(t)
	long := strings.Repeat("Юю ", 1<<18)
	id := string(b.put("", "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"+long))
	if m := get[api.Message](b, "/api/messages/"+id); !m.Cut || len(m.Text) > 1<<20 || !strings.HasPrefix(long, m.Text) {
		t.Errorf("cut %v, %d octets", m.Cut, len(m.Text))
	}
	if w := b.ask("GET", "/api/messages/"+id+"/text", ""); w.Body.String() != long {
		t.Errorf("%d octets", w.Body.Len())
	}
}

func TestRawIsWhatCame(t *testing.T) {
	b := newBox(t)
	content := "Subject: \xff\r\n\r\n.dot\n\x00bare\r" + strings.Repeat("a", 1<<20)
	id := b.put("", content)
	for _, name := range []string{string(id), "latest"} {
		w := b.ask("GET", "/api/messages/"+name+"/raw", "")
		if w.Body.String() != string(content) || w.Header().Get("Content-Type") != "message/rfc822" || w.Header().Get("Content-Length") != fmt.Sprint(len(content)) {
			t.Errorf("%d octets, %v", w.Body.Len(), w.Header())
		}
	}
	if w := b.ask("HEAD", "/api/messages/latest/raw", ""); w.Code != 200 {
		t.Errorf("HEAD: %d", w.Code)
	}
}

// brokenStore fails in the middle of a message.
type brokenStore struct{ *store.Memory }

func (s brokenStore) Open(context.Context, store.ID) (io.ReadCloser, error) {
	return io.NopCloser(io.MultiReader(strings.NewReader("Subject: x"), failing{})), nil
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, fmt.Errorf("the disk /dev/secret is gone") }

func TestHalfAMessageIsNoAnswer(t *testing.T) {
	b := newBox(t, func(c *api.Config, o *store.MemoryOptions) { c.Store = brokenStore{store.NewMemory(*o)} })
	b.store = b.apiStore()
	id := string(b.put("", mail("x")))
	for _, what := range []string{"", "/text", "/parts/0"} {
		if w := b.ask("GET", "/api/messages/"+id+what, ""); w.Code != 500 || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s: %d %s", what, w.Code, w.Body)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("the connection stays open behind half a message")
		}
	}()
	b.ask("GET", "/api/messages/"+id+"/raw", "")
}

func (b *box) apiStore() *store.Memory { return b.api.Store.(brokenStore).Memory }

func TestChangesOfAMessage(t *testing.T) {
	b := newBox(t)
	id := string(b.put("", mail("x")))
	for _, c := range []struct{ body, want string }{
		{`{"read":true}`, "true false []"}, {`{"pinned":true}`, "true true []"}, {`{"tags":["b","a"]}`, "true true [a b]"},
		{`{"read":false,"tags":[]}`, "false true []"}, {`{"tags":["Ёж"],"pinned":false}`, "false false [Ёж]"},
	} {
		w := b.ask("PATCH", "/api/messages/"+id, c.body)
		m := decoded[api.Summary](t, w)
		if got := fmt.Sprint(m.Read, m.Pinned, m.Tags); w.Code != 200 || got != c.want {
			t.Errorf("%s: %d %s, want %s", c.body, w.Code, got, c.want)
		}
	}
}

func TestSessions(t *testing.T) {
	b := newBox(t)
	var ids []string
	for i := range 5 {
		ids = append(ids, string(b.putSession([]string{"one", "two"}[i%2])))
	}
	first := get[api.List[api.Session]](b, "/api/sessions?limit=3")
	rest := get[api.List[api.Session]](b, "/api/sessions?limit=3&after="+first.Next)
	if len(first.Items) != 3 || first.Total != 5 || first.Items[0].ID != ids[4] || len(rest.Items) != 2 || rest.Next != "" || rest.Items[1].ID != ids[0] {
		t.Errorf("%+v\n%+v", first, rest)
	}
	if one := get[api.List[api.Session]](b, "/api/sessions?run=two"); len(one.Items) != 2 || one.Total != -1 {
		t.Errorf("%+v", one)
	}
	v := get[api.SessionView](b, "/api/sessions/"+ids[0])
	var record struct {
		Commands []struct{ Line json.RawMessage }
	}
	if err := json.Unmarshal(v.Record, &record); err != nil || string(record.Commands[1].Line) != `{"base64":"Tk9PUCD/"}` {
		t.Errorf("%v %s", err, v.Record)
	}
	w := b.ask("GET", "/api/sessions/"+ids[0]+"/transcript", "")
	if !strings.Contains(w.Body.String(), "C: EHLO client.example") || strings.Contains(w.Body.String(), "\xff") {
		t.Error(w.Body)
	}
	for _, what := range []string{"", "/transcript"} {
		if w := b.ask("GET", "/api/sessions/"+ids[0]+what+"?run=two", ""); w.Code != 404 {
			t.Errorf("%s of another run: %d", what, w.Code)
		}
	}
}

func TestRuns(t *testing.T) {
	b := newBox(t)
	w := b.ask("POST", "/api/runs", `{"name":"job-1","expires_in":"24h"}`)
	r := decoded[api.Run](t, w)
	if w.Code != 201 || r.SMTPUser != "run-job-1" || r.PlusTag != "+run-job-1" || r.Header != "X-Run: job-1" || r.Address != "test+run-job-1@example.test" ||
		len(r.SMTP) != 1 || r.Expires != "2026-03-02T04:00:00.123456789Z" {
		t.Errorf("%d %+v", w.Code, r)
	}
	made := map[string]bool{}
	for range 10 {
		made[decoded[api.Run](t, b.ask("POST", "/api/runs", `{}`)).Name] = true
	}
	if len(made) != 10 {
		t.Errorf("names of runs: %v", made)
	}
	for _, body := range []string{
		`{"name":"a b"}`, `{"name":"../x"}`, `{"name":"a/b"}`, `{"name":"a+b"}`, `{"name":"a@b"}`, `{"name":"Ю"}`, `{"name":"."}`, `{"name":"a..b"}`,
		`{"name":"` + strings.Repeat("a", 65) + `"}`, `{"expires_in":"0s"}`, `{"expires_in":"-1h"}`, `{"expires_in":"1"}`, `{"expires_in":"100000h"}`,
	} {
		if w := b.ask("POST", "/api/runs", body); w.Code != 400 {
			t.Errorf("%s: %d", body, w.Code)
		}
	}
	b.put("job-1", mail("x"))
	b.put("job-2", mail("y"))
	if list := get[api.List[api.Run]](b, "/api/runs?run=job-1"); len(list.Items) != 1 || list.Items[0].Messages != 1 {
		t.Errorf("%+v", list)
	}
	if w := b.ask("DELETE", "/api/runs/job-1", ""); w.Code != 204 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := b.ask("DELETE", "/api/runs/job-1", ""); w.Code != 404 {
		t.Errorf("%d", w.Code)
	}
	if list := get[api.List[api.Summary]](b, "/api/messages"); subjects(list.Items) != "y" {
		t.Errorf("left: %s", subjects(list.Items))
	}
}

func TestRules(t *testing.T) {
	b := newBox(t, withRules)
	w := b.ask("POST", "/api/rules?run=one", `{"rule":{"on":"RCPT","reply":"451 later"}}`)
	r := decoded[api.Rule](t, w)
	if w.Code != 201 || r.ID != "r1" || r.Run != "one" || string(r.Rule) != `{"on":"RCPT","reply":"451 later"}` {
		t.Errorf("%d %+v", w.Code, r)
	}
	for _, c := range []struct {
		method, target, body string
		code                 int
	}{
		{"POST", "/api/rules", `{"rule":{"wrong":1}}`, 400}, {"POST", "/api/rules", `{"rule":"x"}`, 400}, {"POST", "/api/rules", `{"run":"one"}`, 400},
		{"POST", "/api/rules?run=one", `{"rule":{},"run":"two"}`, 400}, {"POST", "/api/rules", `{"rule":{},"run":"../"}`, 400},
		{"PATCH", "/api/rules/r1?run=two", `{"run":"two"}`, 404}, {"DELETE", "/api/rules/r1?run=two", "", 404},
		{"PATCH", "/api/rules/r1", `{}`, 400}, {"PATCH", "/api/rules/r1", `{"run":"a b"}`, 400}, {"PATCH", "/api/rules/none", `{"run":""}`, 404},
		{"PATCH", "/api/rules/r1", `{"run":"two"}`, 200}, {"DELETE", "/api/rules/r1?run=two", "", 204},
	} {
		if w := b.ask(c.method, c.target, c.body); w.Code != c.code {
			t.Errorf("%s %s %s: %d %s", c.method, c.target, c.body, w.Code, w.Body)
		}
	}
	w = b.ask("POST", "/api/rules", `{"rule":{"wrong":1}}`)
	if p := decoded[struct{ Position int }](t, w); p.Position != 7 {
		t.Errorf("%s", w.Body)
	}
	bare := newBox(t)
	for _, method := range []string{"GET", "POST"} {
		if w := bare.ask(method, "/api/rules", ""); w.Code != 501 {
			t.Errorf("%s without rules: %d", method, w.Code)
		}
	}
}

func TestReadinessKnowsTheDisk(t *testing.T) {
	free, enough := int64(99), false
	b := newBox(t, func(c *api.Config, _ *store.MemoryOptions) { c.Free = func() (int64, bool) { return free, enough } })
	if w := b.ask("GET", "/readyz", ""); w.Code != 503 || !strings.Contains(w.Body.String(), "disk") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	text := b.ask("GET", "/metrics", "").Body.String()
	if !strings.Contains(text, "smtpspec_disk_free_bytes 99\n") || !strings.Contains(text, "smtpspec_disk_has_room 0\n") {
		t.Errorf("%s", text)
	}
	free, enough = -1, true
	if w := b.ask("GET", "/readyz", ""); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestMetricsAreCounted(t *testing.T) {
	b := newBox(t)
	b.put("", mail("x"))
	b.ask("GET", "/api/messages", "")
	b.ask("GET", "/api/messages/x%22y", "")
	b.ask("BREW", "/api/messages", "")
	b.ask("GET", "/wp-login.php", "")
	text := b.ask("GET", "/metrics", "").Body.String()
	for _, want := range []string{
		"smtpspec_store_messages 1\n", "smtpspec_store_unread 1\n", "smtpspec_http_waits 0\n", "# TYPE smtpspec_http_requests_total counter\n",
		`smtpspec_http_requests_total{method="GET",route="/api/messages",code="200"} 1` + "\n",
		`smtpspec_http_requests_total{method="GET",route="/api/messages/{id}",code="404"} 1` + "\n",
		`smtpspec_http_requests_total{method="other",route="/api/messages",code="405"} 1` + "\n",
		`smtpspec_http_requests_total{method="any",route="",code="404"} 1` + "\n", `smtpspec_build_info{version="v1.2.3"} 1` + "\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "# HELP ") && !strings.HasPrefix(line, "# TYPE ") && !strings.HasPrefix(line, "smtpspec_") {
			t.Errorf("%q", line)
		}
	}
}

// much is a store in which more is found than is counted.
type much struct{ store.Store }

func (s much) List(ctx context.Context, p store.Page) (*store.Listing, error) {
	if p.Most > 0 {
		p.Most = 2
	}
	return s.Store.List(ctx, p)
}

func TestMoreThanIsCounted(t *testing.T) {
	m := store.NewMemory(store.MemoryOptions{})
	b := newBox(t, func(c *api.Config, _ *store.MemoryOptions) { c.Store = much{m} })
	b.store = m
	for range 3 {
		b.put("", mail("one"))
	}
	if all := get[api.List[api.Summary]](b, "/api/messages"); all.Total != 3 || all.AtLeast {
		t.Errorf("all: %d, at least %t", all.Total, all.AtLeast)
	}
	if some := get[api.List[api.Summary]](b, "/api/messages?q=one"); some.Total != 2 || !some.AtLeast || len(some.Items) != 3 {
		t.Errorf("some: %d, at least %t", some.Total, some.AtLeast)
	}
}
