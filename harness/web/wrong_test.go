package web

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
)

// TestTheCatalogueHasWhatTheStoreSaysOfSearches holds it against the store,
// text for text. That the languages take the same arguments is in
// TestEveryTextIsInBothLanguages.
func TestTheCatalogueHasWhatTheStoreSaysOfSearches(t *testing.T) {
	formats := store.QueryFormats()
	for _, f := range formats {
		if _, ok := wrongKeys[f]; !ok {
			t.Errorf("%q is not in the catalogue", f)
		}
		if strings.Contains(f, "|") {
			t.Errorf("the catalogue takes %q for two forms", f)
		}
	}
	for english, key := range wrongKeys {
		if !slices.Contains(formats, english) {
			t.Errorf("no search is told of %s: %q", key, english)
		}
	}
}

func TestTheArgumentsOfAText(t *testing.T) {
	for format, want := range map[string]string{
		"none": "", "%d of %s": "1d 2s", "%[2]s: %[1]d": "1d 2s", "%s %[1]s": "1s", "%[1]s:%[3]s %s": "1s 3s 4s", "%s %d %[1]s": "1s 2d",
	} {
		if got := strings.Join(argumentsOf(format), " "); got != want {
			t.Errorf("%q takes %q, want %q", format, got, want)
		}
	}
}

func TestASearchIsExplainedInTheLanguageOfThePage(t *testing.T) {
	for q, want := range map[string]string{
		"form:a":                         "form: гэж байхгүй, from: гэх гэсэн үү? Үгийг нь хайх бол &#34;form:a&#34; гэж бичнэ үү",
		"is:raed":                        "is: гэсний ард &#34;raed&#34; байж болохгүй, is:read гэх гэсэн үү? Байж болох нь: pinned, read, tagged, unread",
		"OR a":                           "энэ OR гэдгийн өмнө үг дутуу байна: үгийг нь хайх бол &#34;OR&#34; гэж бичнэ үү",
		"session:<b":                     "энэ ID биш: ID нь 26 тэмдэгттэй",
		"is:<b>":                         "is: гэсний ард &#34;&lt;b&gt;&#34; байж болохгүй. Байж болох нь: pinned, read, tagged, unread",
		"has:" + strings.Repeat("x", 61): "&#34;" + strings.Repeat("x", 60) + "… (цааш 1 байт)&#34; байж болохгүй",
		strings.Repeat("=", 61):          "=… (цааш 1 байт) дотор үсэг ч, цифр ч алга",
	} {
		b := newBox(t)
		at := "/search?q=" + url.QueryEscape(q)
		for _, page := range []string{
			b.get(400, at, "Cookie", cookie("lang", "mn")),
			b.get(200, at, "Cookie", cookie("lang", "mn"), "HX-Request", "true"), // while somebody types
		} {
			has(t, page, `<span lang="mn">`, want)
		}
		_, err := store.ParseQuery(q, time.Now())
		has(t, b.get(400, "/ui/rows?q="+url.QueryEscape(q), "Cookie", cookie("lang", "mn"), "HX-Request", "true"), want)
		has(t, b.get(400, at, "Cookie", cookie("lang", "mn"), "Accept", "*/*"), err.(*store.QueryError).Text) // a terminal
		if got := catalogue["en"].explain(err.(*store.QueryError)); got != (explanation{err.(*store.QueryError).Text, "en"}) {
			t.Errorf("%s: %q in English, not what the store says: %v", q, got, err)
		}
	}
}

func TestWhatIsNotInTheCatalogueIsExplainedInEnglish(t *testing.T) {
	known := store.TooMuch(1, 2).Wording
	for _, e := range []*store.QueryError{
		{Text: "a text"},
		{Text: "a text", Wording: store.Wording{Format: "another %s", Args: []any{known}}},
		{Text: "a text", Wording: store.Wording{Format: known.Format, Args: []any{store.Wording{Format: "another"}, 2}}},
	} {
		if got := catalogue["mn"].explain(e); got != (explanation{"a text", "en"}) {
			t.Errorf("%#v: %q", e, got)
		}
	}
}
