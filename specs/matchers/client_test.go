package matchers_test

import (
	"context"
	"net/smtp"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
)

// OracleMatcher is what Eventually asks whether it is worth waiting.
type OracleMatcher interface{ MatchMayChangeInTheFuture(actual any) bool }

// deliver sends one message and quits.
func deliver(ctx context.Context, srv *harness.Server, raw string) {
	GinkgoHelper()
	conn, err := srv.Dial(ctx)
	Expect(err).NotTo(HaveOccurred())
	c, err := smtp.NewClient(conn, srv.Hostname())
	Expect(err).NotTo(HaveOccurred())
	Expect(c.Mail("shop@example.mn")).To(Succeed())
	Expect(c.Rcpt("bat@example.com")).To(Succeed())
	w, err := c.Data()
	Expect(err).NotTo(HaveOccurred())
	_, err = w.Write([]byte(raw))
	Expect(err).NotTo(HaveOccurred())
	Expect(w.Close()).To(Succeed())
	Expect(c.Quit()).To(Succeed())
}
