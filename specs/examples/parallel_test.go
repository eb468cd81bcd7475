package examples_test

import (
	"net/smtp"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
)

// A server costs less than a millisecond: each spec has its own, on a port of
// its own, and no process sees the mail of another.
var _ = Describe("specs that run in parallel", func() {
	for _, name := range []string{"бат", "дорж", "сүрэн"} {
		It("see the mail for "+name+" only", func() {
			srv := harness.NewServer(GinkgoT())
			GinkgoWriter.Println("process", GinkgoParallelProcess(), "port", srv.Port())
			Expect(smtp.SendMail(srv.Addr(), nil, "a@example.mn", []string{"b@example.com"}, mimeMessage(name, body))).To(Succeed())

			Expect(srv.Port()).To(BeNumerically(">", 0))
			Expect(srv.Messages()).To(HaveExactElements(HaveSubject(name)))
		})
	}
})
