package examples_test

import (
	"net/smtp"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
)

var _ = Describe("a background worker", func() {
	It("sends after the call returns", func(ctx SpecContext) {
		srv := harness.NewServer(GinkgoT())
		time.AfterFunc(50*time.Millisecond, func() {
			smtp.SendMail(srv.Addr(), nil, "shop@example.mn", []string{"bat@example.com"}, mimeMessage("Баярлалаа", "ok"))
		})

		Eventually(ctx, srv.Messages).Should(ContainElement(HaveSubject("Баярлалаа")))
		Expect(srv.WaitForMessages(ctx, 1)).To(HaveLen(1))
		Expect(srv.WaitIdle(ctx)).To(Succeed())
	}, SpecTimeout(10*time.Second))
})
