package web

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/browser"
)

var _ = Describe("Searching", func() {
	It("follows what is typed, and so does the URL", func(ctx SpecContext) {
		b := openInbox(ctx, 30, "/")
		b.Type("#q", `subject:"mail 7"`)
		b.finds(shownRow, 1)
		b.at("/search?q=subject%3A%22mail+7%22")
		b.sees("#total", "1 message")
		Expect(browser.Eval[int](b.Page, "history.length")).To(BeNumerically("<=", 2))
		b.Click(".row a")
		b.sees("#message h1", "mail 7")
		Expect(b.URL()).To(MatchRegexp(`^/view/[0-9A-Z]{26}\?q=subject`))
		browser.Eval[bool](b.Page, "history.back(), true")
		b.at("/search?q=subject%3A%22mail+7%22")
		b.finds("body:not(.reading)", 1)
		b.good()
	})

	It("keeps the message that is open, in the URL too", func(ctx SpecContext) {
		b := openInbox(ctx, 30, "/")
		b.Click(b.rowOf("mail 29") + " a")
		b.sees("#message h1", "mail 29")
		b.Type("#q", "subject:12")
		b.finds(shownRow, 1)
		Expect(b.URL()).To(MatchRegexp(`^/view/[0-9A-Z]{26}\?q=subject%3A12$`))
		Expect(b.Text("#message h1")).To(Equal("mail 29"))
		b.Click(`.tabs [data-tab="headers"]`)
		Eventually(b.URL).Should(MatchRegexp(`^/view/[0-9A-Z]{26}\?q=subject%3A12&tab=headers$`))
		b.Go(home(b.daemon) + b.URL())
		Expect(b.subjects(0)).To(Equal([]string{"mail 12"}))
		Expect(b.Text("#message h1")).To(Equal("mail 29"))
		Expect(browser.Eval[string](b.Page, `document.getElementById("q").value`)).To(Equal("subject:12"))
		b.good()
	})

	It("says in place where a search is wrong, and leaves the list", func(ctx SpecContext) {
		b := openInbox(ctx, 3, "/")
		b.Type("#q", "бат form:bat")
		b.sees(".search .wrong", "at character 5")
		b.sees(".search .wrong", "did you mean from:?")
		b.sees(".search .wrong mark", "f")
		Expect(b.Count(shownRow)).To(Equal(3))
		Expect(browser.Eval[string](b.Page, `document.getElementById("q").getAttribute("aria-invalid")`)).To(Equal("true"))
		b.Shot("search-wrong")
		b.Press(enter)
		Eventually(func() int { return browser.Eval[int](b.Page, `document.getElementById("q").selectionStart`) }).Should(Equal(4))
		browser.Eval[bool](b.Page, `document.getElementById("q").value = "", true`)
		b.Type("#q", "mail")
		Eventually(func() string { return b.Text(".search .wrong") }).Should(BeEmpty())
		Expect(b.Count("#q[aria-invalid]")).To(BeZero())
		b.good()
	})

	It("says in place where a search is wrong, in Mongolian", func(ctx SpecContext) {
		b := openInbox(ctx, 3, "/")
		b.Click(`.settings [name="lang"]`)
		b.sees("#total", "3 захидал")
		b.scripted()
		b.Type("#q", "бат form:bat")
		b.sees(".search .wrong", "Хайлтыг уншиж чадсангүй, 5-р тэмдэгт дээр:")
		b.sees(`.search .wrong [lang="mn"]`, `form: гэж байхгүй, from: гэх гэсэн үү? Үгийг нь хайх бол "form:bat" гэж бичнэ үү`)
		Expect(b.Count(`.search .wrong [lang="en"]`)).To(BeZero())
		Expect(b.Count(shownRow)).To(Equal(3))
		b.Shot("search-wrong-mongolian")
		b.Press(enter)
		Eventually(func() int { return browser.Eval[int](b.Page, `document.getElementById("q").selectionStart`) }).Should(Equal(4))
		b.good() // the next page is a 400, which Chromium notes
		b.Go(home(b.daemon) + "/search?q=%28")
		b.sees(`.search .wrong [lang="mn"]`, "төгсгөлд нь үг дутуу байна")
	})

	It("explains the language, and an example is a search", func(ctx SpecContext) {
		b := openInbox(ctx, 3, "/")
		b.Click(".search .ask")
		b.finds("#query-help:popover-open", 1)
		b.sees("#query-help", "got this code")
		b.Shot("search-help")
		b.Click(`#query-help [data-query="is:pinned"]`)
		b.at("/search?q=is%3Apinned")
		b.finds(shownRow, 0)
		b.sees("[data-empty]", "Nothing was found.")
		b.finds("#query-help:popover-open", 0)
		b.good()
	})
})
