package guard_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/web/guard"
)

var quiet = slog.New(slog.DiscardHandler)

// newGuard returns a handler behind a guard that says ok to what passes and
// reads its body.
func newGuard(t testing.TB, c guard.Config) http.Handler {
	t.Helper()
	c.Log = quiet
	g, err := guard.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return g.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/panic" {
			panic("the text of the panic")
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		io.WriteString(w, "passed for "+guard.Caller(r.Context()))
	}))
}

// ask sends a request with header fields in pairs. Its host is a loopback name.
func ask(h http.Handler, method, target string, fields ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	r.Host = "localhost:8025"
	for i := 0; i < len(fields); i += 2 {
		if fields[i] == "Host" {
			r.Host = fields[i+1]
			continue
		}
		r.Header.Set(fields[i], fields[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestOnlyOurNamesAreAnswered(t *testing.T) {
	h := newGuard(t, guard.Config{Hosts: []string{"Mail.Example", "192.0.2.7", "2001:db8::7"}})
	for host, want := range map[string]int{
		"localhost": 200, "localhost:8025": 200, "LOCALHOST": 200, "localhost.": 200, "inbox.localhost:1": 200,
		"127.0.0.1": 200, "127.0.0.1:8025": 200, "127.9.9.9": 200, "[::1]": 200, "[::1]:8025": 200, "[::ffff:127.0.0.1]:1": 200,
		"mail.example": 200, "mail.example:80": 200, "MAIL.EXAMPLE.": 200, "192.0.2.7:8025": 200, "[2001:DB8:0::7]:80": 200,
		"": 421, "evil.example": 421, "evil.example:8025": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example": 421,
		"evil.localhost.example": 421, "mail.example.evil": 421, "xmail.example": 421, "192.0.2.8": 421, "0.0.0.0:8025": 421,
		"localhost@evil.example": 421, "localhost:80:90": 421, "[::1": 421, "localhost\x00": 421, "evil.example#.localhost/": 421,
		"2130706433": 421, "0x7f.1": 421,
	} {
		for _, target := range []string{"/", "/api/messages", "/api/events", "/healthz", "/nowhere"} {
			if w := ask(h, "GET", target, "Host", host); w.Code != want {
				t.Errorf("Host %q, %s: %d, want %d", host, target, w.Code, want)
			}
		}
	}
	// The name is looked at before the page: Origin is only compared with it.
	if w := ask(h, "GET", "/", "Host", "evil.example", "Origin", "http://evil.example"); w.Code != 421 {
		t.Errorf("a page of a foreign name: %d, want 421", w.Code)
	}
}

func TestForeignPagesAreNotAnswered(t *testing.T) {
	h := newGuard(t, guard.Config{})
	navigation := []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}
	for _, c := range []struct {
		name   string
		fields []string
		read   int
		write  int
	}{
		{"a tool", nil, 200, 200},
		{"our page", []string{"Origin", "http://localhost:8025", "Sec-Fetch-Site", "same-origin"}, 200, 200},
		{"a form of our page", []string{"Origin", "null", "Sec-Fetch-Site", "same-origin"}, 200, 200},
		{"a form of a page of nobody", []string{"Origin", "null", "Sec-Fetch-Site", "cross-site"}, 403, 403},
		{"our page, an old browser", []string{"Origin", "http://localhost:8025"}, 200, 200},
		{"a form of ours", []string{"Origin", "null", "Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 200, 200},
		{"a frame without an origin", []string{"Origin", "null", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors"}, 403, 403},
		{"the address bar", []string{"Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate"}, 200, 200},
		{"a link", navigation, 200, 403},
		{"a link from our name", []string{"Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 200, 403},
		{"a frame", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}, 403, 403},
		{"a picture", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, 403, 403},
		{"a fetch", []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors"}, 403, 403},
		{"a fetch of an old browser", []string{"Origin", "https://evil.example"}, 403, 403},
		{"another port of ours", []string{"Origin", "http://localhost:3000", "Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", "cors"}, 403, 403},
		{"a page of nobody", []string{"Origin", "null"}, 403, 403},
		{"what no browser says", []string{"Sec-Fetch-Site", "whatever"}, 403, 403},
	} {
		for method, want := range map[string]int{
			"GET": c.read, "HEAD": c.read, "POST": c.write, "PATCH": c.write, "DELETE": c.write, "PUT": c.write,
		} {
			for _, target := range []string{"/", "/api/events", "/api/wait", "/api/messages"} {
				w := ask(h, method, target, c.fields...)
				if w.Code != want {
					t.Errorf("%s: %s %s: %d, want %d", c.name, method, target, w.Code, want)
				}
				if got := w.Header().Get("Access-Control-Allow-Origin"); got != "" {
					t.Errorf("%s: Access-Control-Allow-Origin: %s", c.name, got)
				}
			}
		}
	}
}

func TestConfiguredPagesMayReadAndWrite(t *testing.T) {
	h := newGuard(t, guard.Config{Origins: []string{"https://ci.example"}})
	page := []string{"Origin", "https://ci.example", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors"}
	for _, method := range []string{"GET", "DELETE"} {
		w := ask(h, method, "/api/messages", page...)
		if w.Code != 200 || w.Header().Get("Access-Control-Allow-Origin") != "https://ci.example" || w.Header().Get("Vary") != "Origin" {
			t.Errorf("%s: %d %v", method, w.Code, w.Header())
		}
		if w.Header().Get("Access-Control-Allow-Credentials") != "" {
			t.Error("credentials of the browser are allowed")
		}
	}
	w := ask(h, "OPTIONS", "/api/messages", append(page, "Access-Control-Request-Method", "DELETE")...)
	if w.Code != 204 || !strings.Contains(w.Header().Get("Access-Control-Allow-Methods"), "DELETE") {
		t.Errorf("preflight: %d %v", w.Code, w.Header())
	}
	for _, other := range []string{"https://ci.example.evil", "http://ci.example", "https://ci.example:444", "https://CI.example", "null"} {
		w := ask(h, "GET", "/api/messages", "Origin", other)
		if w.Code != 403 || w.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %d %v", other, w.Code, w.Header())
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	for _, c := range []guard.Config{
		{Hosts: []string{""}}, {Hosts: []string{"*"}}, {Hosts: []string{"*.example"}}, {Hosts: []string{"http://a"}},
		{Origins: []string{"*"}}, {Origins: []string{"null"}}, {Origins: []string{"ci.example"}}, {Origins: []string{"https://ci.example/"}},
		{Origins: []string{"file:///a"}}, {Origins: []string{"https://u@ci.example"}},
	} {
		if _, err := guard.New(c); err == nil {
			t.Errorf("%q %q was taken", c.Hosts, c.Origins)
		}
	}
}

func TestEveryAnswerHasTheHeaders(t *testing.T) {
	h := newGuard(t, guard.Config{Auth: testAuth(t)})
	for _, c := range [][]string{
		{"/"}, {"/", "Host", "evil.example"}, {"/", "Origin", "https://evil.example"}, {"/../x"}, {"/panic"}, {"/panic", "Authorization", "Bearer " + adminToken},
		{"/", "Authorization", "Bearer " + adminToken},
	} {
		w := ask(h, "GET", c[0], c[1:]...)
		for name, want := range map[string]string{
			"Content-Security-Policy": guard.CSP, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%q, %d: %s: %q", c, w.Code, name, got)
			}
		}
	}
	if strings.Contains(guard.CSP, "unsafe") {
		t.Error("the policy allows what is unsafe")
	}
}

func TestPanicsKeepTheirText(t *testing.T) {
	w := ask(newGuard(t, guard.Config{}), "GET", "/panic")
	if w.Code != 500 || strings.Contains(w.Body.String(), "text of the panic") || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}

func TestSizesAreBounded(t *testing.T) {
	h := newGuard(t, guard.Config{})
	if w := ask(h, "GET", "/?q="+strings.Repeat("a", guard.MaxQuery)); w.Code != 414 {
		t.Errorf("a long query: %d", w.Code)
	}
	if w := ask(h, "GET", "/?q="+strings.Repeat("a", guard.MaxQuery-2)); w.Code != 200 {
		t.Errorf("the longest query: %d", w.Code)
	}
	for size, want := range map[int]int{guard.MaxBody: 200, guard.MaxBody + 1: 413} {
		r := httptest.NewRequest("POST", "http://localhost/", strings.NewReader(strings.Repeat("a", size)))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("a body of %d octets: %d", size, w.Code)
		}
		r = httptest.NewRequest("POST", "http://localhost/", io.LimitReader(endless{}, int64(size)))
		r.ContentLength = -1
		w = httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("a body of %d octets, its length not told: %d", size, w.Code)
		}
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

func TestOnlyCleanPathsPass(t *testing.T) {
	h := newGuard(t, guard.Config{})
	for _, path := range []string{
		"/../etc/passwd", "/api/../../x", "//evil.example/", "//", "///", "/a//", "/api//messages", "/./", "/api/messages/..", "/a\x00b", `/a\b`, `/\evil.example`,
	} {
		r := httptest.NewRequest("GET", "http://localhost/", nil)
		r.URL.Path = path
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 404 || w.Header().Get("Location") != "" {
			t.Errorf("%q: %d", path, w.Code)
		}
	}
	for _, path := range []string{"/", "/api/messages", "/api/messages/", "/a..b"} {
		if w := ask(h, "GET", path); w.Code != 200 {
			t.Errorf("%q: %d", path, w.Code)
		}
	}
}
