package web

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/sender"
	"github.com/smtpspec/smtpspec/specs/internal/browser"
	"github.com/smtpspec/smtpspec/specs/internal/daemon"
)

// deliver sends a message as it stands, and expects it to be taken.
func deliver(ctx SpecContext, d *daemon.Daemon, message string, to ...string) {
	GinkgoHelper()
	if len(to) == 0 {
		to = []string{"oyun@example.net"}
	}
	_, err := sender.SendMail(ctx, d.SMTP, nil, "bat@example.mn", to, []byte(onWire(message)))
	Expect(err).NotTo(HaveOccurred())
}

func letter(subject, text string) string {
	return fmt.Sprintf("From: Бат <bat@example.mn>\nTo: Оюун <oyun@example.net>\nSubject: %s\nDate: Mon, 23 Nov 2026 10:00:00 +0800\n"+
		"Message-ID: <%d@example.mn>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n%s\n", subject, len(subject), text)
}

func home(d *daemon.Daemon) string { return "http://" + d.HTTP }

var _ = Describe("The inbox", func() {
	var (
		d    *daemon.Daemon
		page *browser.Page
	)
	BeforeEach(func(ctx SpecContext) {
		d = daemon.Start(command, "--store", "memory", "--no-starttls")
		deliver(ctx, d, letter("Таны код", "Таны код 482913."))
		page = chromium.Open(home(d) + "/")
	})

	It("shows what came, newest first, and what comes while one looks", func(ctx SpecContext) {
		Expect(page.Text(".row .subject")).To(Equal("Таны код"))
		deliver(ctx, d, letter("Second", "More."))
		Eventually(func() int { return page.Count(".row") }).Should(Equal(2))
		Expect(page.Text(".row .subject")).To(Equal("Second"))
		page.Shot("inbox")
		Expect(page.Faults()).To(BeEmpty())
	})

	It("opens a message beside the list", func() {
		page.Click(".row a")
		Eventually(func() string { return page.Text("#message h1") }).Should(Equal("Таны код"))
		Expect(page.URL()).To(HavePrefix("/view/"))
		Expect(page.Text("#tab")).To(ContainSubstring("482913"))
		page.Shot("message")
		Expect(page.Faults()).To(BeEmpty())
	})
})
