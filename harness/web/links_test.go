package web

import (
	"strings"
	"testing"

	"github.com/smtpspec/smtpspec/harness/message"
)

func TestLinksShowWhereTheyLead(t *testing.T) {
	for _, c := range []struct{ url, text, href, host, differs string }{
		{"https://A.example/x", "click", "https://A.example/x", "a.example", ""},
		{"https://a.example/", "https://a.example/other", "https://a.example/", "a.example", ""},
		{"https://www.a.example/", "a.example", "https://www.a.example/", "www.a.example", ""},
		{"https://evil.example/", "https://bank.example/login", "https://evil.example/", "evil.example", "bank.example"},
		{"https://evil.example/", " bank.example ", "https://evil.example/", "evil.example", "bank.example"},
		{"https://evil.example/", "write to bank.example now", "https://evil.example/", "evil.example", ""},
		{"https://bank.example@evil.example/", "bank.example", "https://bank.example@evil.example/", "evil.example", "bank.example"},
		{"https://xn--pypal-4ve.example/", "раypal.example", "https://xn--pypal-4ve.example/", "xn--pypal-4ve.example", "xn--ypal-43d9g.example"},
		{"mailto:a@b.example", "b.example", "mailto:a@b.example", "", ""},
		{"tel:+97611", "", "tel:+97611", "", ""},
		{"javascript:alert(1)", "x", "", "", ""}, {"JaVaScRiPt:alert(1)", "x", "", "", ""}, {"data:text/html,x", "", "", "", ""},
		{"https:///x", "", "", "", ""}, {"//a.example", "", "", "", ""}, {"file:///etc/passwd", "", "", "", ""}, {"https://%zz", "", "", "", ""},
	} {
		l := linkOf(message.Link{URL: c.url, Text: c.text})
		if l.Href != c.href || l.Host != c.host || l.Differs != c.differs {
			t.Errorf("%q: %+v", c.url, l)
		}
	}
}

func TestPieces(t *testing.T) {
	for text, want := range map[string]string{
		"":      "",
		"plain": "plain",
		"see https://a.example/x, or (http://b.example).": "see [https://a.example/x], or ([http://b.example]).",
		"javascript:https://a.example":                    "javascript:[https://a.example]",
		"mailto:a@b.example tel:123":                      "[mailto:a@b.example] [tel:123]",
		"<https://a.example>\"":                           "<[https://a.example]>\"",
		"xhttps://a.example":                              "xhttps://a.example",
	} {
		var got strings.Builder
		for _, p := range pieces(text) {
			if p.Href != "" {
				got.WriteString("[" + p.Text + "]")
				continue
			}
			got.WriteString(p.Text)
		}
		if got.String() != want {
			t.Errorf("%q: %q, want %q", text, got.String(), want)
		}
	}
}
