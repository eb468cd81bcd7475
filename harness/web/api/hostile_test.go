package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/smtpspec/smtpspec/harness/web/api"
)

// hostileMail has one part of each kind that a browser could run.
const hostileMail = `From: =?utf-8?q?<script>alert(1)</script>?= <x@evil.example>
To: dorj@example.com
Subject: </title><script>alert(2)</script>
MIME-Version: 1.0
Content-Type: multipart/related; boundary=b

--b
Content-Type: text/html; charset=utf-8

<meta http-equiv=refresh content="0;url=//evil.example"><script>alert(3)</script>
<img src="cid:pic@x"><img src=http://evil.example/pixel.png><a href="https://example.mn/a">Код 482913</a>
--b
Content-Type: image/png; name="pic.png"
Content-ID: <pic@x>
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--b
Content-Type: text/html; name="a.html"
Content-Disposition: attachment; filename="a.html"

<script>alert(4)</script>
--b
Content-Type: image/svg+xml
Content-Disposition: inline; filename="a.svg"

<svg xmlns="http://www.w3.org/2000/svg" onload="alert(5)"/>
--b
Content-Type: application/xhtml+xml

<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(6)</script></html>
--b
Content-Type: text/xml

<?xml-stylesheet href="javascript:alert(7)"?><a/>
--b
Content-Type: text/javascript

alert(8)
--b
Content-Type: text/css

body{background:url(//evil.example)}
--b
Content-Type: message/rfc822

Subject: inner

inner
--b
Content-Type: TEXT/HTML
Content-Disposition: inline; filename*=utf-8''%2e%2e%2f%0d%0aSet-Cookie:%20a=b%00%22;.html

<script>alert(9)</script>
--b
Content-Type: text/plain
Content-Disposition: inline; filename="` + "\u202e" + `gpj.exe"

<script>alert(10)</script>
--b--
`

func putHostile(b *box) string {
	return string(b.put("", strings.ReplaceAll(hostileMail, "\n", "\r\n")))
}

func TestPartsNeverRunHere(t *testing.T) {
	b := newBox(t)
	id := putHostile(b)
	view := get[api.Message](b, "/api/messages/"+id)
	if len(view.Parts) < 12 {
		t.Fatalf("%d parts", len(view.Parts))
	}
	for _, p := range view.Parts {
		w := b.ask("GET", fmt.Sprintf("/api/messages/%s/parts/%d", id, p.N), "")
		contentType, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
		how, params, err := mime.ParseMediaType(w.Header().Get("Content-Disposition"))
		if w.Code != 200 || err != nil || w.Header().Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("part %d, %s: %d %v %v", p.N, p.Type, w.Code, err, w.Header())
		}
		switch contentType {
		case "image/png", "text/plain":
		case "application/octet-stream":
			if how != "attachment" {
				t.Errorf("part %d, %s: %s", p.N, p.Type, how)
			}
		default:
			t.Errorf("part %d, %s is served as %s", p.N, p.Type, contentType)
		}
		if w.Header().Get("Set-Cookie") != "" || strings.ContainsAny(params["filename"], "/\\\r\n\x00\"\u202e") || params["filename"] == "" {
			t.Errorf("part %d: the name %q", p.N, params["filename"])
		}
	}
	for _, n := range []string{"-1", "x", "99", "1e1", "+1", "..", "99999999999999999999", "%00"} {
		if w := b.ask("GET", "/api/messages/"+id+"/parts/"+n, ""); w.Code != 404 {
			t.Errorf("part %s: %d", n, w.Code)
		}
	}
}

func TestHTMLIsInASandbox(t *testing.T) {
	b := newBox(t)
	id := putHostile(b)
	w := b.ask("GET", "/api/messages/"+id+"/html", "")
	csp := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{"sandbox allow-popups allow-popups-to-escape-sandbox;", "default-src 'none'", "img-src data:;", "form-action 'none'", "base-uri 'none'", "frame-ancestors 'self'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("%q is not in %q", want, csp)
		}
	}
	if strings.Contains(csp, "script") || strings.Contains(csp, "same-origin") || strings.Contains(csp, "forms") || strings.Contains(csp, "navigation") || strings.Contains(csp, "http") {
		t.Error(csp)
	}
	body := w.Body.String()
	if !strings.Contains(body, `<img src="data:image/png;base64,iVBORw0KGgo="`) || strings.Contains(body, "evil") || strings.Contains(body, "script") {
		t.Errorf("%s", body)
	}
	w = b.ask("GET", "/api/messages/"+id+"/html?remote=images", "")
	if body := w.Body.String(); !strings.Contains(body, `<img src="http://evil.example/pixel.png">`) || strings.Contains(body, "script") {
		t.Errorf("%s", body)
	}
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "img-src data: https: http:;") || !strings.Contains(csp, "sandbox allow-popups allow-popups-to-escape-sandbox;") {
		t.Error(csp)
	}
	if w := b.ask("GET", "/api/messages/"+id+"/html?remote=1", ""); w.Code != 400 {
		t.Errorf("%d", w.Code)
	}
	plain := b.put("", mail("x"))
	if w := b.ask("GET", "/api/messages/"+string(plain)+"/html", ""); w.Code != 404 {
		t.Errorf("a message without HTML: %d", w.Code)
	}
}

