package web

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/browser"
)

var _ = Describe("The first page", func() {
	DescribeTable("is less than 100 kB over the wire, files included", func(ctx SpecContext, path string) {
		b := openInbox(ctx, 60, "/")
		b.Go("about:blank")
		// Another tab, which knows none of the files.
		page := chromium.Open(home(b.daemon) + path)
		Eventually(func() int { return page.Count("html.scripted") }).WithTimeout(patience).Should(Equal(1))
		files := browser.Eval[int](page, `performance.getEntriesByType("resource").filter(e => e.name.includes("/assets/")).length`)
		Expect(files).To(BeNumerically(">", 5))
		AddReportEntry("octets of the page at "+path, page.Octets())
		Expect(page.Octets()).To(And(BeNumerically(">", 20_000), BeNumerically("<", 100_000)))
		Expect(page.Faults()).To(BeEmpty())
	},
		Entry("the inbox", "/"),
		Entry("a message", "/view/latest"),
		Entry("the sessions", "/sessions"),
		Entry("the faults", "/faults"),
	)
})
