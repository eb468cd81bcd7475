package paths_test

import (
	"errors"
	"net/textproto"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
	"github.com/smtpspec/smtpspec/sender"
)

var _ = Describe("package sender", func() {
	var srv *harness.Server

	options := func() *sender.Options {
		return &sender.Options{
			Security:  sender.STARTTLS,
			TLSConfig: srv.ClientTLSConfig(),
			Auth:      &sender.Auth{Username: "bat", Password: "нууц үг"},
			Hello:     "client.example.mn",
		}
	}
	order := func() []byte {
		GinkgoHelper()
		octets, err := composed().Bytes()
		Expect(err).NotTo(HaveOccurred())
		return octets
	}

	BeforeEach(func() {
		srv = harness.NewServer(GinkgoT(), harness.WithSTARTTLS(), harness.WithUser("bat", "нууц үг"), harness.RequireAuth())
	})

	It("Dial: greets, encrypts, signs in without sending the password, leaves", func(ctx SpecContext) {
		c, err := sender.Dial(ctx, srv.Addr(), options())
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Quit(ctx)).To(Succeed())

		Expect(srv).To(And(HaveUsedTLS(), HaveAuthenticatedAs("bat"), HaveGreetedAs("client.example.mn"), HaveEndedWith(harness.EndQuit)))
		Expect(srv).To(HaveSent("AUTH CRAM-MD5"))
		Expect(srv).To(HaveCommands("EHLO", "STARTTLS", "EHLO", "AUTH", "QUIT"))
	})

	It("Mail and Rcpt: an error for each recipient that is refused, with its reply", func(ctx SpecContext) {
		srv.AddRule(harness.RejectRecipient("nobody@*", 550, "5.1.1 Ийм хэрэглэгч алга").Required())
		c, err := sender.Dial(ctx, srv.Addr(), options())
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Mail(ctx, shop, nil)).To(Succeed())
		Expect(c.Rcpt(ctx, bat, nil)).To(Succeed())

		refused := c.Rcpt(ctx, "nobody@example.com", nil)
		var e *sender.Error
		Expect(errors.As(refused, &e)).To(BeTrue())
		Expect(e.Recipient).To(Equal("nobody@example.com"))
		Expect(e.Reply.Code).To(Equal(550))
		Expect(e.Reply.Enhanced).To(Equal("5.1.1"))
		Expect(e.Temporary()).To(BeFalse())
		var protocol *textproto.Error
		Expect(errors.As(refused, &protocol)).To(BeTrue())
		Expect(c.Quit(ctx)).To(Succeed())
	})

	It("Data: Close returns the final reply", func(ctx SpecContext) {
		srv.AddRule(harness.RejectMessage(452, "4.3.1 Зай алга").Once())
		c, err := sender.Dial(ctx, srv.Addr(), options())
		Expect(err).NotTo(HaveOccurred())
		octets := order()
		send := func() error {
			Expect(c.Mail(ctx, shop, nil)).To(Succeed())
			Expect(c.Rcpt(ctx, bat, nil)).To(Succeed())
			Expect(c.Rcpt(ctx, sarnai, nil)).To(Succeed())
			w, err := c.Data(ctx)
			Expect(err).NotTo(HaveOccurred())
			_, err = w.Write(octets)
			Expect(err).NotTo(HaveOccurred())
			return w.Close()
		}
		Expect(send()).To(MatchError(ContainSubstring("Зай алга")))
		Expect(srv).NotTo(HaveReceived())
		Expect(send()).To(Succeed())
		Expect(c.Quit(ctx)).To(Succeed())

		Expect(srv).To(HaveReceivedExactly(1, beTheOrder()...))
		Expect(srv.OnlyMessage(GinkgoT()).Raw()).To(Equal(octets))
	})

	It("SendMail: one call, and a result for each recipient", func(ctx SpecContext) {
		srv.AddRule(harness.RejectRecipient("nobody@*", 550, "5.1.1 Ийм хэрэглэгч алга").Required())
		result, err := sender.SendMail(ctx, srv.Addr(), options(), shop, []string{bat, "nobody@example.com", sarnai}, order())

		Expect(err).To(MatchError(ContainSubstring("nobody@example.com")))
		Expect(result.Delivered()).To(Equal([]string{bat, sarnai}))
		Expect(result.Failed()).To(HaveLen(1))
		Expect(result.Failed()[0].Address).To(Equal("nobody@example.com"))
		Expect(srv).To(HaveReceivedExactly(1, beTheOrder()...))
		Expect(srv).To(HaveCommands("EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "RCPT", "RCPT", "DATA", "BODY", "QUIT"))
	})

	DescribeTable("says what became of the message, whatever happens to QUIT",
		func(ctx SpecContext, fault harness.Rule) {
			srv.AddRule(fault.Required())
			result, err := sender.SendMail(ctx, srv.Addr(), options(), shop, []string{bat}, order())

			Expect(err).NotTo(HaveOccurred())
			Expect(result.Delivered()).To(Equal([]string{bat}))
			Expect(srv).To(HaveReceivedExactly(1))
		},
		Entry("refused", harness.On(harness.QUIT).Reply(500, "5.5.1 No")),
		Entry("dropped", harness.On(harness.QUIT).Drop()),
		Entry("reset", harness.On(harness.QUIT).Reset()),
	)

	DescribeTable("never calls a lost message a success",
		func(ctx SpecContext, fault harness.Rule, temporary bool) {
			srv.AddRule(fault.Required())
			result, err := sender.SendMail(ctx, srv.Addr(), options(), shop, []string{bat}, order())

			var e *sender.SendError
			Expect(errors.As(err, &e)).To(BeTrue())
			Expect(e.Temporary()).To(Equal(temporary))
			Expect(result.Delivered()).To(BeEmpty())
			Expect(srv).NotTo(HaveReceived())
		},
		Entry("refused for good", harness.RejectMessage(554, "5.7.1 Refused as spam"), false),
		Entry("refused for now", harness.RejectMessage(452, "4.3.1 Out of space"), true),
		Entry("greylisted", harness.Greylist("*", 1), true),
		Entry("dropped inside the data", harness.DropDuringData(100), true),
		Entry("dropped before the final reply", harness.On(harness.BODY).Drop(), true),
		Entry("reset before the final reply", harness.On(harness.BODY).Reset(), true),
		Entry("shut down", harness.On(harness.MAIL).Reply(421, "4.3.2 Closing").ThenDrop(), true),
	)

	It("stays away from a server whose certificate it cannot trust", func(ctx SpecContext) {
		for _, fault := range []harness.BadCertificate{harness.Expired, harness.NotYetValid, harness.WrongName, harness.SelfSigned, harness.UnknownCA} {
			srv := harness.NewServer(GinkgoT(), harness.WithSTARTTLS(harness.WithBadCertificate(fault)), harness.WithUser("bat", "нууц үг"))
			_, err := sender.SendMail(ctx, srv.Addr(), options(), shop, []string{bat}, order())

			Expect(err).To(MatchError(ContainSubstring("certificate")), "%s", fault)
			Eventually(srv).Should(HaveEndedWith(harness.EndTLSFailed))
			Expect(srv).To(HaveCommands("EHLO", "STARTTLS"))
		}
	})
})
