package web

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/browser"
	"github.com/smtpspec/smtpspec/specs/internal/daemon"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

// pause is between two questions to a browser that is busy.
const pause = 200 * time.Millisecond

// readable is what each hostile message says to a person.
const readable = "Plain words that have to be readable."

// hostile returns one of the messages in testdata/hostile. Its scripts tell
// their parent that they ran; what it loads is of evil.example; the one thing
// that somebody may click is http://evil.example/clicked.
func hostile(name string) string {
	GinkgoHelper()
	b, err := os.ReadFile(filepath.Join("testdata", "hostile", name+".eml"))
	Expect(err).NotTo(HaveOccurred())
	return string(b)
}

// visit is somebody who looks at everything of one message.
type visit struct {
	d       *daemon.Daemon
	outside *browser.Outside
	page    *browser.Page
	id      string
}

func newVisit(message string, flags ...string) *visit {
	GinkgoHelper()
	v := &visit{d: daemon.Start(command, append([]string{"--store", "memory", "--no-starttls"}, flags...)...), outside: browser.StartOutside()}
	v.id = sendAsItIs(v.d, onWire(message))
	v.page = chromium.OpenIn(v.outside, home(v.d)+"/healthz")
	v.page.Hear()
	return v
}

// sendAsItIs sends what no client that keeps the rules would, and returns the
// ID of the message.
func sendAsItIs(d *daemon.Daemon, message string) string {
	GinkgoHelper()
	conn, err := net.Dial("tcp", d.SMTP)
	Expect(err).NotTo(HaveOccurred())
	defer conn.Close()
	c := rawclient.Over(conn, patience)
	Expect(c.Reply()).To(HavePrefix("220"))
	c.Hello()
	_, id, queued := strings.Cut(c.Send(message), "queued as ")
	Expect(queued).To(BeTrue())
	return id
}

// tabs opens each tab, looks whether the page still works, and lets do.
func (v *visit) tabs(do func(tab string)) {
	GinkgoHelper()
	v.page.Go(home(v.d) + "/view/" + v.id)
	for _, tab := range browser.Eval[[]string](v.page, `[...document.querySelectorAll("[data-tab]")].map(e => e.dataset.tab)`) {
		v.page.Click(`[data-tab="` + tab + `"]`)
		Eventually(func() int { return v.page.Count(`[data-tab="` + tab + `"][aria-current]`) }).WithTimeout(patience).WithPolling(pause).Should(Equal(1), tab)
		do(tab)
		v.usable(tab)
	}
}

// usable expects that the list and the tabs are where they belong, and that
// nothing lies over them.
func (v *visit) usable(tab string) {
	GinkgoHelper()
	Expect(browser.Eval[[]string](v.page, `["#q", ".row a", "[data-tab][aria-current]"].flatMap(s => {
		const e = document.querySelector(s), r = e.getBoundingClientRect();
		const on = document.elementFromPoint(r.left + Math.min(20, r.width / 2), r.top + r.height / 2);
		return e.contains(on) ? [] : [s + " by " + on?.outerHTML.slice(0, 200)];
	})`)).To(BeEmpty(), "what is covered in the tab %s", tab)
	Expect(browser.Eval[int](v.page, "document.documentElement.scrollWidth - innerWidth")).To(BeNumerically("<=", 0), tab)
}

// unharmed expects that nothing ran, that nothing left the machine but for
// what was clicked, and that the page is where it was.
func (v *visit) unharmed(clicked ...string) {
	GinkgoHelper()
	Expect(browser.Eval[[]any](v.page, "window.heard")).To(BeEmpty(), "scripts that ran")
	Expect(browser.Eval[string](v.page, "String(window.ran)")).To(Equal("undefined"))
	Expect(slices.DeleteFunc(v.outside.Asked(), func(what string) bool { return slices.Contains(clicked, what) })).To(BeEmpty(), "what was asked of others")
	for _, asked := range v.page.Asked() {
		Expect(asked).To(Or(HavePrefix(home(v.d)+"/"), HavePrefix("data:image/"), HavePrefix("about:")))
	}
	Expect(v.faults()).To(BeEmpty())
	v.asItWas()
}

