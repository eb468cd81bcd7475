package paths_test

import (
	"bytes"
	"net/smtp"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
)

// The two programs of a tutorial on sending mail with Go, as a reader finds
// them: log.Fatal has become a returned error, and the address a parameter.
// Nothing else is changed, above all no error is checked that was not.

func tutorialDial(addr string) error {
	// SMTP сервер рүү холбогдох
	client, err := smtp.Dial(addr)
	if err != nil {
		return err
	}
	// илгээгч, хүлээн авагчийг тохируулах
	client.Mail("sender@example.org")
	client.Rcpt("recipient@example.net")

	// э-мэйлийн бие хэсгийг үүсгэх
	wc, err := client.Data()
	if err != nil {
		return err
	}
	defer wc.Close()

	buf := bytes.NewBufferString("Э-мэйлийн бие хэсэг энд байна.")
	if _, err = buf.WriteTo(wc); err != nil {
		return err
	}
	return nil
}

func tutorialSendMail(addr, host string) error {
	// нэвтрэх эрхийг тохируулах
	auth := smtp.PlainAuth("", "user@example.com", "password", host)

	// э-мэйл илгээх
	return smtp.SendMail(addr, auth, "sender@example.org",
		[]string{"recipient@example.net"}, []byte("Э-мэйлийн бие."))
}

var _ = Describe("the tutorial's program with Dial, Mail, Rcpt and Data", func() {
	When("the server is a good one", func() {
		It("delivers the body, a message without any header", func() {
			srv := harness.NewServer(GinkgoT())
			Expect(tutorialDial(srv.Addr())).To(Succeed())

			Expect(srv).To(HaveReceivedExactly(1,
				HaveEnvelopeFrom("sender@example.org"), BeSentTo("recipient@example.net"),
				HaveText("Э-мэйлийн бие хэсэг энд байна."), HaveSubject("")))
			Expect(srv.OnlyMessage(GinkgoT())).NotTo(BeWellFormed())
		})

		It("never says QUIT, so the session stays open until its process ends", func() {
			srv := harness.NewServer(GinkgoT())
			Expect(tutorialDial(srv.Addr())).To(Succeed())

			Expect(srv).To(HaveCommands("EHLO", "MAIL", "RCPT", "DATA", "BODY"))
			Expect(srv).To(HaveEndedWith(harness.StillOpen))
		})
	})

	DescribeTable("calls it success although the message is lost",
		func(fault harness.Rule) {
			srv := harness.NewServer(GinkgoT(), harness.WithRules(fault.Required()))

			Expect(tutorialDial(srv.Addr())).To(Succeed())
			Expect(srv).NotTo(HaveReceived())
		},
		Entry("when the message is refused for good", harness.RejectMessage(554, "5.7.1 Refused as spam")),
		Entry("when the server has no room for now", harness.RejectMessage(452, "4.3.1 Out of space")),
		Entry("when the connection ends before the final reply", harness.On(harness.BODY).Drop()),
		Entry("when the connection is reset before the final reply", harness.On(harness.BODY).Reset()),
	)

	DescribeTable("notices a refusal one step late, and blames DATA",
		func(fault harness.Rule) {
			srv := harness.NewServer(GinkgoT(), harness.WithRules(fault.Required()))

			Expect(tutorialDial(srv.Addr())).To(MatchError(HavePrefix("503")))
			Expect(srv).To(HaveReply(harness.DATA, 503))
			Expect(srv).NotTo(HaveReceived())
		},
		Entry("of the sender", harness.RejectSender("*", 553, "5.1.8 Bad sender")),
		Entry("of the recipient", harness.RejectRecipient("*", 550, "5.1.1 No such user")),
	)

	It("makes a failure for good out of a server that says to try later", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithRules(harness.Greylist("*", 1)))

		Expect(tutorialDial(srv.Addr())).To(MatchError(HavePrefix("503")))
		Expect(srv).To(HaveReply(harness.RCPT, 451))
	})
})

var _ = Describe("the tutorial's program with SendMail and PlainAuth", func() {
	It("does not send its password to a server without TLS", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithAddr("127.0.0.2:0"), harness.WithUser("user@example.com", "password"))

		Expect(tutorialSendMail(srv.Addr(), "127.0.0.2")).To(MatchError(ContainSubstring("unencrypted connection")))
		Expect(srv).NotTo(HaveAuthenticatedAs("user@example.com"))
		Expect(srv).NotTo(HaveReceived())
	})

	It("delivers to the machine that it runs on, in clear, a message without any header", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("user@example.com", "password"))
		Expect(tutorialSendMail(srv.Addr(), srv.Host())).To(Succeed())

		Expect(srv).NotTo(HaveUsedTLS())
		Expect(srv).To(HaveAuthenticatedAs("user@example.com"))
		Expect(srv).To(HaveCommands("EHLO", "AUTH", "MAIL", "RCPT", "DATA", "BODY", "QUIT"))
		Expect(srv).To(HaveReceivedExactly(1, HaveText("Э-мэйлийн бие."), HaveSubject("")))
	})

	It("gives up where the certificate is not one of the system's", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithSTARTTLS(), harness.WithUser("user@example.com", "password"))

		Expect(tutorialSendMail(srv.Addr(), srv.Host())).To(MatchError(ContainSubstring("certificate")))
		Eventually(srv).Should(HaveEndedWith(harness.EndTLSFailed))
		Expect(srv).NotTo(HaveReceived())
	})

	It("reports a failure for a message that was taken, when only QUIT goes wrong", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("user@example.com", "password"),
			harness.WithRules(harness.On(harness.QUIT).Drop().Required()))

		Expect(tutorialSendMail(srv.Addr(), srv.Host())).NotTo(Succeed())
		Expect(srv).To(HaveReceivedExactly(1))
	})
})
