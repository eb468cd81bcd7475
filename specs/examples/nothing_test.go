package examples_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
)

var _ = Describe("when no mail may leave", func() {
	It("sees none", func() {
		srv := harness.NewServer(GinkgoT(), harness.ExpectNoMessages())
		Consistently(srv, "100ms").ShouldNot(HaveReceived())
	})
})