// faults are those of the page: what the policy of a message's frame refuses is
// told as an error of the URL of the frame, and is what it is there for.
func (v *visit) faults() []string {
	frame := "/api/messages/" + v.id + "/"
	return slices.DeleteFunc(v.page.Faults(), func(f string) bool { return strings.Contains(f, frame) })
}

// asItWas expects that no setting, no message and no session was changed.
func (v *visit) asItWas() {
	GinkgoHelper()
	Expect(browser.Eval[string](v.page, "document.cookie")).NotTo(ContainSubstring("smtpspec_theme"))
	Expect(v.d.All("")).To(HaveLen(1))
}

var _ = Describe("A hostile message", func() {
	const clicked = "GET http://evil.example/clicked"

	DescribeTable("runs nothing, loads nothing and leads nowhere", func(name string) {
		v := newVisit(hostile(name))
		v.tabs(func(tab string) {
			if tab == "html" {
				Eventually(func() int { return v.page.Count("iframe") }).Should(BeNumerically(">", 0))
				v.page.ClickAllOver("iframe")
				v.page.Shot("hostile-" + name)
			}
			Expect(v.page.URL()).To(HavePrefix("/view/" + v.id))
			v.unharmed(clicked)
		})
		Expect(v.page.Text("#rows")).NotTo(BeEmpty())
	},
		Entry("script in every place", "scripts"),
		Entry("markup that parsers read differently", "parsers"),
		Entry("charsets that hide markup", "utf7"),
		Entry("everything that loads something", "loads"),
		Entry("everything that leads away", "leaving"),
		Entry("styles that leave their frame", "escaping"),
		Entry("parts that are documents", "embedded"),
		Entry("names and fields that are markup", "names"),
	)

	DescribeTable("is harmless where it is opened by itself", func(name string) {
		v := newVisit(hostile(name))
		for _, how := range []string{"/html", "/text"} {
			v.page.Go(home(v.d) + "/api/messages/" + v.id + how)
			Expect(browser.Eval[string](v.page, "document.body.innerText")).To(ContainSubstring(readable))
			Expect(browser.Eval[string](v.page, "String(window.ran)")).To(Equal("undefined"))
			Expect(v.page.URL()).To(HaveSuffix(how))
		}
		Expect(v.outside.Asked()).To(BeEmpty())
		v.page.Go(home(v.d) + "/")
		v.asItWas()
	},
		Entry("script in every place", "scripts"),
		Entry("markup that parsers read differently", "parsers"),
		Entry("everything that loads something", "loads"),
		Entry("everything that leads away", "leaving"),
		Entry("styles that leave their frame", "escaping"),
		Entry("parts that are documents", "embedded"),
	)

	It("has parts that a browser takes for files, whatever they are", func() {
		v := newVisit(hostile("embedded"))
		v.page.Go(home(v.d) + "/view/" + v.id)
		inline := map[string]string{"polyglot.gif": "image/gif", "text.html": "text/plain; charset=utf-8", "picture.png": "image/png"}
		type answer struct{ Type, How, Policy, Sniff string }
		parts := browser.Eval[int](v.page, `fetch("/api/messages/`+v.id+`").then(r => r.json()).then(m => m.parts.length)`)
		Expect(parts).To(Equal(14))
		for n := range parts {
			path := fmt.Sprintf("/api/messages/%s/parts/%d", v.id, n)
			a := browser.Eval[answer](v.page, `fetch("`+path+`").then(r => { const h = n => r.headers.get(n) ?? "";
				return {Type: h("Content-Type"), How: h("Content-Disposition"), Policy: h("Content-Security-Policy"), Sniff: h("X-Content-Type-Options")}; })`)
			Expect(a.Sniff).To(Equal("nosniff"))
			Expect(a.Policy).To(And(ContainSubstring("sandbox"), ContainSubstring("default-src 'none'"), Not(ContainSubstring("allow-"))))
			Expect(script(v.page, path)).To(Equal("refused"), "part %d as a script: %v", n, a)
			if strings.HasPrefix(a.How, "attachment") {
				v.page.Downloads(home(v.d) + path)
				continue
			}
			name, kind := nameOf(a.How), a.Type
			Expect(inline).To(HaveKeyWithValue(name, kind))
			delete(inline, name)
			v.page.Go(home(v.d) + path)
			Expect(browser.Eval[string](v.page, "String(window.ran)")).To(Equal("undefined"), "%v", a)
			v.page.Go(home(v.d) + "/view/" + v.id)
		}
		Expect(inline).To(BeEmpty())
		v.unharmed()
	})

	// Without this nothing would say that the messages are hostile.
	DescribeTable("would do its harm elsewhere", func(name string, ran int, asked ...string) {
		outside := browser.StartOutside()
		_, markup, _ := strings.Cut(hostile(name), "\n\n")
		outside.Put("http://elsewhere.example/inner", markup)
		outside.Put("http://elsewhere.example/", `<iframe src="/inner" width=800 height=600></iframe>`)
		page := chromium.OpenIn(outside, "http://elsewhere.example/inner")
		page.Hear()
		page.Go("http://elsewhere.example/")
		Eventually(func() int { return browser.Eval[int](page, "new Set(window.heard).size") }).WithTimeout(patience).WithPolling(pause).Should(BeNumerically(">=", ran))
		for _, what := range asked {
			Eventually(outside.Asked).WithTimeout(patience).WithPolling(pause).Should(ContainElement("GET http://evil.example/" + what))
		}
	},
		Entry("script in every place", "scripts", 15),
		Entry("markup that parsers read differently", "parsers", 10),
		Entry("everything that loads something", "loads", 0, "sheet.css", "import.css", "escaped.css", "font.woff2", "css-background.png", "css-escape.png", "img.png",
			"no-scheme.png", "tab.png", "backslash.png", "srcset-1x.png", "picture.png", "input.png", "poster.png", "table.png", "frame", "object",
			"svg-image.png", "feimage.png", "custom.png", "style.png"),
		Entry("everything that leads away", "leaving", 0, "refresh"),
	)

	DescribeTable("stays usable, however much it is", func(message func() string) {
		v := newVisit(message())
		v.tabs(func(tab string) {
			if tab == "html" || tab == "text" {
				v.page.Shot("hostile-much")
			}
		})
		v.unharmed()
	},
		Entry("5 MB of HTML", func() string {
			return head("Five megabytes", "text/html") + "<p>" + readable + strings.Repeat("<div><b>word</b> <i style=\"color:red\">word</i></div>\n", 5_000_000/52)
		}),
		Entry("HTML that is 100,000 elements deep", func() string {
			return head("Deep HTML", "text/html") + strings.Repeat("<div><span>", 50_000) + readable
		}),
		Entry("10,000 recipients", func() string {
			var to strings.Builder
			for i := range 10_000 {
				fmt.Fprintf(&to, "Name %d <to%d@example.net>,\n ", i, i)
			}
			return "To: " + to.String() + "last@example.net\n" + head("Ten thousand", "text/plain") + readable
		}),
		Entry("1,000 attachments", func() string {
			var parts strings.Builder
			for i := range 1000 {
				fmt.Fprintf(&parts, "--b\nContent-Type: text/html\nContent-Disposition: attachment; filename=\"%d.html\"\n\n<script>ran=1</script>\n", i)
			}
			return head("A thousand files", "multipart/mixed; boundary=b") + "--b\nContent-Type: text/plain\n\n" + readable + "\n" + parts.String() + "--b--"
		}),
		Entry("MIME that is 200 parts deep", func() string {
			var deep strings.Builder
			for i := range 200 {
				fmt.Fprintf(&deep, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
			}
			return "Subject: Deep MIME\n" + deep.String() + "Content-Type: text/plain\n\n" + readable
		}),
		Entry("one word of a million letters", func() string {
			return "Subject: " + strings.Repeat("W", 5000) + "\n" + head("Long", "text/plain") + strings.Repeat("w", 1_000_000)
		}),
	)
})

// head is the header of a message, and the blank line behind it.
func head(subject, kind string) string {
	return "From: Бат <bat@example.mn>\nSubject: " + subject + "\nMIME-Version: 1.0\nContent-Type: " + kind + "\n\n"
}

// script says whether a page of ours would run what is under a path.
func script(page *browser.Page, path string) string {
	GinkgoHelper()
	return browser.Eval[string](page, `new Promise(told => {
		const s = document.createElement("script");
		s.src = "`+path+`";
		s.onload = () => told("ran");
		s.onerror = () => told("refused");
		document.head.append(s);
	})`)
}

// nameOf is the name in a Content-Disposition of ours.
func nameOf(disposition string) string {
	_, rest, _ := strings.Cut(disposition, `filename="`)
	name, _, _ := strings.Cut(rest, `"`)
	return name
}

var _ = Describe("Hostile words of others", func() {
	const evil = `"'><img src=x: onerror=parent.postMessage('evil','*')><script>parent.postMessage('evil','*')</script>{{.}}` + "\u202e\x1b[2J"

	DescribeTable("in a URL are words", func(path string) {
		v := newVisit(letter("Hello", readable))
		v.page.Go(home(v.d) + path + url.QueryEscape(evil))
		Expect(browser.Eval[[]any](v.page, "window.heard")).To(BeEmpty())
		Expect(v.page.Count(`img[src="x:"]`)).To(Equal(0))
		Expect(v.outside.Asked()).To(BeEmpty())
		status := func(f string) bool { return strings.Contains(f, "status of 40") }
		Expect(slices.DeleteFunc(v.page.Faults(), status)).To(BeEmpty())
	},
		Entry("a search", "/search?q="),
		Entry("a search within a search", "/search?q=%28from:"),
		Entry("a run", "/?run="),
		Entry("a tab", "/view/latest?tab="),
		Entry("an ID", "/view/"),
		Entry("a cursor", "/ui/rows?after="),
		Entry("any path", "/"),
	)

	It("in the search box are words too", func() {
		v := newVisit(letter("Hello", readable))
		v.page.Go(home(v.d) + "/")
		v.page.Type("#q", `"><img src=x: onerror=parent.postMessage('evil','*')>`+"\r")
		Eventually(v.page.URL).Should(HavePrefix("/search?q="))
		Expect(browser.Eval[[]any](v.page, "window.heard")).To(BeEmpty())
		Expect(v.page.Count(`img[src="x:"]`)).To(Equal(0))
	})

	It("as a tag or a run are words", func() {
		v := newVisit("X-Run: \"><script>parent.postMessage('run','*')</script>\n" + letter("Hello", readable))
		v.d.Change("PATCH", "/api/messages/"+v.id, `{"tags":["<img src=x: onerror=parent.postMessage('tag','*')>","\" onmouseover=alert(1) x=\"","../../x?y#z"]}`)
		v.page.Go(home(v.d) + "/")
		Expect(v.page.Text(".row")).To(ContainSubstring("<img src=x: onerror=parent.postMessage('tag','*')>"))
		v.tabs(func(string) {})
		v.unharmed()
	})
})

var _ = Describe("A hostile session", func() {
	const evil = `"'><img src=x: onerror=parent.postMessage('evil','*')><script>parent.postMessage('evil','*')</script>{{.}}`

	It("is shown as text", func() {
		v := newVisit(letter("Hello", readable))
		rule(v.d, `{"on":"MAIL","reply":"550 5.7.1 <script>parent.postMessage('reply','*')</script>\"><img src=x: onerror=parent.postMessage('reply','*')>"}`)
		c := dial(v.d)
		c.Ask("EHLO " + evil)
		c.Hello()
		c.Ask("MAIL FROM:<a@example.mn>")
		c.Ask(evil + "\x1b]0;title\x07\u202e\xff")
		c.Ask("AUTH PLAIN " + evil)
		c.Quit()
		id := newest(v.d, 2)
		for path, text := range map[string]string{"/sessions": "550", "/sessions/" + id: "<script>", "/faults": "<script>"} {
			v.page.Go(home(v.d) + path)
			Eventually(func() string { return v.page.Text("#main") }).WithTimeout(patience).WithPolling(pause).Should(ContainSubstring(text), path)
			Expect(browser.Eval[[]any](v.page, "window.heard")).To(BeEmpty(), path)
			Expect(v.page.Count(`img[src="x:"]`)).To(Equal(0), path)
			Expect(v.page.Text("body")).NotTo(ContainSubstring("\u202e"))
			v.page.Shot("hostile" + strings.ReplaceAll(strings.TrimSuffix(path, id), "/", "-"))
		}
		Expect(v.outside.Asked()).To(BeEmpty())
		Expect(v.page.Faults()).To(BeEmpty())
	})
})
