package delivery_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = Describe("A rule meets", func() {
	reject := harness.On(harness.RCPT).Reply(550, "5.1.1 x")

	It("RCPT number 3 of every session, whatever else refused one", func() {
		srv := tcp.server(reject.Occurrence(3), harness.RejectRecipient("bad@*", 553, "5.1.3 x").Once())
		for first := range 2 {
			c := rawclient.Hello(srv)
			c.Expecting("250", mail)
			c.Expecting([]string{"553", "250"}[first], "RCPT TO:<bad@example.com>")
			c.Dialogue(rcpt, "250", rcpt, "550 5.1.1", rcpt, "250")
			c.Quit()
		}
	})

	It("EHLO inside TLS and no other", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithSTARTTLS(), harness.WithUser("bat", "s3cret"),
			harness.WithRules(harness.On(harness.EHLO).InsideTLS().Withhold("AUTH")))
		c := rawclient.Dial(srv)
		c.Reply()
		Expect(c.Hello()).To(ContainSubstring("AUTH"))
		Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
		Expect(c.Hello()).NotTo(ContainSubstring("AUTH"))
		c.Dialogue("AUTH PLAIN AGJhdABzM2NyZXQ=", "502", mail, "250")
	})

	It("the second session and no other", func() {
		srv := tcp.server(harness.On(harness.CONNECT).InSession(2).Reply(421, "4.3.2 x").ThenDrop())
		rawclient.Hello(srv).Quit()
		c := rawclient.Dial(srv)
		Expect(c.Reply()).To(Equal("421 4.3.2 x"))
		c.ExpectFIN()
		rawclient.Hello(srv).Quit()
	})

	It("the second transaction of each session, its MAIL included", func() {
		srv := tcp.server(harness.On(harness.ANY).InTransaction(2).Reply(451, "4.3.0 x"))
		for range 2 {
			c := rawclient.Hello(srv)
			Expect(c.Send(text)).To(HavePrefix("250"))
			c.Dialogue("NOOP", "250", mail, "451", mail, "451", "NOOP", "250")
		}
		Expect(srv.Messages()).To(HaveLen(2))
	})

	It("a transaction by its number, though others were refused or reset", func() {
		srv := tcp.server(reject.InTransaction(2), harness.On(harness.MAIL).From("no@*").Reply(550, "x"))
		c := rawclient.Hello(srv)
		c.Dialogue("MAIL FROM:<no@example.mn>", "550", mail, "250", rcpt, "250", "RSET", "250",
			"MAIL FROM:<no@example.mn>", "550", mail, "250", rcpt, "550 5.1.1", "RSET", "250", mail, "250", rcpt, "250")
	})

	It("a client by the name it gives, until STARTTLS takes it back", func() {
		srv := tcp.server(harness.On(harness.EHLO).Hello("bad*").Reply(550, "5.7.1 x"), harness.On(harness.NOOP).Hello("*.EXAMPLE").Reply(451, "x"))
		c := rawclient.Dial(srv)
		c.Reply()
		c.Dialogue("NOOP", "250", "EHLO BAD.example", "550 5.7.1", "NOOP", "250", "EHLO client.example", "250", "NOOP", "451",
			"HELO other", "250", "NOOP", "250")
		c.Hello()
		Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
		c.Dialogue("NOOP", "250", "EHLO a.example", "250", "NOOP", "451")
	})

	It("what chance chooses, and the transcript says with which seed", func() {
		rule := harness.On(harness.NOOP).Chance(0.5, 20260731).Reply(451, "x")
		srv := tcp.server(rule)
		c := rawclient.Hello(srv)
		for range 20 {
			c.Ask("NOOP")
		}
		Expect(rule.Hits()).To(And(BeNumerically(">", 0), BeNumerically("<", 20)))
		Expect(only(srv).Transcript()).To(ContainSubstring("<- rule: On(NOOP).Chance(0.5, 20260731).Reply(451"))
	})
})
