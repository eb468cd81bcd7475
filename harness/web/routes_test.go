package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/store"
)

func TestEveryPageForbidsWhatItDoesNotNeed(t *testing.T) {
	b := newBox(t)
	id := b.put(letter("Hello"))
	for target, status := range map[string]int{
		"/": 200, "/search?q=hello": 200, "/search?q=(": 400, "/view/" + id: 200, "/view/nothing": 404, "/ui/rows": 200, "/ui/news": 200,
		"/?run=none": 200, "/view/" + id + "?run=other": 404, "/search?q=is:read": 200,
	} {
		w := b.ask("GET", target, "")
		h := w.Header()
		if w.Code != status {
			t.Errorf("%s: %d, want %d", target, w.Code, status)
		}
		for name, want := range map[string]string{
			"Content-Type": "text/html; charset=utf-8", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
			"Vary": "HX-Request, Accept, Accept-Language, Cookie", "Referrer-Policy": "no-referrer", "Content-Language": "en",
			"Cross-Origin-Resource-Policy": "same-origin", "Content-Length": strconv.Itoa(w.Body.Len()),
		} {
			if got := strings.Join(h.Values(name), ", "); got != want {
				t.Errorf("%s: %s is %q, want %q", target, name, got, want)
			}
		}
		csp := h.Get("Content-Security-Policy")
		has(t, csp, "default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'")
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") {
			t.Errorf("%s: %s", target, csp)
		}
	}
}

func TestTheRouteToTheLatest(t *testing.T) {
	b := newBox(t)
	for target, want := range map[string]string{"/view/latest": "/", "/view/latest?q=x&run=r": "/?q=x&run=r"} {
		if w := b.ask("GET", target, ""); w.Code != http.StatusFound || w.Header().Get("Location") != want {
			t.Errorf("%s: %d %q, want %q", target, w.Code, w.Header().Get("Location"), want)
		}
	}
	first, second := b.put(letter("One")), b.put(letter("Two"))
	for target, want := range map[string]string{
		"/view/latest": "/view/" + second, "/view/latest?tab=checks": "/view/" + second + "?tab=checks", "/view/latest?tab=x": "/view/" + second, "/view/latest?q=one": "/view/" + first + "?q=one", "/view/latest?q=three": "/?q=three",
	} {
		if w := b.ask("GET", target, ""); w.Code != http.StatusFound || w.Header().Get("Location") != want {
			t.Errorf("%s: %d %q, want %q", target, w.Code, w.Header().Get("Location"), want)
		}
	}
	b.get(http.StatusBadRequest, "/view/latest?q=(")
}

func TestTheListIsShown(t *testing.T) {
	b := newBox(t)
	has(t, b.get(200, "/"), "No mail has come yet.")
	has(t, b.get(200, "/?q=nothing"), "Nothing was found.")
	b.putRun("ci42")
	id := b.put(letter("Hello"), func(m *store.Mail) { m.Run = "ci42" })
	has(t, b.get(200, "/"), `data-id="`+id+`"`, "Hello", "Бат", "1 message", "<title>(1)", `<option>ci42</option>`)
	has(t, b.get(200, "/?run=ci42&q=hello"), `href="/view/`+id+`?q=hello&amp;run=ci42"`, `<option selected>ci42</option>`)
	if page := b.get(200, "/?run=other"); strings.Contains(page, id) {
		t.Errorf("mail of another run in\n%s", page)
	}
	part := b.get(200, "/search?q=hello", "HX-Request", "true")
	if has(t, part, id); strings.Contains(part, "<html") {
		t.Errorf("a whole page in place of a part:\n%s", part)
	}
	whole := b.get(200, "/search?q=hello", "HX-Request", "true", "HX-History-Restore-Request", "true")
	has(t, whole, "<html", id)
}

