package examples_test

import (
	"net"
	"net/smtp"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
)

// timeout is the error of a client that waited long enough.
var timeout = Satisfy(func(err error) bool {
	ne, ok := err.(net.Error)
	return ok && ne.Timeout()
})

var _ = Describe("a server that stops answering", func() {
	It("makes the client give up", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithRules(harness.GoSilent(harness.BODY)))
		conn, err := net.Dial("tcp", srv.Addr())
		Expect(err).NotTo(HaveOccurred())
		c, err := smtp.NewClient(conn, srv.Host())
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(c.Close)
		Expect(c.Mail("a@example.mn")).To(Succeed())
		Expect(c.Rcpt("b@example.com")).To(Succeed())
		w, err := c.Data()
		Expect(err).NotTo(HaveOccurred())
		_, err = w.Write(mimeMessage("s", "t"))
		Expect(err).NotTo(HaveOccurred())
		conn.SetDeadline(time.Now().Add(50 * time.Millisecond))
		Expect(w.Close()).To(timeout)

		Expect(srv).NotTo(HaveReceived())
	})

	It("makes it wait five minutes for the reply to MAIL, in no time", func() {
		synctest.Test(suiteT, func(t *testing.T) {
			defer GinkgoRecover()
			// The server belongs to the bubble, its transcript to the report.
			srv := harness.NewServer(t, harness.InMemory(), harness.WithRules(harness.GoSilent(harness.MAIL)), harness.ReportTo(GinkgoT()),
				harness.WithTimeout(time.Hour))
			conn, err := srv.Dial(t.Context())
			Expect(err).NotTo(HaveOccurred())
			conn.SetDeadline(time.Now().Add(5 * time.Minute)) // RFC 5321 §4.5.3.2.2
			c, err := smtp.NewClient(conn, srv.Hostname())
			Expect(err).NotTo(HaveOccurred())
			start := time.Now()
			Expect(c.Mail("a@example.mn")).To(timeout)
			Expect(time.Since(start)).To(Equal(5 * time.Minute))
			Expect(c.Close()).To(Succeed())
		})
	})
})
