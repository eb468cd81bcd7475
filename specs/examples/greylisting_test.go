package examples_test

import (
	"errors"
	"net/smtp"
	"net/textproto"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
)

// withRetry tries again n times, unless the answer is final.
func withRetry(n int, f func() error) (err error) {
	for range n {
		var te *textproto.Error
		if err = f(); err == nil || errors.As(err, &te) && te.Code/100 == 5 {
			return err
		}
	}
	return err
}

var _ = Describe("greylisting", func() {
	It("makes the client try again after 4xx, and send once", func() {
		grey := harness.On(harness.RCPT).FirstN(2).Reply(451, "4.7.1 Greylisted, try later")
		srv := harness.NewServer(GinkgoT(), harness.WithRules(grey))
		Expect(withRetry(5, func() error {
			return smtp.SendMail(srv.Addr(), nil, "a@example.mn", []string{"b@example.com"}, mimeMessage("x", "y"))
		})).To(Succeed())

		Expect(grey).To(HaveFired(2))
		Expect(srv.Sessions()).To(HaveLen(3))
		Expect(srv.Sessions()).To(HaveExactElements(HaveReply(harness.RCPT, 451), HaveReply(harness.RCPT, 451), HaveReply(harness.BODY, 250)))
		Expect(srv).To(HaveReceivedExactly(1))
	})
})
