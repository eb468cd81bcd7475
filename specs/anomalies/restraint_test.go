package anomalies_test

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = Describe("A client that leaves without QUIT", func() {
	left := func(p play, rules ...harness.Rule) []string {
		GinkgoHelper()
		return kinds(run(harness.NewServer(GinkgoT(), harness.WithRules(rules...)), p))
	}
	unanswered := func(c *rawclient.Client, _ *harness.Server) {
		c.Hello()
		c.Lines("NOOP")
		c.TryReply()
	}

	It("is told of if it was refused something", func() {
		Expect(left(hello(mail), harness.RejectSender("*", 550, "5.7.1 no"))).To(ConsistOf("no-quit"))
	})
	It("is told of if it resets the connection", func() {
		Expect(left(func(c *rawclient.Client, _ *harness.Server) { c.Hello(); c.Break() })).To(ConsistOf("no-quit"))
	})
	It("is not if a reply was no reply", func() {
		Expect(left(unanswered, harness.On(harness.NOOP).ReplyRaw([]byte("250\n")))).To(BeEmpty())
	})
	It("is not if a rule kept it waiting", func() {
		Expect(left(unanswered, harness.On(harness.NOOP).Delay(time.Millisecond))).To(BeEmpty())
	})
	It("is not if the server hung up", func() {
		Expect(left(unanswered, harness.On(harness.NOOP).Reply(421, "4.3.2 later"))).To(BeEmpty())
		Expect(left(unanswered, harness.On(harness.NOOP).Drop())).To(BeEmpty())
	})
})

var _ = Describe("What an anomaly shows", func() {
	It("has no secret: not of AUTH with octets behind it, nor behind another command", func() {
		secret := "AGJhdABzM2NyZXQ="
		for _, octets := range []string{
			"AUTH LOGIN\r\nYmF0\r\nczNjcmV0\r\n", plainAuth + "\r\nNOOP " + secret + "\r\n", "NOOP\r\n" + plainAuth + "\r\n",
			"AUTH PLAIN " + secret + "\n", "AUTH PLAIN \x01" + secret + "\r\n", "QUIT\r\n" + plainAuth + "\r\n",
		} {
			srv := harness.NewServer(GinkgoT(), user)
			s := run(srv, unended(octets))
			Expect(s.Anomalies).NotTo(BeEmpty())
			for _, a := range s.Anomalies {
				Expect(a.Octets).NotTo(Or(ContainSubstring(secret), ContainSubstring("czNjcmV0")), "%s behind %q", a.Kind, octets)
			}
		}
	})
	It("is at most 80 octets", func() {
		s := run(harness.NewServer(GinkgoT()), hello("NOOP "+strings.Repeat("x", 2000)))
		Expect(first(s, "long-line").Octets).To(HaveLen(80))
	})
	It("is bounded in number, whatever the kinds", func() {
		limits := harness.DefaultLimits()
		limits.Errors = 1000
		s := run(harness.NewServer(GinkgoT(), harness.WithLimits(limits)), func(c *rawclient.Client, _ *harness.Server) {
			c.Hello()
			for range 150 {
				c.Octets("NOOP \x01\r\x01\n")
				c.Reply()
			}
		})
		Expect(s.Anomalies).To(HaveLen(200))
	})
})

var _ = Describe("Lower case", func() {
	It("is no anomaly", func() {
		s := run(harness.NewServer(GinkgoT()), talk("ehlo client.example", "mail from:<dorj@example.mn>", "rcpt to:<bat@example.com>", "rset", "quit"))
		Expect(s.Anomalies).To(BeEmpty())
	})
})
