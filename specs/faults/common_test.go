package faults_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = Describe("The common fault", func() {
	It("RejectRecipient refuses those that match", func() {
		c := rawclient.Hello(serverWith(harness.RejectRecipient("bad@*", 550, "5.1.1 No such user")))
		c.Dialogue(mail, "250", "RCPT TO:<bad@example.com>", "550 5.1.1 No such user", rcpt, "250")
	})
	It("RejectSender refuses reverse-paths that match", func() {
		c := rawclient.Hello(serverWith(harness.RejectSender("dorj@*", 553, "5.7.1 Not you")))
		c.Dialogue(mail, "553 5.7.1 Not you", "MAIL FROM:<bat@example.mn>", "250")
	})
	It("RejectMessage refuses when all the data is there", func() {
		srv := serverWith(harness.RejectMessage(554, "5.6.0 x"))
		Expect(rawclient.Hello(srv).Send(text)).To(Equal("554 5.6.0 x"))
		Expect(srv.Messages()).To(BeEmpty())
	})
	It("Greylist refuses the first attempts for now", func() {
		c := rawclient.Hello(serverWith(harness.Greylist("*@example.com", 2)))
		c.Dialogue(mail, "250", rcpt, "451 4.7.1", "RCPT TO:<other@example.mn>", "250", rcpt, "451", rcpt, "250")
	})
	It("RejectAuth refuses every AUTH", func() {
		srv := serverWith(harness.RejectAuth())
		rawclient.Hello(srv).Dialogue(plainAuth, "535 5.7.8", "AUTH CRAM-MD5", "535", "NOOP", "250")
		Expect(only(srv).Transcript()).To(ContainSubstring("<- rule: RejectAuth()"))
	})
	It("NoSTARTTLS hides and refuses STARTTLS", func() {
		c := rawclient.Dial(serverWith(harness.NoSTARTTLS()))
		c.Reply()
		Expect(c.Hello()).NotTo(ContainSubstring("STARTTLS"))
		c.Dialogue("STARTTLS", "502", "NOOP", "250")
	})
	It("ShutDown answers anything with 421 and closes", func() {
		c := rawclient.Dial(serverWith(harness.ShutDown()))
		Expect(c.Reply()).To(HavePrefix("421 4.3.2"))
		c.ExpectFIN()
		srv := serverWith()
		c = rawclient.Hello(srv)
		srv.AddRule(harness.ShutDown())
		c.Expecting("421", "XYZZY")
		c.ExpectFIN()
	})
	It("GoSilent answers nothing any more", func() {
		srv := serverWith(harness.GoSilent(harness.DATA))
		c := rawclient.Hello(srv)
		c.Dialogue(mail, "250", rcpt, "250")
		c.Lines("DATA", "QUIT")
		Eventually(func() []string { return only(srv).Verbs() }).Should(HaveExactElements("EHLO", "MAIL", "RCPT", "DATA", "QUIT"))
		Expect(only(srv).End).To(Equal(harness.StillOpen))
	})
	It("LoseFinalReply takes the message and drops", func() {
		srv := serverWith(harness.LoseFinalReply())
		c := rawclient.Hello(srv)
		c.Begin()
		c.Octets(text + "\r\n.\r\n")
		c.ExpectFIN()
		Expect(srv.Messages()).To(HaveLen(1))
		Expect(only(srv).End).To(Equal(harness.EndDropped))
	})
})

var _ = Describe("What EHLO offers", func() {
	It("is less with Withhold, which also refuses it", func() {
		c := rawclient.Dial(serverWith(harness.On(harness.EHLO).Withhold("SIZE", "auth", "8BITMIME")))
		c.Reply()
		Expect(c.Hello()).NotTo(Or(ContainSubstring("SIZE"), ContainSubstring("AUTH"), ContainSubstring("8BITMIME")))
		c.Dialogue(mail+" SIZE=5", "555", mail+" BODY=8BITMIME", "555", plainAuth, "502", mail, "250")
	})
	It("is less in one session only, if the rule says so", func() {
		srv := serverWith(harness.NoSTARTTLS().InSession(1))
		first, second := rawclient.Dial(srv), rawclient.Dial(srv)
		first.Reply()
		second.Reply()
		Expect(first.Hello()).NotTo(ContainSubstring("STARTTLS"))
		Expect(second.Hello()).To(ContainSubstring("STARTTLS"))
	})
	It("is more, or other, with Advertise", func() {
		c := rawclient.Dial(serverWith(harness.On(harness.EHLO).Advertise("SIZE 10", "X-БАТ да")))
		c.Reply()
		reply := lines(c.Hello())
		Expect(reply).To(ContainElement(MatchRegexp("^250[- ]SIZE 10$")))
		Expect(reply).NotTo(ContainElement(ContainSubstring("SIZE 52428800")))
		Expect(reply[len(reply)-1]).To(Equal("250 X-БАТ да"))
	})
	It("is the server's again at the next EHLO, if the rule was for one", func() {
		c := rawclient.Dial(serverWith(harness.NoSTARTTLS().Once()))
		c.Reply()
		Expect(c.Hello()).NotTo(ContainSubstring("STARTTLS"))
		Expect(c.Hello()).To(ContainSubstring("STARTTLS"))
	})
})
