package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/browser"
	"github.com/smtpspec/smtpspec/specs/internal/daemon"
)

// tab opens one of the tabs of the message, and waits for it.
func tab(page *browser.Page, name string) {
	GinkgoHelper()
	page.Click(`[data-tab="` + name + `"]`)
	Eventually(func() int { return page.Count("#tab.tab-" + name) }).Should(Equal(1))
}

// texts are those of all that a selector finds.
func texts(page *browser.Page, selector string) []string {
	GinkgoHelper()
	return browser.Eval[[]string](page, `[...document.querySelectorAll('`+selector+`')].map(e => e.innerText.trim())`)
}

func attribute(page *browser.Page, selector, name string) string {
	GinkgoHelper()
	return browser.Eval[string](page, `document.querySelector('`+selector+`')?.getAttribute('`+name+`') ?? ""`)
}

// wide are the elements that are wider than the window.
const wide = `["html", "#message"].map(s => document.querySelector(s)).filter(e => e.scrollWidth > innerWidth)
	.flatMap(e => [...e.querySelectorAll("*")]).filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))`

var _ = Describe("A message", func() {
	var (
		d        *daemon.Daemon
		page     *browser.Page
		id       string
		asked    atomic.Int64
		pictures *httptest.Server
	)
	BeforeEach(func() {
		page = nil
		asked.Store(0)
		pictures = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.Header().Set("Content-Type", "image/png")
		}))
		DeferCleanup(pictures.Close)
		d = daemon.Start(command, "--store", "memory", "--no-starttls", "--rule", `{"on":"RCPT","to":"bad@*","reply":"550 5.1.1 No such user"}`)
		id = post(d, "bounce@example.mn", rich(pictures.URL), "oyun@example.net", "bad@example.net", "dorj@example.net", "hidden@example.net")
		page = chromium.Open(home(d) + "/view/" + id)
	})
	AfterEach(func() {
		if page != nil {
			Expect(page.Faults()).To(BeEmpty())
		}
	})

	It("holds the envelope against the header", func() {
		Expect(page.Text(".envelope .wire")).To(And(ContainSubstring("<bounce@example.mn>"), ContainSubstring("differs")))
		Expect(page.Text(".envelope .to li.got")).To(ContainSubstring("oyun@example.net"))
		Expect(page.Text(".envelope .to li.refused")).To(And(ContainSubstring("bad@example.net"), ContainSubstring("550 5.1.1 No such user")))
		Expect(page.Text(".envelope .to li.absent")).To(And(ContainSubstring("elsewhere@example.net"), ContainSubstring("not in the envelope")))
		Expect(page.Text(".envelope .cc li.got")).To(ContainSubstring("Дорж"))
		Expect(page.Text(".envelope .blind li.got")).To(ContainSubstring("hidden@example.net"))
		Expect(page.Text(".envelope")).To(ContainSubstring("help@example.mn"))
		page.Shot("message-html")
	})

	It("shows the null sender as <>", func() {
		page.Go(home(d) + "/view/" + post(d, "", bare("To: oyun@example.net\nSubject: bounce\n", "\nx\n"), "oyun@example.net"))
		Expect(page.Text(".envelope .wire")).To(And(ContainSubstring("<>"), ContainSubstring("null sender")))
	})

	It("loads nothing from elsewhere before it is told to, and then once", func() {
		Expect(page.Text(".notice")).To(ContainSubstring("1 remote image blocked"))
		Expect(asked.Load()).To(BeZero())
		page.Click("[data-remote]")
		Eventually(asked.Load).Should(BeEquivalentTo(1))
		Expect(page.Text(".notice")).To(ContainSubstring("in this view only"))
		Expect(page.URL()).NotTo(ContainSubstring("remote"))
		page.Go(home(d) + "/view/" + id)
		Expect(page.Text(".notice")).To(ContainSubstring("1 remote image blocked"))
		Expect(asked.Load()).To(BeEquivalentTo(1))
	})

	It("is shown as wide as a phone, and on dark", func() {
		width := func() int {
			return browser.Eval[int](page, "Math.round(document.querySelector('iframe.mail').getBoundingClientRect().width)")
		}
		page.Click(`[data-width="phone"]`)
		Eventually(width).Should(Equal(375))
		page.Click(`[data-width="tablet"]`)
		Eventually(width).Should(Equal(768))
		page.Click(`[data-scheme="dark"]`)
		Eventually(func() string { return attribute(page, "iframe.mail", "src") }).Should(ContainSubstring("scheme=dark"))
		Expect(page.URL()).To(And(ContainSubstring("scheme=dark"), ContainSubstring("width=tablet")))
		page.Shot("message-dark-frame")
	})

	It("has its code and its links above the body", func() {
		Expect(page.Text(".lifted .code strong")).To(Equal("482913"))
		Expect(page.Text(".lifted summary")).To(And(ContainSubstring("3 links"), ContainSubstring("1 leads elsewhere")))
		Expect(texts(page, ".lifted .host")).To(ConsistOf("shop.example.mn", "evil.example"))
		Expect(page.Text(".lifted .links")).To(And(ContainSubstring("the text says bank.example"), ContainSubstring("not a link that is opened")))
		Expect(browser.Eval[bool](page, `[...document.querySelectorAll(".links a")].every(a => /^https?:/.test(a.href) && a.rel === "noopener noreferrer nofollow")`)).To(BeTrue())
		page.Click(".code .copy")
		Eventually(func() string { return page.Text(".code .copy") }).Should(Equal("Copied"))
	})

	It("has its files as cards", func() {
		Expect(texts(page, ".card strong")).To(Equal([]string{"photo.png", "order.csv", "drawing.svg", "раypal�fdp.exe"}))
		Expect(texts(page, ".card .mark")).To(Equal([]string{"hidden characters", "mixed scripts"}))
		Eventually(func() int {
			return browser.Eval[int](page, `document.querySelector(".card img").naturalWidth`)
		}).Should(Equal(1))
		Expect(page.Count(".card img")).To(Equal(1), "a picture of pixels is shown, a drawing is not")
		page.Click(".card .preview summary")
		Expect(page.Text(".card .preview pre")).To(ContainSubstring("<script>alert(1)</script>,1"))
		page.Click(".card .sums summary")
		Expect(page.Text(".card .sums")).To(And(MatchRegexp(`\b[0-9a-f]{64}\b`), MatchRegexp(`\b[0-9a-f]{32}\b`)))
		page.Shot("message-files")
	})

	It("has a text whose links can be clicked", func() {
		tab(page, "text")
		Expect(page.Text("pre.text")).To(ContainSubstring("Сайн байна уу!"))
		Expect(attribute(page, "pre.text a", "href")).To(Equal("https://shop.example.mn/orders/4711"))
		wrapped := func() string {
			return browser.Eval[string](page, `getComputedStyle(document.querySelector("pre.text")).whiteSpaceCollapse + getComputedStyle(document.querySelector("pre.text")).textWrapMode`)
		}
		Expect(wrapped()).To(Equal("preservewrap"))
		page.Click(`label[for="wrap-text"]`)
		Expect(wrapped()).To(Equal("preservenowrap"))
		page.Shot("message-text")
	})

	It("says what its HTML says where there is no text", func() {
		page.Go(home(d) + "/view/" + post(d, "shop@example.mn", bare("To: oyun@example.net\nSubject: html\n", "Content-Type: text/html\n\n<p>Only <b>HTML</b></p>\n"), "oyun@example.net") + "?tab=text")
		Expect(page.Text(".notice")).To(ContainSubstring("no plain text"))
		Expect(page.Text("pre.text")).To(Equal("Only HTML"))
	})

	It("has its source, with numbers of lines", func() {
		tab(page, "source")
		Expect(page.Text(".source li")).To(HavePrefix("From: =?utf-8?B?"))
		Expect(browser.Eval[string](page, `getComputedStyle(document.querySelector(".source li.head")).display`)).To(Equal("list-item"))
		Expect(page.Count(".source li")).To(Equal(strings.Count(rich(""), "\n")))
		Expect(page.Text(".source")).To(ContainSubstring(`<a href="javascript:alert(1)">`))
		Expect(attribute(page, ".tab a[download]", "href")).To(Equal("/api/messages/" + id + "/raw"))
		page.Shot("message-source")
	})

	It("cuts a long source, and says where all of it is", func() {
		long := bare("To: oyun@example.net\nSubject: long\n", "\n"+strings.Repeat(strings.Repeat("x", 70)+"\n", 20_000))
		page.Go(home(d) + "/view/" + post(d, "shop@example.mn", long, "oyun@example.net") + "?tab=source")
		Expect(page.Text(".notice")).To(ContainSubstring("Only the beginning of 1.4 MB"))
		Expect(page.Count(".source li")).To(BeNumerically("~", 1<<20/72, 10))
	})

	It("has its header, decoded and as sent", func() {
		tab(page, "headers")
		Expect(page.Text(".headers tbody tr:nth-child(5)")).To(And(ContainSubstring("Таны захиалга 4711"), ContainSubstring("=?utf-8?B?0KLQ")))
		page.Shot("message-headers")
		page.Click(`[data-headers="raw"]`)
		Eventually(func() string { return page.Text(".headers tbody tr:nth-child(5)") }).ShouldNot(ContainSubstring("Таны"))
		page.Click(`[data-headers="decoded"]`)
		Eventually(func() string { return page.Text(".headers tbody tr:nth-child(5)") }).ShouldNot(ContainSubstring("=?"))
	})

	It("has its parts as a tree", func() {
		tab(page, "parts")
		Expect(texts(page, ".parts tbody th")).To(Equal([]string{
			"multipart/mixed", "1 multipart/related", "1.1 multipart/alternative", "1.1.1 text/plain utf-8", "1.1.2 text/html utf-8", "1.2 image/png",
			"2 image/png", "3 text/csv utf-8", "4 image/svg+xml", "5 application/octet-stream",
		}))
		Expect(page.Text(".parts tbody tr:nth-child(4)")).To(And(ContainSubstring("8bit"), ContainSubstring("Open"), ContainSubstring("Download")))
		Expect(page.Text(".parts tbody tr:nth-child(9)")).NotTo(ContainSubstring("Open"))
		page.Shot("message-parts")
	})

	It("says what the message and its session break, and what that takes from its score", func() {
		broken := "From: shop@example.mn\nSubject: broken\nMIME-Version: 1.0\n\n" + strings.Repeat("xxxx ", 40) + "\n"
		page.Go(home(d) + "/view/" + post(d, "shop@example.mn", broken, "oyun@example.net") + "?tab=checks")
		Expect(page.Text("#rule-lint-line-78")).To(And(ContainSubstring("RFC 5322"), ContainSubstring("The usual fix"), ContainSubstring("What it does to mail"), ContainSubstring("xxxx")))
		Expect(page.Text("#rule-lint-date")).NotTo(BeEmpty())
		Expect(page.Text(".counts .good")).To(MatchRegexp(`^\d+ rules kept$`))
		Expect(page.Text(".tabs .score")).To(Equal(page.Text(".figure")))
		Expect(page.Text(".figure")).To(Equal("70/100"))
		page.Shot("message-checks")
	})

	It("says which clients do not support what its HTML uses", func() {
		tab(page, "checks")
		Expect(texts(page, ".clients summary code")).To(And(ContainElements("display:flex", "gap, column-gap, row-gap"), Not(ContainElement("display:grid"))))
		page.Click(".clients summary")
		Expect(page.Text(".clients details[open]")).To(And(ContainSubstring("Gmail"), ContainSubstring("Outlook"), ContainSubstring("More about it")))
		page.Shot("message-clients")
	})

	It("has buttons that do what the list does", func() {
		Eventually(func() int { return page.Count(".row.unread") }).Should(BeZero())
		page.Click(`.actions [data-act="unread"]`)
		Eventually(func() int { return page.Count(".row.unread") }).Should(Equal(1))
		page.Click(`.actions [data-act="read"]`)
		Eventually(func() int { return page.Count(".row.unread") }).Should(BeZero())
		page.Click(`.actions [data-act="pin"]`)
		Eventually(func() int { return page.Count(".row.pinned") }).Should(Equal(1))
		page.Click(`.actions [data-act="unpin"]`)
		Eventually(func() int { return page.Count(".row.pinned") }).Should(BeZero())
		page.Click(`.actions [data-act="tag"]`)
		page.Type("#tagging input", "order\r")
		Eventually(func() string { return page.Text(".message .tags") }).Should(Equal("order"))
		page.Click(`.actions [data-act="delete"]`)
		Eventually(func() int { return page.Count("article.message") }).Should(BeZero())
	})

	It("has buttons where the list does not have it", func() {
		page.Go(home(d) + "/view/" + id + "?q=subject:none")
		Expect(page.Count(".row")).To(BeZero())
		page.Click(`.actions [data-act="tag"]`)
		page.Type("#tagging input", "захиалга\r")
		Eventually(func() string { return page.Text(".message .tags") }).Should(Equal("захиалга"))
		Eventually(func() int { return page.Count(`#tags [data-tag="захиалга"]`) }).ShouldNot(BeZero())
		page.Click(`.actions [data-act="tag"]`)
		page.Click(`#tagging .known [aria-pressed="true"]`)
		Eventually(func() string { return page.Text(".message .tags") }).Should(BeEmpty())
		page.Click(`.actions [data-act="pin"]`)
		Eventually(func() []daemon.Item { return d.All("is:pinned") }).Should(HaveLen(1))
	})

	It("folds many recipients, and unfolds them", func() {
		header := "To: " + strings.Join(many(10_000), ",\n ") + "\nSubject: many\n"
		page.Go(home(d) + "/view/" + post(d, "shop@example.mn", bare(header, "\nx\n"), many(100)...))
		Expect(page.Count(".envelope .to li")).To(Equal(11))
		Expect(page.Text("[data-more]")).To(Equal("and 9990 more: show all"))
		page.Shot("message-many")
		page.Click("[data-more]")
		Eventually(func() int { return page.Count(".envelope .to li.got") }).Should(Equal(100))
		Expect(page.Count(".envelope .to li")).To(Equal(10_000))
	})

	It("is readable on a phone, in the dark and in Mongolian", func() {
		page.Size(360, 740)
		for _, name := range []string{"html", "text", "source", "headers", "parts", "checks"} {
			tab(page, name)
			Expect(browser.Eval[[]string](page, wide)).To(BeEmpty(), name)
			page.Shot("message-phone-" + name)
		}
		Expect(page.Barriers()).To(BeEmpty())
		page.Size(1400, 900)
		page.Click(`.settings [name="theme"]`)
		Eventually(func() int { return page.Count(`.settings [value="light"]`) }).Should(Equal(1))
		page.Click(`.settings [name="lang"]`)
		Eventually(func() int { return page.Count(`.settings [value="en"]`) }).Should(Equal(1))
		for _, name := range []string{"html", "headers", "parts", "checks"} {
			tab(page, name)
			Expect(page.Barriers()).To(BeEmpty(), name)
			page.Shot("message-dark-mn-" + name)
		}
	})
})
