package web

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/template/parse"
	"time"
	"unicode"

	"html/template"

	"golang.org/x/net/html"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/web/api"
)

// hostile is what peers write where they want it to become markup, an
// attribute, a script or an escape. Wherever it gets out of its text, an
// element or an attribute has "hostile" in its name.
const hostile = `"'><hostile-element hostile-a=1></title></textarea></script></style></option><!--<hostile-b>` +
	"`${hostile}{{.}}\u202e\u2066\u200b\x1b]0;x\x07 javascript:hostile() &lt;hostile-c&gt;"

// putHostile stores messages and a session with hostile texts wherever one can
// be, and returns their IDs.
func putHostile(b *box) (messages []string, session string) {
	b.Helper()
	wide := "=?utf-8?q?" + strings.NewReplacer(" ", "_", "=", "=3D", "?", "=3F", "_", "=5F").Replace(quotedPrintable(hostile)) + "?="
	param := "UTF-8''" + url.PathEscape(hostile)
	full := store.Octets("From: " + wide + " <bat@example.com>\r\nTo: " + wide + " <\"" + `<hostile-d>` + "\"@example.com>\r\nCc: " + wide + " <c@example.com>\r\n" +
		"Subject: " + wide + "\r\nX-" + "Hostile: " + wide + "\r\nMessage-ID: <\"><hostile-e>@x>\r\nReply-To: " + wide + " <r@example.com>\r\n" +
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nYour code is 482913. " + hostile + " http://example.com/?\"><hostile-f> \r\n" +
		"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>" + hostile + "<a href=\"javascript:hostile()\">x</a><img src=http://example.com/x.png>\r\n" +
		"--b\r\nContent-Type: image/png; name*=" + param + "\r\nContent-ID: <\"><hostile-g>>\r\nContent-Disposition: attachment; filename*=" + param + "\r\n\r\n\x89PNG\r\n" +
		"--b\r\nContent-Type: \"><hostile-h>/x\r\nContent-Transfer-Encoding: \"><hostile-i>\r\nContent-Disposition: attachment; filename=\"\\\"><hostile-j>\"\r\n\r\nx\r\n" +
		"--b--\r\n")
	s := &store.Session{ID: store.NewID(), Started: began, Lasted: time.Second, End: record.EndQuit, Record: &record.Session{
		ID: 1, Remote: "127.0.0.1:4711", Started: began, Lasted: time.Second, Greeting: record.NewReply(220, hostile), Hello: hostile, End: record.EndQuit,
		Commands: []record.Command{record.NewCommand("EHLO " + hostile), record.NewCommand(hostile), record.NewCommand("NOOP \xff")},
	}}
	for i := range s.Record.Commands {
		s.Record.Commands[i].Reply = record.NewReply(550, hostile)
	}
	if err := b.store.PutSession(context.Background(), s); err != nil {
		b.Fatal(err)
	}
	odd := func(m *store.Mail) {
		m.Session = s.ID
		m.Envelope = record.Envelope{From: hostile, Recipients: []record.Recipient{
			{Address: hostile, Reply: record.NewReply(250, hostile)}, {Address: hostile, Reply: record.NewReply(550, hostile)},
		}}
		m.Reply, m.Facts = record.NewReply(250, hostile), store.Facts{Remote: hostile, Hello: hostile, TLS: hostile, Auth: hostile, Mechanism: hostile}
	}
	bare := store.Octets("From: " + hostile + "\r\nSubject: " + hostile + "\r\n" + hostile + ": x\r\n\r\n" + hostile)
	messages = []string{b.put(full, odd), b.put(bare, odd), b.put(nil, odd)}
	if _, err := b.store.Update(context.Background(), store.Selection{All: true}, store.Change{Tags: &[]string{hostile}}); err != nil {
		b.Fatal(err)
	}
	return messages, string(s.ID)
}

