package web

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/browser"
)

var _ = Describe("Links", func() {
	It("are those that Mailpit has", func(ctx SpecContext) {
		b := openInbox(ctx, 12, "/view/latest?q=subject:3")
		id := b.daemon.IDs("subject:3")[0]
		Expect(b.URL()).To(Equal("/view/" + id + "?q=subject%3A3"))
		Expect(b.subjects(0)).To(Equal([]string{"mail 3"}))
		b.Go(home(b.daemon) + "/search?q=subject:5")
		Expect(b.subjects(0)).To(Equal([]string{"mail 5"}))
		for path, want := range map[string]string{
			"/view/" + id + ".raw": "Subject: mail 3", "/view/" + id + ".txt": "The text of mail 3.", "/view/latest.txt?q=subject:3": "The text of mail 3.",
		} {
			Expect(b.daemon.Text(path)).To(ContainSubstring(want), path)
		}
		b.good()
	})

	It("are kept by back and forward", func(ctx SpecContext) {
		b := openInbox(ctx, 5, "/")
		b.Click(b.rowOf("mail 4") + " a")
		b.sees("#message h1", "mail 4")
		b.Click(b.rowOf("mail 2") + " a")
		b.sees("#message h1", "mail 2")
		b.Click(`.tabs [data-tab="headers"]`)
		b.sees("#tab", "Message-ID")
		browser.Eval[bool](b.Page, "history.go(-2), true")
		b.sees("#message h1", "mail 4")
		b.finds(b.rowOf("mail 4")+"[aria-current]", 1)
		browser.Eval[bool](b.Page, "history.go(2), true")
		b.sees("#message h1", "mail 2")
		b.sees("#tab", "Message-ID")
		b.good()
	})

	It("mark a message as read by a change, not by a look", func(ctx SpecContext) {
		b := openInbox(ctx, 3, "/")
		b.daemon.Text("/view/" + b.daemon.IDs("")[0])
		b.found("is:unread", 3)
		b.Click(".row a")
		b.found("is:unread", 2)
		b.finds(".row.unread", 2)
		b.sees("#unread", "2")
		Eventually(b.Title).Should(Equal("(2) smtpspec"))
		Eventually(func() string { return browser.Eval[string](b.Page, `document.querySelector("link[rel=icon]").href`) }).Should(HavePrefix("data:image/png"))
		b.good()
	})
})
