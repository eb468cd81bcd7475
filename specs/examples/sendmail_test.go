package examples_test

import (
	"fmt"
	"net/smtp"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
)

// smtp.SendMail trusts the roots of the system only. A client that can be told
// what to trust is given ClientTLSConfig; any other one SSL_CERT_FILE=CAFile.
var _ = Describe("a client that signs in", func() {
	It("upgrades to TLS, signs in, sends, quits", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithHostname("localhost"), harness.WithSTARTTLS(), harness.WithUser("bat", "s3cret"), harness.RequireAuth())
		c, err := smtp.Dial(fmt.Sprintf("localhost:%d", srv.Port()))
		Expect(err).NotTo(HaveOccurred())
		Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
		Expect(c.Auth(smtp.PlainAuth("", "bat", "s3cret", "localhost"))).To(Succeed())
		Expect(c.Mail("shop@example.mn")).To(Succeed())
		Expect(c.Rcpt("bat@example.com")).To(Succeed())
		w, err := c.Data()
		Expect(err).NotTo(HaveOccurred())
		_, err = w.Write(mimeMessage("Захиалга", body))
		Expect(err).NotTo(HaveOccurred())
		Expect(w.Close()).To(Succeed())
		Expect(c.Quit()).To(Succeed())

		Expect(srv).To(And(HaveUsedTLS(), HaveAuthenticatedAs("bat"),
			HaveCommands("EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "BODY", "QUIT")))
		Expect(srv).To(HaveReceivedExactly(1, HaveSubject("Захиалга"), HaveText(body)))
	})
	It("signs in with SendMail", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", "s3cret"), harness.RequireAuth())
		auth := smtp.PlainAuth("", "bat", "s3cret", "127.0.0.1")
		Expect(smtp.SendMail(srv.Addr(), auth, "shop@example.mn", []string{"bat@example.com"}, mimeMessage("Захиалга", body))).To(Succeed())

		Expect(srv).To(And(HaveAuthenticatedAs("bat"), Not(HaveUsedTLS()), HaveReceivedExactly(1, HaveText(body))))
	})
})
