package mailhtml

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// FuzzClean reads what was cleaned as a browser does, by building a tree, and
// looks for anything that is not harmless.
func FuzzClean(f *testing.F) {
	for _, seed := range []string{
		`<p style="background:url(//a)">x</p>`, `<style>@import "//a";p{b:u\72l(x)}</style>`, "<svg><style><img src=x onerror=y></style></svg>",
		`<a href="javascript:x">y</a><img srcset="//a 1x, b">`, "<math><mtext><table><mglyph><style><!--</style><img title='--><img src=1>'>",
		"<noscript><p title='</noscript><img src=x onerror=y>'>", "<form><table><form>", "<select><style></select><img src=x>", "<b/onclick=x/<p", "<!--><img src=x>-->",
		"<table><tr><td background=//a><caption>", "<p/><br/></br><title></title", "\x00<\x00p>",
	} {
		f.Add([]byte(seed), false)
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, in []byte, remote bool) {
		o := Options{Remote: remote, CID: parts}
		clean, blocked := Clean(in, o)
		if !utf8.Valid(clean) || len(blocked) > maxBlocked {
			t.Fatalf("%q: %d blocked, UTF-8 %v", clean, len(blocked), utf8.Valid(clean))
		}
		again, more := Clean(clean, o)
		if len(more) > 0 {
			t.Fatalf("%q becomes %q, of which %v is left out", in, clean, more)
		}
		if third, _ := Clean(again, o); !bytes.Equal(third, again) {
			t.Fatalf("%q becomes %q, then %q", in, again, third)
		}
		root, err := html.ParseWithOptions(bytes.NewReader(clean), html.ParseOptionEnableScripting(false))
		if err != nil { // it is nested deeper than that parser goes
			return
		}
		for n := range root.Descendants() {
			if n.Type == html.ElementNode {
				checkElement(t, n, remote)
			}
		}
	})
}

func checkElement(t *testing.T, n *html.Node, remote bool) {
	t.Helper()
	if what := elements[n.Data]; n.Namespace != "" || what != kept && what != void && n.Data != "style" {
		t.Fatalf("there is an element %s %s", n.Namespace, n.Data)
	}
	for _, a := range n.Attr {
		value := strings.ToLower(a.Val)
		switch {
		case strings.HasPrefix(a.Key, "on"):
			t.Fatalf("there is a handler %s", a.Key)
		case a.Key == "src", a.Key == "background":
			if !strings.HasPrefix(value, "data:image/") && !(remote && strings.HasPrefix(value, "http")) {
				t.Fatalf("%s is at %q", n.Data, a.Val)
			}
		case a.Key == "href" && strings.Contains(strings.SplitN(value, ":", 2)[0], "script"):
			t.Fatalf("a link leads to %q", a.Val)
		}
	}
}
