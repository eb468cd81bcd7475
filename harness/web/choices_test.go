package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestTheLanguageIsTheReaders(t *testing.T) {
	b := newBox(t)
	for _, c := range []struct{ cookie, accept, want string }{
		{"", "", "en"}, {"", "mn", "mn"}, {"", "mn-MN,mn;q=0.9,en;q=0.5", "mn"}, {"", "fr, mn;q=0.3", "mn"}, {"", "fr", "en"},
		{"", "en-GB, mn;q=0.9", "en"}, {"", "mn;q=0", "en"}, {"", "garbage;;q=x,,", "en"}, {"mn", "en", "mn"}, {"en", "mn", "en"},
		{"fr", "mn", "mn"}, {"<script>", "", "en"},
	} {
		w := b.ask("GET", "/", "", "Accept-Language", c.accept, "Cookie", cookie("lang", c.cookie))
		if got := w.Header().Get("Content-Language"); got != c.want || !strings.Contains(w.Body.String(), `<html lang="`+c.want+`"`) {
			t.Errorf("cookie %q, accept %q: %s, want %s", c.cookie, c.accept, got, c.want)
		}
	}
}

func TestTheThemeIsTheReaders(t *testing.T) {
	b := newBox(t)
	for value, want := range map[string]string{"dark": ` data-theme="dark"`, "light": ` data-theme="light"`, "": "", `x" onload="y`: ""} {
		page := b.get(200, "/", "Cookie", cookie("theme", value))
		if !strings.Contains(page, `<html lang="en"`+want+">") {
			t.Errorf("%q: %.80s", value, page)
		}
	}
}

func TestSettingsAreKeptInCookies(t *testing.T) {
	b := newBox(t)
	const form = "application/x-www-form-urlencoded"
	for body, want := range map[string]string{
		"theme=dark&back=/search?q=x": "smtpspec_theme=dark; Path=/; Max-Age=31536000; SameSite=Strict",
		"lang=mn&back=/":              "smtpspec_lang=mn; Path=/; Max-Age=31536000; SameSite=Strict",
		"theme=":                      "smtpspec_theme=; Path=/; Max-Age=0; SameSite=Strict",
		"lang=fr":                     "smtpspec_lang=; Path=/; Max-Age=0; SameSite=Strict",
		"lang=en%0d%0aSet-Cookie:x":   "smtpspec_lang=; Path=/; Max-Age=0; SameSite=Strict",
		"colour=red":                  "",
		"":                            "",
	} {
		w := b.ask("POST", "/ui/settings", body, "Content-Type", form)
		if got := strings.Join(w.Header().Values("Set-Cookie"), "\n"); w.Code != http.StatusSeeOther || got != want {
			t.Errorf("%s: %d, %q, want %q", body, w.Code, got, want)
		}
	}
	w := b.ask("POST", "/ui/settings", "theme=dark&back="+url.QueryEscape("/search?q=a&run=b"), "Content-Type", form)
	if got := w.Header().Get("Location"); got != "/search?q=a&run=b" {
		t.Error(got)
	}
	if w := b.ask("POST", "/ui/settings", "theme=dark", "Content-Type", form, "Origin", "http://evil.example"); w.Code != 403 {
		t.Errorf("another page changes the settings: %d", w.Code)
	}
	if w := b.ask("POST", "/ui/settings", "theme=%zz", "Content-Type", form); w.Code != 400 || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("a form that cannot be read: %d", w.Code)
	}
}

func TestBackTo(t *testing.T) {
	for text, want := range map[string]string{
		"/": "/", "/view/x?tab=text": "/view/x?tab=text", "/search?q=%2F%2Fevil.example": "/search?q=%2F%2Fevil.example", "/a b": "/a%20b",
		"": "/", "//evil.example": "/", "///evil.example": "/", "http://evil.example/": "/", "https:evil.example": "/", "javascript:alert(1)": "/",
		`/\evil.example`: "/", `\\evil.example`: "/", "/\t/evil.example": "/", "/\r\nSet-Cookie: x": "/", "/%2f/evil.example": "/", "/%5cevil.example": "/%5Cevil.example",
		"evil.example": "/", "@evil.example": "/", "/view/x#//evil.example": "/view/x", "mailto:a@b": "/", "\x00/": "/", "/\x7f": "/", "?x": "/", "/%": "/",
		"http:///x": "/", "/.//evil.example": "/.//evil.example",
	} {
		if got := backTo(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// FuzzBackTo: whatever is asked for, a browser that follows it stays.
func FuzzBackTo(f *testing.F) {
	for _, text := range []string{"/", "//x", `/\x`, "/%2f%2fx", "/\t/x", "http://x", "/a?b#c", "/%09/x", "/;//x", "/./\\x"} {
		f.Add(text)
	}
	base, _ := url.Parse("http://127.0.0.1:8025/ui/settings")
	f.Fuzz(func(t *testing.T, text string) {
		to := backTo(text)
		if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t\x00 ") {
			t.Fatalf("%q: %q", text, to)
		}
		u, err := base.Parse(to)
		if err != nil || u.Host != base.Host || u.Scheme != "http" || u.User != nil {
			t.Fatalf("%q: %q leads to %v, %v", text, to, u, err)
		}
	})
}