// TestTerminalsGetText: what asks for no HTML gets lines, without controls.
func TestTerminalsGetText(t *testing.T) {
	b := newBox(t)
	id := b.put(letter("Hello \x1b[2J"))
	for target, texts := range map[string][]string{
		"/": {id, "<bat@example.com> to dorj@example.com", "1 of 1 messages\n"}, "/search?q=(": {"q: ", "at character"},
	} {
		w := b.ask("GET", target, "", "Accept", "*/*")
		has(t, w.Body.String(), texts...)
		if got := w.Header().Get("Content-Type"); got != "text/plain; charset=utf-8" || strings.Contains(w.Body.String(), "\x1b") {
			t.Errorf("%s: %s %q", target, got, w.Body)
		}
	}
	if w := b.ask("GET", "/view/nothing", "", "Accept", "*/*"); w.Code != 404 || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func TestRowsContinueAndNewsBegin(t *testing.T) {
	b := newBox(t)
	for i := range store.DefaultLimit + 10 {
		b.put(letter("Number " + strconv.Itoa(i)))
	}
	page := b.get(200, "/")
	_, rest, _ := strings.Cut(page, `data-more="/ui/rows?after=`)
	after, _, more := strings.Cut(rest, `"`)
	if !more || strings.Count(page, `class="row`) != store.DefaultLimit+1 { // the list itself is one
		t.Fatalf("%d rows, and behind them %q", strings.Count(page, `class="row`)-1, after)
	}
	rows := b.get(200, "/ui/rows?after="+after, "HX-Request", "true")
	if got := strings.Count(rows, "data-id="); got != 10 || strings.Contains(rows, "/ui/rows") {
		t.Errorf("%d rows behind the first page:\n%s", got, rows)
	}
	_, rest, _ = strings.Cut(page, `data-cursor="`)
	cursor, _, _ := strings.Cut(rest, `"`)
	late := b.put(letter("Late"))
	w := b.ask("GET", "/ui/news?since="+cursor, "", "HX-Request", "true")
	if has(t, w.Body.String(), late); strings.Count(w.Body.String(), "data-id=") != 1 || w.Header().Get("X-Cursor") == cursor {
		t.Errorf("%v\n%s", w.Header(), w.Body)
	}
	for range mostNews + 1 {
		b.put(letter("Flood"))
	}
	if w := b.ask("GET", "/ui/news?since="+cursor, "", "HX-Request", "true"); w.Header().Get("X-More") != "true" {
		t.Errorf("more came than fits: %v", w.Header())
	}
	for _, target := range []string{"/ui/rows?after=x", "/ui/news?since=x", "/ui/rows?after=" + cursor} {
		b.get(http.StatusBadRequest, target, "HX-Request", "true")
	}
}

func TestFailuresSayWhatIsTheReadersBusiness(t *testing.T) {
	b := newBox(t)
	has(t, b.get(404, "/view/01ARZ3NDEKTSV4RRFFQ69G5FAV"), "<html", "It is not there", `role="alert"`)
	part := b.get(404, "/view/x", "HX-Request", "true")
	if has(t, part, `role="alert"`); strings.Contains(part, "<html") {
		t.Errorf("%s", part)
	}
	b.store.Close()
	has(t, b.get(503, "/"), "The store does not answer")
	has(t, b.get(503, "/", "Cookie", cookie("lang", "mn")), "Сан хариу өгсөнгүй")
}

func TestAssetsAreKeptForEverUnderANameThatChangesWithThem(t *testing.T) {
	b := newBox(t)
	root := b.site.assets.root
	page := b.get(200, "/")
	for name, file := range b.site.assets.files {
		w := b.ask("GET", root+name, "")
		h := w.Header()
		if w.Code != 200 || !bytes.Equal(w.Body.Bytes(), file.plain) || h.Get("Cache-Control") != "public, max-age=31536000, immutable" ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %d %v", name, w.Code, h)
		}
		w = b.ask("GET", root+name, "", "Accept-Encoding", "br, gzip")
		if h := w.Header(); h.Get("Content-Encoding") != "gzip" || unzipped(t, w.Body) != string(file.plain) {
			t.Errorf("%s: %v", name, h)
		}
		if strings.HasSuffix(name, ".css") {
			has(t, page, root+name)
		}
	}
	for _, target := range []string{root, root + "nothing.js", root + "css", "/assets/000000000000/css/base.css", root + "../web.go", "/assets/"} {
		if w := b.ask("GET", target, ""); w.Code != 404 {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
}

func TestPagesAreZippedForThoseWhoCanReadIt(t *testing.T) {
	b := newBox(t)
	plain := b.get(200, "/")
	w := b.ask("GET", "/", "", "Accept-Encoding", "gzip")
	if got := unzipped(t, w.Body); w.Header().Get("Content-Encoding") != "gzip" || got != plain {
		t.Errorf("%v\n%s", w.Header(), got)
	}
	w = b.ask("GET", "/ui/rows", "", "Accept-Encoding", "gzip", "HX-Request", "true")
	if got := w.Header().Get("Content-Encoding"); got != "" {
		t.Errorf("a short part comes as %s", got)
	}
}

func unzipped(t *testing.T, r io.Reader) string {
	t.Helper()
	z, err := gzip.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTakesGzip(t *testing.T) {
	for accept, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "deflate, gzip;q=1.0, *;q=0.5": true, "br": false, "gzip;q=0": false, "gzip; q=0": false,
		"gzip;q=0.5": true, "x-gzip": false, "identity": false,
	} {
		r, _ := http.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Encoding", accept)
		if got := takesGzip(r); got != want {
			t.Errorf("%q: %t", accept, got)
		}
	}
}

func TestWhatIsNoPageIsTheAPIs(t *testing.T) {
	b := newBox(t)
	id := b.put(letter("Hello"))
	for _, target := range []string{"/api/messages", "/api/messages/" + id, "/healthz", "/api/openapi.json"} {
		b.get(200, target)
	}
	for _, target := range []string{"/nothing", "/view/", "/ui/", "/ui/settings/x", "/templates/layout.html", "/assets"} {
		if w := b.ask("GET", target, ""); w.Code != 404 {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
	if w := b.ask("POST", "/", "x=y"); w.Code != 405 {
		t.Errorf("POST /: %d", w.Code)
	}
}