func TestPagesEscapeWhatSendersWrote(t *testing.T) {
	b := newBox(t)
	id := putHostile(b)
	b.put("", "From: a@b\r\nSubject: \x1b]0;x\x07 \u202ecod\r\n\r\n\x1b[2J\r\n")
	for _, accept := range []string{"text/html", "text/plain"} {
		for _, target := range []string{"/api/messages/" + id + "/text", "/api/messages/" + id + "/parts/1", "/api"} {
			w := b.ask("GET", target, "", "Accept", accept)
			body := w.Body.String()
			if w.Code != 200 || strings.Contains(w.Header().Get("Content-Security-Policy"), "unsafe") {
				t.Errorf("%s: %d %v", target, w.Code, w.Header())
			}
			if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") && strings.Contains(body, "<script") {
				t.Errorf("%s: a script in\n%s", target, body)
			}
			if strings.ContainsAny(body, "\x1b\x07\u202e") {
				t.Errorf("%s: raw controls in\n%q", target, body)
			}
		}
	}
}

func TestIDsNeverReachFurther(t *testing.T) {
	b := newBox(t)
	b.put("", mail("x"))
	for _, id := range []string{
		"..%2f..%2fetc%2fpasswd", "%2e%2e", "..", "x", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "01arz3ndektsv4rrffq69g5fav", "LATEST", "latest%00",
		"8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "'%20OR%201=1--", "%ff", "%00", "ЮЮЮЮЮЮЮЮЮЮЮЮЮ", strings.Repeat("0", 10_000), "*", "%25",
	} {
		for _, form := range []string{"/api/messages/%s", "/api/messages/%s/raw", "/api/messages/%s/html", "/api/messages/%s/text", "/api/messages/%s/parts/0", "/api/sessions/%s", "/api/sessions/%s/transcript"} {
			if w := b.ask("GET", fmt.Sprintf(form, id), ""); w.Code != 404 {
				t.Errorf(form+": %d %s", id, w.Code, w.Body)
			}
		}
		if w := b.ask("PATCH", "/api/messages/"+id, `{"read":true}`); w.Code != 404 {
			t.Errorf("PATCH %s: %d", id, w.Code)
		}
	}
	if w := b.ask("PATCH", "/api/messages/latest", `{"read":true}`); w.Code != 404 {
		t.Errorf("PATCH latest: %d; what is changed is named", w.Code)
	}
}