// quotedPrintable writes a text for an encoded-word.
func quotedPrintable(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(s) {
		if c < ' ' || c >= 0x7f || c == '=' || c == '?' || c == '_' {
			b.WriteString("\x01" + string(hex[c>>4]) + string(hex[c&15]))
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// targets are the URLs of all pages, with every value that a reader can be led
// to ask for.
func targets(b *box) (all []string) {
	messages, session := putHostile(b)
	b.putRun("r")
	evil := url.QueryEscape(hostile)
	values := map[string][]string{"{id}": append(slices.Clone(messages), session, url.PathEscape(hostile)), "{name}": {"r"}, "{$}": {""}, "{n}": {"0", "1", "2", "3"}}
	for _, rt := range b.site.routes() {
		path, get := strings.CutPrefix(rt.pattern, "GET ")
		if !get {
			continue
		}
		paths := []string{path}
		for wildcard, of := range values {
			if strings.Contains(path, wildcard) {
				paths = nil
				for _, value := range of {
					paths = append(paths, strings.ReplaceAll(path, wildcard, value))
				}
			}
		}
		for _, p := range paths {
			all = append(all, p, p+"?q="+evil, p+"?run=r", p+"?after="+evil+"&since="+evil+"&tab="+evil, p+"?run="+evil)
			for _, tab := range tabs {
				if strings.Contains(rt.pattern, "{id}") {
					all = append(all, p+"?tab="+tab)
				}
			}
		}
	}
	return append(all, "/search?q=hostile", "/search?q="+url.QueryEscape(`"hostile`), "/view/nothing")
}

// TestWhatPeersWroteIsTextWhereverItStands renders every page, whole and in
// part, in both languages.
func TestWhatPeersWroteIsTextWhereverItStands(t *testing.T) {
	b := newBox(t, func(c *api.Config) { c.Rules = oneRule{ID: "1", Rule: json.RawMessage("{}"), Text: hostile} })
	seen := map[string]bool{}
	for lang := range catalogue {
		markTemplates(t, b.site.pages, lang, seen)
	}
	for _, target := range targets(b) {
		for lang := range catalogue {
			for _, partial := range []string{"", "true"} {
				w := b.ask("GET", target, "", "HX-Request", partial, "Cookie", cookie("lang", lang))
				if w.Code >= 500 {
					t.Errorf("%s: %d %s", target, w.Code, w.Body)
				}
				if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
					escaped(t, target, w.Body.String())
				}
			}
		}
	}
	for lang, pages := range b.site.pages {
		for _, each := range pages.Templates() {
			if each.Name() != "" && !strings.HasSuffix(each.Name(), ".html") && !seen[lang+" "+each.Name()] {
				t.Errorf("%s: nothing was rendered with the template %s", lang, each.Name())
			}
		}
	}
}

// markTemplates lets each template of a language say that it was rendered.
func markTemplates(t *testing.T, by map[string]pages, lang string, seen map[string]bool) {
	t.Helper()
	var mu sync.Mutex // guards seen
	mark := template.FuncMap{"mark": func(name string) string {
		mu.Lock()
		defer mu.Unlock()
		seen[lang+" "+name] = true
		return ""
	}}
	marked := by[lang].Funcs(mark)
	for _, each := range marked.Templates() {
		if each.Tree == nil || each.Tree.Root == nil {
			continue
		}
		say := template.Must(template.New("").Funcs(mark).Parse(`{{mark "` + each.Name() + `"}}`))
		each.Tree.Root.Nodes = append([]parse.Node{say.Tree.Root.Nodes[0]}, each.Tree.Root.Nodes...)
	}
}

// escaped fails if anything hostile is more than a text or the value of an
// attribute, if a text has controls in it, or if a page has what its policy
// would not let it have.
func escaped(t *testing.T, where, page string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	for n := range root.Descendants() {
		switch n.Type {
		case html.CommentNode:
			t.Errorf("%s: a comment: %s", where, n.Data)
		case html.TextNode:
			legible(t, where, n.Data)
		case html.ElementNode:
			harmless(t, where, n)
		}
	}
}

func harmless(t *testing.T, where string, n *html.Node) {
	t.Helper()
	if strings.Contains(n.Data, "hostile") || n.Data == "script" && n.FirstChild != nil || n.Data == "style" || n.Data == "base" || n.Data == "object" || n.Data == "embed" {
		t.Errorf("%s: the element %s", where, n.Data)
	}
	for _, a := range n.Attr {
		switch {
		case strings.Contains(a.Key, "hostile"), strings.HasPrefix(a.Key, "on"), a.Key == "style", strings.HasPrefix(a.Key, "hx-on"), a.Key == "hx-vals", a.Key == "srcdoc":
			t.Errorf("%s: %s has the attribute %s", where, n.Data, a.Key)
		case slices.Contains([]string{"href", "src", "action", "formaction", "srcset", "poster", "hx-get", "hx-post"}, a.Key):
			led(t, where, n, a)
		case !slices.Contains([]string{"value", "data-scope", "data-tag", "data-preset", "data-edit"}, a.Key): // those are for scripts, and nobody sees them
			legible(t, where, a.Val)
		}
	}
	if n.Data == "iframe" && !slices.ContainsFunc(n.Attr, func(a html.Attribute) bool {
		return a.Key == "sandbox" && !strings.Contains(a.Val, "allow-s") && !strings.Contains(a.Val, "top")
	}) {
		t.Errorf("%s: a frame without a sandbox: %v", where, n.Attr)
	}
}

// led says that an address leads to us, or, as a link that somebody may follow,
// to the web.
func led(t *testing.T, where string, n *html.Node, a html.Attribute) {
	t.Helper()
	u, err := url.Parse(a.Val)
	if err != nil {
		t.Errorf("%s: %s %s=%q: %v", where, n.Data, a.Key, a.Val, err)
		return
	}
	own := u.Scheme == "" && u.Host == ""
	link := n.Data == "a" && a.Key == "href" && slices.Contains([]string{"http", "https", "mailto", "tel"}, u.Scheme)
	if !own && !link {
		t.Errorf("%s: %s %s=%q", where, n.Data, a.Key, a.Val)
	}
}

func legible(t *testing.T, where, text string) {
	t.Helper()
	if i := strings.IndexFunc(text, func(c rune) bool {
		return c != '\n' && c != '\t' && (unicode.IsControl(c) || unicode.In(c, unicode.Cf, unicode.Bidi_Control))
	}); i >= 0 {
		t.Errorf("%s: controls in %.200q", where, text[i:])
	}
}
