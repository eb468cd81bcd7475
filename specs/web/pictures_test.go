package web

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/daemon"
)

// "make screenshots" copies what is made here into docs/img.
var _ = Describe("Pictures for the documentation", func() {
	var d *daemon.Daemon
	BeforeEach(func(ctx SpecContext) {
		d = daemon.Start(command, "--store", "memory", "--no-starttls")
		rule(d, `{"on":"RCPT","to":"bad@*","reply":"550 5.1.1 No such user"}`)
		for _, of := range [][2]string{{"Тавтай морил", "Таны бүртгэл үүслээ."}, {"Your invoice 4710", "It is attached to the next one."}, {"Сарын тайлан", "11-р сарын тайлан бэлэн боллоо."}} {
			deliver(ctx, d, letter(of[0], of[1]))
		}
		post(d, "shop@example.mn", rich("http://pictures.example"), "oyun@example.net", "dorj@example.net", "bad@example.net")
	})

	It("show the inbox with a message", func() {
		page := chromium.Open(home(d) + "/view/latest")
		page.Size(1200, 750)
		Eventually(func() int { return page.Count("html.scripted") }).WithTimeout(patience).Should(Equal(1))
		page.Shot("doc-inbox")
		Expect(page.Faults()).To(BeEmpty())
	})

	It("show why mail was refused", func() {
		c := dial(d)
		c.Hello()
		c.Dialogue("MAIL FROM:<shop@example.mn>", "250", "RCPT TO:<bad@example.net>", "550", "RSET", "250", "QUIT", "221")
		page := chromium.Open(home(d) + "/sessions/" + newest(d, 5))
		page.Size(1200, 750)
		Eventually(func() string { return page.Text("#main") }).WithTimeout(patience).Should(ContainSubstring("550 5.1.1"))
		page.Shot("doc-session")
		Expect(page.Faults()).To(BeEmpty())
	})

	It("show what breaks a rule", func() {
		id := post(d, "shop@example.mn", "Subject: Order 42\nContent-Type: text/html\n\n<p style=\"display:flex\">Thank you for your order.\n", "oyun@example.net")
		page := chromium.Open(home(d) + "/view/" + id + "?tab=checks")
		page.Size(1200, 750)
		Eventually(func() int { return page.Count(`[data-tab="checks"][aria-current]`) }).WithTimeout(patience).Should(Equal(1))
		page.Size(1200, 640)
		page.Shot("doc-checks")
		Expect(page.Faults()).To(BeEmpty())
	})
})
