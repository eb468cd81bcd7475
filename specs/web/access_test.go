package web

import (
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/browser"
	"github.com/smtpspec/smtpspec/specs/internal/daemon"
)

var _ = Describe("Everybody", func() {
	var d *daemon.Daemon
	BeforeEach(func(ctx SpecContext) {
		d = daemon.Start(command, "--store", "memory", "--no-starttls")
		deliver(ctx, d, letter("Таны код", "Таны код 482913."))
	})

	DescribeTable("can use the page", func(path string, width int64, theme, lang string) {
		page := chromium.Open(home(d) + "/")
		browser.Eval[string](page, `document.cookie = "smtpspec_theme=`+theme+`; path=/"; document.cookie = "smtpspec_lang=`+lang+`; path=/"`)
		page.Size(width, 800)
		page.Go(home(d) + path)
		Expect(page.Barriers()).To(BeEmpty())
		Expect(browser.Eval[int](page, "document.documentElement.scrollWidth")).To(BeNumerically("<=", width), "nothing stands beyond the edge")
		// The browser calls it an error that the answer to a search that cannot be read is a 400.
		Expect(slices.DeleteFunc(page.Faults(), func(f string) bool { return strings.HasSuffix(f, path) })).To(BeEmpty())
	},
		Entry("the inbox, light", "/", int64(1400), "light", "en"),
		Entry("the inbox, dark", "/", int64(1400), "dark", "en"),
		Entry("the inbox on a phone, in Mongolian", "/", int64(360), "light", "mn"),
		Entry("a message, light", "/view/latest", int64(1400), "light", "en"),
		Entry("a message, dark", "/view/latest", int64(1400), "dark", "mn"),
		Entry("a message on a phone", "/view/latest", int64(360), "dark", "en"),
		Entry("a search that cannot be read", "/search?q=(from:bat", int64(1400), "dark", "en"),
		Entry("a search that finds nothing", "/search?q=nothing", int64(360), "light", "en"),
	)
})
