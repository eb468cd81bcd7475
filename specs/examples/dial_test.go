package examples_test

import (
	"io"
	"net/smtp"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
)

// tutorial is how many a program begins: no error of Mail, Rcpt and Close is
// looked at, there is no header, and no Quit.
func tutorial(addr string) error {
	c, err := smtp.Dial(addr)
	if err != nil {
		return err
	}
	defer c.Close()
	c.Mail("sender@example.org")
	c.Rcpt("recipient@example.net")
	wc, err := c.Data()
	if err != nil {
		return err
	}
	defer wc.Close()
	_, err = io.WriteString(wc, body)
	return err
}

var _ = Describe("a client made with Dial", func() {
	It("delivers the body as written", func() {
		srv := harness.NewServer(GinkgoT())
		Expect(tutorial(srv.Addr())).To(Succeed())

		Eventually(srv).Should(HaveReceived(
			HaveEnvelopeFrom("sender@example.org"), BeSentTo("recipient@example.net"), HaveText(ContainSubstring(body))))
	})
	It("leaves without QUIT", func() {
		srv := harness.NewServer(GinkgoT())
		Expect(tutorial(srv.Addr())).To(Succeed())

		Eventually(srv).Should(HaveEndedWith(harness.EndClientClosed))
		Expect(srv).To(HaveCommands("EHLO", "MAIL", "RCPT", "DATA", "BODY"))
	})
})
