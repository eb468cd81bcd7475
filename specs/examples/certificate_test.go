package examples_test

import (
	"crypto/x509"
	"errors"
	"net/smtp"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
)

var _ = Describe("a certificate that nobody trusts", func() {
	It("stops the client before AUTH", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithSTARTTLS(), harness.WithUser("u", "p"))
		c, err := smtp.Dial(srv.Addr())
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(c.Close)
		config := srv.ClientTLSConfig()
		config.RootCAs = x509.NewCertPool() // trusts nobody
		var unknown x509.UnknownAuthorityError
		Expect(errors.As(c.StartTLS(config), &unknown)).To(BeTrue())

		Eventually(srv).Should(HaveEndedWith(harness.EndTLSFailed))
		Expect(srv).NotTo(HaveAuthenticatedAs("u"))
	})
})
