package web

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/browser"
)

var _ = Describe("The keyboard", func() {
	It("is enough to read, mark, tag and delete", func(ctx SpecContext) {
		b := openInbox(ctx, 60, "/")
		b.Press("j")
		b.sees("#message h1", "mail 60")
		b.Press("jj")
		b.sees("#message h1", "mail 58")
		b.Press("k")
		b.sees("#message h1", "mail 59")
		b.found("is:unread", 57)
		b.Press("u")
		b.found("is:unread", 58)
		b.Press("r")
		b.found("is:unread", 57)
		b.Press("p")
		b.found("is:pinned", 1)
		b.Press("t")
		b.finds("#tagging[open]", 1)
		b.Press("later" + enter)
		b.found("tag:later", 1)
		b.Press("x")
		b.sees("[data-picked]", "1 selected")
		b.Press("jj")
		b.sees("#message h1", "mail 57")
		b.Press("X", chromedp.ModifierShift)
		b.sees("[data-picked]", "3 selected")
		b.Press("#")
		b.sees("#message h1", "mail 56")
		b.sees("#total", "57 messages")
		b.Press("z")
		b.sees("#total", "60 messages")
		b.Press("a")
		b.sees("[data-picked]", "50 selected")
		b.Press(escape)
		b.finds(".row.picked", 0)
		b.Press(escape)
		b.at("/")
		b.sees("#message", "Choose a message")
		b.good()
	})

	It("goes on into older mail", func(ctx SpecContext) {
		b := openInbox(ctx, 130, "/")
		for range 60 {
			b.Press("j")
		}
		Eventually(func() string {
			b.Press("j")
			return b.Text(".row[aria-current] .subject")
		}).Should(Equal("mail 60"))
		b.good()
	})

	It("searches, and is off while one writes", func(ctx SpecContext) {
		b := openInbox(ctx, 12, "/")
		b.Press("/")
		b.Press("subject:j")
		b.at("/search?q=subject%3Aj")
		b.finds(shownRow, 0)
		Expect(b.Count("body.reading")).To(BeZero())
		browser.Eval[bool](b.Page, `document.getElementById("q").value = "", true`)
		b.Press("subject:7" + enter)
		b.finds(shownRow, 1)
		b.Press("j")
		b.sees("#message h1", "mail 7")
		b.Press("gi")
		b.at("/")
		b.finds(shownRow, 12)
		b.good()
	})

	It("is explained, and understood in a Cyrillic layout", func(ctx SpecContext) {
		b := openInbox(ctx, 3, "/")
		b.Press("?")
		b.finds("#keys[open]", 1)
		b.sees("#keys", "Select up to here")
		b.Shot("keys")
		b.Press(escape)
		b.finds("#keys[open]", 0)
		browser.Eval[bool](b.Page, `document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "о", code: "KeyJ", bubbles: true, cancelable: true}))`)
		b.sees("#message h1", "mail 3")
		b.good()
	})

	It("has a palette of actions, runs, tags and places", func(ctx SpecContext) {
		b := openInbox(ctx, 3, "/")
		b.daemon.Change("POST", "/api/runs", `{"name":"job-17"}`)
		b.daemon.Change("PATCH", "/api/messages", `{"q":"subject:2","tags":["welcome"]}`)
		b.Go(home(b.daemon) + "/")
		b.scripted()
		b.Press("k", chromedp.ModifierCtrl)
		b.finds("#palette[open]", 1)
		b.Shot("palette")
		b.Press("wlcm")
		b.sees(`#palette [aria-selected="true"]`, "welcome")
		b.Press(enter)
		b.at("/search?q=tag%3Awelcome")
		b.finds(shownRow, 1)
		b.Press("k", chromedp.ModifierCtrl)
		b.Press("select all" + kb.ArrowDown + kb.ArrowUp + enter)
		b.sees("[data-picked]", "1 selected")
		b.Press("k", chromedp.ModifierCtrl)
		b.Press("no such thing")
		b.sees("#palette", "nothing of that name")
		b.Press(escape)
		b.Press("k", chromedp.ModifierCtrl)
		b.Press("job" + enter)
		b.at("/search?q=tag%3Awelcome&run=job-17")
		b.sees("#total", "0 messages")
		b.good()
	})

	It("moves the divider, which stays where it was put", func(ctx SpecContext) {
		b := openInbox(ctx, 1, "/")
		width := func() float64 {
			return browser.Eval[float64](b.Page, `document.getElementById("main").getBoundingClientRect().width`)
		}
		now := func() string {
			return browser.Eval[string](b.Page, `document.querySelector("[data-divider]").getAttribute("aria-valuenow")`)
		}
		before := width()
		b.Drag("[data-divider]", -140)
		Eventually(width).Should(BeNumerically("~", before-140, 12))
		Expect(now()).To(Equal("30"))
		browser.Eval[bool](b.Page, `document.querySelector("[data-divider]").focus(), true`)
		b.Press(kb.ArrowRight + kb.ArrowRight)
		Eventually(now).Should(Equal("34"))
		b.Go(home(b.daemon) + "/")
		Eventually(now).Should(Equal("34"))
		Expect(width()).To(BeNumerically("~", 0.34*1400, 2))
		b.Press("\t")
		b.good()
	})
})
