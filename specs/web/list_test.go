package web

import (
	"fmt"
	"net/url"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/browser"
)

var _ = Describe("The list", func() {
	It("says of each message what one looks for", func(ctx SpecContext) {
		b := openInbox(ctx, 1, "/")
		deliver(ctx, b.daemon, "From: Бат <bat@example.mn>\nTo: Оюун <oyun@example.net>, b@example.net\nSubject: Invoice\nMIME-Version: 1.0\n"+
			"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain; charset=utf-8\n\nSee below.\n"+
			"--x\nContent-Type: text/csv; name=a.csv\nContent-Disposition: attachment; filename=a.csv\n\n1,2\n--x--\n")
		b.finds(shownRow, 2)
		b.sees(".row .from", "Бат")
		b.sees(".row .to", "Оюун, b@example.net")
		b.sees(".row .snippet", "See below.")
		b.sees(".row .size", "B")
		b.sees(".row time", "now")
		b.finds(".row .files", 1)
		Expect(browser.Eval[string](b.Page, `getComputedStyle(document.querySelector(".row .subject")).fontWeight`)).To(Equal("700"))
		b.daemon.Change("PATCH", "/api/messages", `{"all":true,"pinned":true}`)
		b.finds(".row .pin", 2)
		b.Shot("inbox-rows")
		b.good()
	})

	It("comes page by page as one scrolls, through 1,500 messages", func(ctx SpecContext) {
		b := openInbox(ctx, 1500, "/")
		Expect(b.Text("#total")).To(Equal("1500 messages"))
		Expect(b.Count(shownRow)).To(BeNumerically("<", 300))
		Eventually(func() int {
			browser.Eval[bool](b.Page, `document.getElementById("main").scrollTo(0, 1e9), true`)
			return b.Count(shownRow)
		}).WithTimeout(patience).Should(Equal(1500))
		all := b.subjects(0)
		for i, subject := range all {
			Expect(subject).To(Equal(fmt.Sprint("mail ", 1500-i)))
		}
		Expect(b.Count("[data-more]")).To(BeZero())
		b.good()
	})

	It("goes on by links where there are no scripts", func(ctx SpecContext) {
		b := openInbox(ctx, 120, "/")
		older := browser.Eval[string](b.Page, `fetch("/", {headers: {Accept: "text/html"}}).then((a) => a.text()).then((t) => t.match(/<a href="(\/search\?after=[^"]+)">Older/)[1])`)
		b.Go(home(b.daemon) + older)
		Expect(b.subjects(1)).To(Equal([]string{"mail 70"}))
		b.Click("[data-newest]")
		Eventually(func() []string { return b.subjects(1) }).Should(Equal([]string{"mail 120"}))
		b.good()
	})

	It("shows a burst at once while one looks at the top", func(ctx SpecContext) {
		b := openInbox(ctx, 5, "/")
		flood(ctx, b.daemon, "burst", 300)
		b.sees("#total", "305 messages")
		Eventually(func() []string { return b.subjects(1) }).Should(Equal([]string{"burst 300"}))
		Eventually(b.Title).Should(HavePrefix("(305)"))
		Expect(newsAsked(b)).To(BeNumerically("<", 60))
		seen := map[string]bool{}
		for _, subject := range b.subjects(0) {
			Expect(seen[subject]).To(BeFalse(), "%s twice", subject)
			seen[subject] = true
		}
		b.good()
	})

	It("does not move what one reads further down, and says how much is new", func(ctx SpecContext) {
		b := openInbox(ctx, 200, "/")
		browser.Eval[bool](b.Page, `document.getElementById("main").scrollTo(0, 900), true`)
		place := func() string {
			return browser.Eval[string](b.Page, `(() => { const m = document.getElementById("main").getBoundingClientRect();
				const r = document.elementFromPoint(m.x + 100, m.y + 300).closest(".row"); return r.id + " " + r.getBoundingClientRect().y; })()`)
		}
		before := place()
		flood(ctx, b.daemon, "first", 150)
		b.sees("#total", "350 messages")
		Eventually(func() string {
			return browser.Eval[string](b.Page, `document.querySelector("[data-pill]").dataset.text ?? ""`)
		}).Should(ContainSubstring("150 new messages"))
		Expect(place()).To(Equal(before))
		b.Shot("inbox-new")
		flood(ctx, b.daemon, "second", 300)
		b.sees("#total", "650 messages")
		Expect(place()).To(Equal(before))
		b.Click("[data-pill]")
		Eventually(func() []string { return b.subjects(1) }).Should(Equal([]string{"second 300"}))
		Expect(b.Count("[data-pill]:not([hidden])")).To(BeZero())
		b.good()
	})

	It("follows what others change and delete", func(ctx SpecContext) {
		b := openInbox(ctx, 4, "/")
		id := b.daemon.IDs(`subject:"mail 3"`)[0]
		b.daemon.Change("PATCH", "/api/messages/"+id, `{"read":true,"pinned":true,"tags":["two words"]}`)
		b.sees("#m-"+id+" .tag", "two words")
		b.finds("#m-"+id+".pinned:not(.unread)", 1)
		b.sees("#tags", "two words")
		b.sees("#unread", "3")
		b.daemon.Change("DELETE", "/api/messages", `{"ids":["`+id+`"]}`)
		b.finds(shownRow, 3)
		b.sees("#total", "3 messages")
		Eventually(func() int { return b.Count("#tags a") }).Should(BeZero())
		b.daemon.Change("DELETE", "/api/messages", `{"all":true}`)
		b.finds(shownRow, 0)
		b.sees("[data-empty]", "No mail has come yet.")
		b.good()
	})
})

// newsAsked is how often the page asked what was new.
func newsAsked(b *inbox) (n int) {
	GinkgoHelper()
	for _, asked := range b.Asked() {
		u, err := url.Parse(asked)
		Expect(err).NotTo(HaveOccurred())
		if u.Path == "/ui/news" {
			n++
		}
	}
	return n
}
