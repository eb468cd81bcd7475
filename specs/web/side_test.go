package web

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/browser"
)

var _ = Describe("Beside the list", func() {
	It("tags filter, in colours of their own", func(ctx SpecContext) {
		b := openInbox(ctx, 12, "/")
		b.daemon.Change("PATCH", "/api/messages", `{"q":"subject:1","tags":["welcome","Тест","two \"words\""]}`)
		b.sees("#tags", "welcome")
		b.finds("#tags li", 3)
		b.Shot("tags")
		b.Click(`#tags a[data-tag="two \"words\""]`)
		b.finds(shownRow, 4)
		b.finds(`#tags [aria-current="page"]`, 1)
		b.Click(`.row .tag[data-tag="Тест"]`)
		b.at("/search?q=tag%3A%D0%A2%D0%B5%D1%81%D1%82")
		b.finds(shownRow, 4)
		Expect(b.Count("body.reading")).To(BeZero())
		b.good()
	})

	It("runs are chosen, and the search stays", func(ctx SpecContext) {
		b := openInbox(ctx, 2, "/search?q=mail")
		deliver(ctx, b.daemon, letter("mail of the run", "x"), "oyun+run-job-17@example.net")
		b.Go(home(b.daemon) + "/search?q=mail")
		b.scripted()
		b.finds(shownRow, 3)
		browser.Eval[bool](b.Page, `(() => { const s = document.getElementById("run"); s.value = "job-17"; s.dispatchEvent(new Event("change", {bubbles: true})); return true; })()`)
		b.at("/search?q=mail&run=job-17")
		b.finds(shownRow, 1)
		deliver(ctx, b.daemon, letter("mail of none", "x"))
		deliver(ctx, b.daemon, letter("mail again", "x"), "oyun+run-job-17@example.net")
		b.finds(shownRow, 2)
		Expect(b.subjects(1)).To(Equal([]string{"mail again"}))
		b.good()
	})

	It("notifications are asked for by a click, and a burst is one", func(ctx SpecContext) {
		b := openInbox(ctx, 1, "/")
		browser.Eval[bool](b.Page, `(() => {
			window.told = [];
			window.Notification = class { constructor(title, o) { told.push(title + " / " + o.body); } };
			Notification.permission = "default";
			Notification.requestPermission = async () => Notification.permission = "granted";
			Object.defineProperty(document, "hidden", {get: () => true});
			return true; })()`)
		told := func() []string { return browser.Eval[[]string](b.Page, "told") }
		flood(ctx, b.daemon, "before", 2)
		b.sees("#total", "3 messages")
		Expect(told()).To(BeEmpty())
		b.Click("[data-notify]")
		b.finds(`[data-notify][aria-pressed="true"]`, 1)
		deliver(ctx, b.daemon, letter("Таны код", "482913"))
		Eventually(told).Should(Equal([]string{"Таны код / Бат"}))
		Expect(told()).To(HaveLen(1))
		flood(ctx, b.daemon, "burst", 40)
		b.sees("#total", "44 messages")
		Eventually(func() int { return len(told()) }).Should(BeNumerically(">", 1))
		Expect(len(told())).To(BeNumerically("<", 6), "a burst is told of once in a second at most")
		Expect(told()[1]).To(MatchRegexp(`^\d+ new messages / burst`))
		b.Click("[data-notify]")
		b.finds(`[data-notify][aria-pressed="false"]`, 1)
		b.good()
	})

	It("all is said in Mongolian, too", func(ctx SpecContext) {
		b := openInbox(ctx, 3, "/")
		b.Click(`.settings [name="lang"]`)
		b.sees("#total", "3 захидал")
		b.scripted()
		b.Press("j")
		b.sees("#message h1", "mail 3")
		b.Press("x#")
		b.sees(".toast", "1 захидлыг устгалаа")
		b.sees("#total", "2 захидал")
		b.Press("z")
		b.sees(".toast", "Буцаалаа")
		b.Press("?")
		b.sees("#keys", "Дараагийн захидал")
		b.Shot("keys-mongolian")
		b.Press(escape)
		b.Click(".search .ask")
		b.sees("#query-help", "Хэрхэн хайх вэ")
		b.Shot("search-help-mongolian")
		b.Press(escape)
		deliver(ctx, b.daemon, letter("Дараагийнх", "x"))
		b.sees(".row time", "саяхан")
		b.good()
	})

	It("all is there on a phone", func(ctx SpecContext) {
		b := openInbox(ctx, 8, "/")
		b.daemon.Change("PATCH", "/api/messages", `{"q":"subject:8","tags":["welcome","a rather long name of a tag"],"pinned":true}`)
		b.Size(360, 740)
		b.sees(".row .foot", "welcome")
		b.Shot("phone-list")
		Expect(browser.Eval[int](b.Page, "document.documentElement.scrollWidth")).To(BeNumerically("<=", 360))
		b.Click("[data-all]")
		b.Shot("phone-selection")
		Expect(browser.Eval[int](b.Page, "document.documentElement.scrollWidth")).To(BeNumerically("<=", 360))
		b.Click("[data-all]")
		b.Click(".menu")
		b.finds("#side:popover-open", 1)
		b.Shot("phone-side")
		b.Click("#tags a")
		b.finds(shownRow, 1)
		b.Click(".row a")
		b.sees("#message h1", "mail 8")
		b.Shot("phone-message")
		b.Press(escape)
		Eventually(func() string { return b.Text(shownRow + " .subject") }).Should(Equal("mail 8"))
		b.Click(".search .ask")
		b.Shot("phone-help")
		b.good()
	})

	It("is dark where one likes it", func(ctx SpecContext) {
		b := openInbox(ctx, 12, "/")
		b.daemon.Change("PATCH", "/api/messages", `{"q":"subject:1","tags":["welcome","Тест","urgent","billing"]}`)
		b.Press("j")
		b.sees("#message h1", "mail 12")
		url := b.URL()
		b.Click(`.settings [name="theme"]`)
		b.at(url)
		b.finds(`html.scripted[data-theme="dark"]`, 1)
		b.ClickWith(b.rowOf("mail 11") + " .pick")
		b.finds(".row .tag", 16)
		b.Shot("dark")
		b.good()
	})
})