func TestDeletionsSayAllOfWhatTheyMean(t *testing.T) {
	b := newBox(t)
	id := string(b.put("r", mail("kept")))
	long := `{"ids":["` + strings.Repeat("x", 1<<20) + `"]}`
	for body, want := range map[string]int{
		"": 400, "null": 400, "[]": 400, "true": 400, `"all"`: 400, "{}": 400, "{": 400, `{"all":true`: 400, `{"all":true}}`: 400,
		`{"all":true} {"all":true}`: 400, `{"all":true}x`: 400, `{"all":false}`: 400, `{"all":null}`: 400, `{"all":1}`: 400, `{"all":"true"}`: 400,
		`{"ALL":true}`: 400, `{"All":true}`: 400, `{"all":false,"all":true}`: 400, `{"all":true,"more":1}`: 400, `{"ids":null}`: 400,
		`{"ids":"` + id + `"}`: 400, `{"ids":["` + id + `","x"]}`: 400, `{"ids":["` + id + `"],"all":true}`: 400, `{"ids":["` + id + `"],"q":"x"}`: 400,
		`{"ids":[""]}`: 400, `{"ids":[1]}`: 400, `{"q":""}`: 400, `{"q":" \t"}`: 400, `{"q":"…!?"}`: 400, `{"q":null}`: 400, `{"q":["x"]}`: 400,
		"{\"q\":\"\xff\"}": 400, `{"q":"kept"`: 400, `{"q":"` + strings.Repeat("a ", 5000) + `"}`: 400, long: 413, `{"ids":[]}`: 200, `{"q":"nothing"}`: 200,
	} {
		w := b.ask("DELETE", "/api/messages", body)
		if w.Code != want {
			t.Errorf("%.60s: %d, want %d: %s", body, w.Code, want, w.Body)
		}
	}
	for _, target := range []string{"/api/messages?all=true", "/api/messages?q=kept", "/api/messages?run=other"} {
		b.ask("DELETE", target, `{"all":true}`)
	}
	for _, target := range []string{"/api/messages/" + id, "/api/messages/", "/api/messages/latest"} {
		if w := b.ask("DELETE", target, `{"all":true}`); w.Code != 405 && w.Code != 404 {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
	if list := get[api.List[api.Summary]](b, "/api/messages"); list.Total != 1 {
		t.Fatalf("%d messages are left", list.Total)
	}
	for _, body := range []string{`{"ids":["` + id + `"]}`, `{"q":"kept"}`, ` {"all":true} `} {
		if got := decoded[map[string]int](t, b.ask("DELETE", "/api/messages?run=r", body))["deleted"]; got != 1 {
			t.Errorf("%s: %d deleted", body, got)
		}
		b.put("r", mail("kept"))
	}
}

func TestBodiesAreChecked(t *testing.T) {
	b := newBox(t, withRules)
	id := string(b.put("", mail("x")))
	b.ask("POST", "/api/rules", `{"rule":{"on":"RCPT"}}`)
	for _, c := range []struct{ method, target string }{
		{"PATCH", "/api/messages/" + id}, {"POST", "/api/runs"}, {"POST", "/api/rules"}, {"PATCH", "/api/rules/r1"}, {"DELETE", "/api/messages"},
	} {
		for _, body := range []string{"", "null", "[]", "1", "{", `{"read":1}`, `{"unknown":1}`, `{} {}`, `{"name":1}`, `{"run":1}`, "{\"name\":\"\xff\"}", strings.Repeat("[", 100_000)} {
			w := b.ask(c.method, c.target, body)
			if w.Code != 400 || w.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s %s %.40q: %d %s", c.method, c.target, body, w.Code, w.Body)
			}
		}
		if w := b.ask(c.method, c.target, `{"name":"`+strings.Repeat("a", 1<<20)+`"}`); w.Code != 413 {
			t.Errorf("%s %s, a long body: %d", c.method, c.target, w.Code)
		}
	}
	w := b.ask("PATCH", "/api/messages/"+id, `{"read":"Ю"}`)
	if p := decoded[struct{ Position *int }](t, w); p.Position == nil {
		t.Errorf("no position: %s", w.Body)
	}
	for _, tags := range []string{`[""]`, `[" a"]`, `["a\n"]`, `["\u202e"]`, `["` + strings.Repeat("a", 101) + `"]`, `[` + strings.Repeat(`"a",`, 50) + `"a"]`} {
		if w := b.ask("PATCH", "/api/messages/"+id, `{"tags":`+tags+`}`); w.Code != 400 {
			t.Errorf("tags %.40s: %d", tags, w.Code)
		}
	}
}

func TestParametersAreChecked(t *testing.T) {
	b := newBox(t)
	b.put("", mail("x"))
	order, list := api.NewOrderCursor(1), api.NewListCursor(1)
	for target, want := range map[string]int{
		"/api/messages?query=x": 400, "/api/messages?Q=x": 400, "/api/messages?q=x&q=y": 400, "/api/messages?q=%ff": 400, "/api/messages?q=%zz": 400,
		"/api/messages?q=a;b": 400, "/api/messages?limit=0": 400, "/api/messages?limit=501": 400, "/api/messages?limit=-1": 400, "/api/messages?limit=1e2": 400,
		"/api/messages?limit=99999999999999999999": 400, "/api/messages?limit=500": 200, "/api/messages?after=x": 400, "/api/messages?after=" + order: 400,
		"/api/messages?after=" + list: 200, "/api/messages?after=" + list + "A": 400, "/api/messages?after=1": 400, "/api/messages?q=" + strings.Repeat("a", 8<<10): 414,
		"/api/messages?run=%00": 200, "/api/info?q=x": 400, "/healthz?x": 400,
		"/api/wait?n=0": 400, "/api/wait?n=501": 400, "/api/wait?timeout=-1s": 400, "/api/wait?timeout=11m": 400, "/api/wait?timeout=x": 400,
		"/api/wait?timeout=601": 400, "/api/wait?timeout=0": 200, "/api/wait?timeout=10": 200, "/api/wait?after=" + list: 400, "/api/wait?queries=x": 400,
		"/api/events?after=" + list: 400, "/api/events?after=x": 400, "/api/messages/latest?q=x&limit=1": 400,
	} {
		w := b.ask("GET", target, "")
		if w.Code != want {
			t.Errorf("%.60s: %d, want %d: %s", target, w.Code, want, w.Body)
		}
		if w.Code >= 400 && w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%.60s: %v", target, w.Header())
		}
	}
	if w := b.ask("GET", "/api/events", "", "Last-Event-ID", "x"); w.Code != 400 {
		t.Errorf("Last-Event-ID: %d", w.Code)
	}
	for _, target := range []string{"/api/wait", "/api/events"} {
		if w := b.ask("HEAD", target, ""); w.Code != 405 {
			t.Errorf("HEAD %s: %d", target, w.Code)
		}
	}
}

