package examples_test

import (
	"net/smtp"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
)

var _ = Describe("one bad recipient of three", func() {
	It("does not keep the mail from the others", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithRules(harness.RejectRecipient("bad@*", 550, "5.1.1 No such user").Required()))
		c, err := smtp.Dial(srv.Addr())
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Mail("a@example.mn")).To(Succeed())
		Expect(c.Rcpt("one@example.com")).To(Succeed())
		Expect(c.Rcpt("bad@example.com")).To(MatchError(ContainSubstring("No such user")))
		Expect(c.Rcpt("two@example.com")).To(Succeed())
		w, err := c.Data()
		Expect(err).NotTo(HaveOccurred())
		_, err = w.Write(mimeMessage("s", "t"))
		Expect(err).NotTo(HaveOccurred())
		Expect(w.Close()).To(Succeed())
		Expect(c.Quit()).To(Succeed())

		Expect(srv).To(HaveReceived(BeSentTo("one@example.com", "two@example.com")))
	})
})
