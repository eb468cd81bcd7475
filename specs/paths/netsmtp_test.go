package paths_test

import (
	"crypto/tls"
	"net/smtp"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
)

var _ = Describe("net/smtp, with every error checked", func() {
	var srv *harness.Server

	BeforeEach(func() {
		srv = harness.NewServer(GinkgoT(), harness.WithSTARTTLS(), harness.WithUser("bat", "нууц үг"), harness.ExpectSessions(1))
	})

	dial := func() *smtp.Client {
		GinkgoHelper()
		c, err := smtp.Dial(srv.Addr())
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() { c.Close() })
		return c
	}

	It("Dial: greets and leaves", func() {
		c := dial()
		Expect(c.Hello("client.example.mn")).To(Succeed())
		Expect(c.Quit()).To(Succeed())

		Expect(srv).To(And(HaveCommands("EHLO", "QUIT"), HaveGreetedAs("client.example.mn"), HaveEndedWith(harness.EndQuit)))
		Expect(srv).NotTo(HaveReceived())
	})

	It("Mail and Rcpt: gives the envelope, and hears of each recipient", func() {
		srv.AddRule(harness.RejectRecipient("nobody@*", 550, "5.1.1 Ийм хэрэглэгч алга").Required())
		c := dial()
		Expect(c.Mail(shop)).To(Succeed())
		Expect(c.Rcpt(bat)).To(Succeed())
		Expect(c.Rcpt("nobody@example.com")).To(MatchError(ContainSubstring("Ийм хэрэглэгч алга")))
		Expect(c.Rcpt(sarnai)).To(Succeed())
		Expect(c.Reset()).To(Succeed())
		Expect(c.Quit()).To(Succeed())

		Expect(srv).To(HaveCommands("EHLO", "MAIL", "RCPT", "RCPT", "RCPT", "RSET", "QUIT"))
		Expect(srv).To(HaveSent("RCPT TO:<nobody@example.com>"))
		Expect(srv).NotTo(HaveReceived())
	})

	It("Data: delivers the message as it was written, dots and all", func() {
		c := dial()
		Expect(c.Mail(shop)).To(Succeed())
		Expect(c.Rcpt(bat)).To(Succeed())
		Expect(c.Rcpt(sarnai)).To(Succeed())
		w, err := c.Data()
		Expect(err).NotTo(HaveOccurred())
		Expect(w.Write(written())).To(Equal(len(written())))
		Expect(w.Close()).To(Succeed())
		Expect(c.Quit()).To(Succeed())

		Expect(srv).To(HaveReceivedExactly(1, beTheOrder()...))
		Expect(srv).To(HaveReceived(HaveMailParameter("BODY", "8BITMIME")))
		Expect(srv.OnlyMessage(GinkgoT()).Raw()).To(Equal(written()))
		Expect(srv).To(HaveCommands("EHLO", "MAIL", "RCPT", "RCPT", "DATA", "BODY", "QUIT"))
	})

	It("SendMail's steps: TLS, AUTH, envelope, message, QUIT", func() {
		c := dial()
		Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
		Expect(c.Auth(smtp.PlainAuth("", "bat", "нууц үг", srv.Host()))).To(Succeed())
		Expect(c.Mail(shop)).To(Succeed())
		Expect(c.Rcpt(bat)).To(Succeed())
		Expect(c.Rcpt(sarnai)).To(Succeed())
		w, err := c.Data()
		Expect(err).NotTo(HaveOccurred())
		_, err = w.Write(written())
		Expect(err).NotTo(HaveOccurred())
		Expect(w.Close()).To(Succeed())
		Expect(c.Quit()).To(Succeed())

		Expect(srv).To(And(HaveUsedTLS(tls.VersionTLS13), HaveAuthenticatedAs("bat"), HaveEndedWith(harness.EndQuit)))
		Expect(srv).To(HaveCommands("EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "RCPT", "DATA", "BODY", "QUIT"))
		Expect(srv).To(HaveReceivedExactly(1, beTheOrder()...))
	})

	It("SendMail: one call, to a server without TLS", func() {
		plain := harness.NewServer(GinkgoT())
		Expect(smtp.SendMail(plain.Addr(), nil, shop, []string{bat, sarnai}, written())).To(Succeed())

		Expect(plain).To(HaveReceivedExactly(1, beTheOrder()...))
		Expect(plain).To(HaveCommands("EHLO", "MAIL", "RCPT", "RCPT", "DATA", "BODY", "QUIT"))
	})
})