func TestSearchesAnswerWhateverIsAsked(t *testing.T) {
	b := newBox(t)
	b.put("", mail("x"))
	for _, q := range []string{
		`'`, `"`, `' OR 1=1 --`, `%`, `*`, `NEAR(a b)`, `a AND`, `(((`, `)`, `\`, strings.Repeat("(", 2000), strings.Repeat("a ", 1300), "\x00", "a:b:c", "-", "!", "from:", "🙂",
	} {
		if w := b.ask("GET", "/api/messages?q="+escape(q), ""); w.Code != 200 && w.Code != 400 && w.Code != 414 {
			t.Errorf("%.40q: %d", q, w.Code)
		}
	}
}

func TestAQueryThatCannotBeReadSaysWhere(t *testing.T) {
	b := newBox(t)
	q := "бат (а"
	for _, w := range []*httptest.ResponseRecorder{
		b.ask("GET", "/api/messages?q="+escape(q), ""), b.ask("GET", "/api/wait?q="+escape(q), ""),
		b.ask("DELETE", "/api/messages", `{"q":"`+q+`"}`), b.ask("GET", "/api/messages/latest?q="+escape(q), ""),
	} {
		p := decoded[struct {
			Detail   string
			Position *int
		}](t, w)
		if w.Code != 400 || p.Position == nil || *p.Position < 4 || *p.Position > 6 || p.Detail == "" {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
}

func escape(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, "%%%02x", c)
	}
	return b.String()
}

func TestOtherMethodsAndPaths(t *testing.T) {
	b := newBox(t)
	for _, rt := range api.Routes(b.api) {
		target := strings.NewReplacer("{$}", "", "{id}", "latest", "{n}", "0", "{name}", "r").Replace(rt.Path)
		for _, method := range []string{"PUT", "BREW", "OPTIONS", "TRACE"} {
			w := b.ask(method, target, "")
			if w.Code != 405 || !strings.Contains(w.Header().Get("Allow"), rt.Method) {
				t.Errorf("%s %s: %d, Allow: %q", method, target, w.Code, w.Header().Get("Allow"))
			}
		}
	}
	for _, target := range []string{"/x", "/api/", "/api/x", "/debug/pprof/", "/debug/vars", "/.git/config", "/api/messages/", "/pages/list.html", "/favicon.ico"} {
		if w := b.ask("GET", target, ""); w.Code != 404 || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %v", target, w.Code, w.Header())
		}
	}
}

func TestRepliesAreUTF8(t *testing.T) {
	b := newBox(t)
	id := b.put("\xff", "From: \xff\xfe <a@b>\r\nSubject: \xc3\x28\r\nX-\xff: \xff\r\n\r\n\xff\xfe\r\n")
	session := b.putSession("\xff")
	for _, target := range []string{
		"/api/messages", "/api/messages/" + string(id), "/api/sessions", "/api/sessions/" + string(session), "/api/messages/" + string(id) + "/text",
		"/api/sessions/" + string(session) + "/transcript",
	} {
		w := b.ask("GET", target, "")
		if w.Code != 200 || !utf8.Valid(w.Body.Bytes()) {
			t.Errorf("%s: %d %q", target, w.Code, w.Body)
		}
		if strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s: %s", target, w.Body)
		}
		if bytes.Contains(w.Body.Bytes(), []byte("null")) {
			t.Errorf("%s: null in %s", target, w.Body)
		}
	}
}

func TestReadingHasNoSideEffect(t *testing.T) {
	b := newBox(t)
	id := putHostile(b)
	before := get[api.Info](b, "/api/info")
	for _, what := range []string{"", "/raw", "/html", "/text", "/parts/1"} {
		b.ask("GET", "/api/messages/"+id+what, "")
	}
	if after := get[api.Info](b, "/api/info"); after.Cursor != before.Cursor || after.Store.Unread != 1 {
		t.Errorf("%+v, before %+v", after, before)
	}
}

func TestStoreFaultsKeepTheirText(t *testing.T) {
	b := newBox(t)
	b.store.Close()
	for _, target := range []string{"/api/messages", "/api/messages/latest", "/api/wait", "/api/info", "/api/runs", "/readyz", "/api/events"} {
		if w := b.ask("GET", target, ""); w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
	if w := b.ask("GET", "/healthz", ""); w.Code != 200 {
		t.Errorf("healthz: %d", w.Code)
	}
	if w := b.ask("GET", "/metrics", ""); w.Code != 200 || !strings.Contains(w.Body.String(), "smtpspec_store_up 0\n") {
		t.Errorf("metrics: %d %s", w.Code, w.Body)
	}
}

func FuzzDisposition(f *testing.F) {
	for _, name := range []string{"a.pdf", "нэхэмжлэх.pdf", "../../etc/passwd", "a\r\nSet-Cookie: b", `a";x="b`, "\u202egpj.exe", strings.Repeat("я", 5000), "", ".", "%00", "a%41", "\xff\xfe"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		value := api.Disposition("attachment", name, "part-1")
		how, params, err := mime.ParseMediaType(value)
		got := params["filename"]
		if err != nil || how != "attachment" || len(params) != 1 || got == "" || len(got) > 200 || !utf8.ValidString(got) || len(value) > 1000 {
			t.Fatalf("%q: %q %v %v", name, value, params, err)
		}
		if strings.ContainsAny(got, "/\\\"") || got == "." || got == ".." || strings.ContainsFunc(got, func(c rune) bool { return !unicode.IsPrint(c) }) {
			t.Errorf("%q: %q", name, got)
		}
		for _, c := range []byte(value) {
			if c < ' ' || c > '~' {
				t.Errorf("%q: %q", name, value)
			}
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add(api.NewListCursor(0))
	f.Add(api.NewListCursor(1 << 60))
	f.Add(api.NewOrderCursor(5))
	f.Add(api.NewListCursor(5) + "\n")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		seq, err := api.ParseListCursor(text)
		if err == nil && (seq < 0 || api.NewListCursor(seq) != text) {
			t.Errorf("%q: %d", text, seq)
		}
	})
}

func FuzzDeletion(f *testing.F) {
	for _, body := range []string{`{"all":true}`, `{"ids":["x"]}`, `{"q":"x"}`, `{"all":true}{`, `{"ALL":true}`, `{"all":true,"all":true}`, "{\"all\":true}\x00", `{"a":[[[`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		ids, q, all, err := api.DecodeDeletion(body)
		if err != nil {
			return
		}
		var members map[string]json.RawMessage
		if json.Unmarshal(body, &members) != nil {
			t.Fatalf("%q was taken", body)
		}
		for name, set := range map[string]bool{"ids": ids, "q": q, "all": all} {
			if member, there := members[name]; set && (!there || string(member) == "null") {
				t.Errorf("%q: %s was read", body, name)
			}
			delete(members, name)
		}
		if len(members) > 0 {
			t.Errorf("%q: unknown members", body)
		}
	})
}

// TestAPageIsShownOnItsScheme looks for the sheet behind the document type, and
// before everything that the message says.
func TestAPageIsShownOnItsScheme(t *testing.T) {
	b := newBox(t)
	for body, want := range map[string]string{
		"<!doctype html><p>x": "<!DOCTYPE html><style>:root{color-scheme:dark;",
		"<p>x":                "<style>:root{color-scheme:dark;",
	} {
		id := b.put("", "MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n"+body)
		path := "/api/messages/" + string(id) + "/html"
		if text := b.ask("GET", path+"?scheme=dark", "").Body.String(); !strings.HasPrefix(text, want) || !strings.Contains(text, "<p>x") {
			t.Errorf("%q", text)
		}
		if text := b.ask("GET", path, "").Body.String(); strings.Contains(text, "color-scheme") {
			t.Errorf("a sheet that nobody asked for: %q", text)
		}
	}
}
