package faults_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = Describe("Behind a fault the session's state is the one that the client was told of", func() {
	// newTransaction checks that nothing of the one before is left.
	newTransaction := func(c *rawclient.Client, srv *harness.Server, messages int) {
		GinkgoHelper()
		Expect(c.Send(text)).To(HavePrefix("250"))
		Expect(srv.Messages()).To(HaveLen(messages))
		last := srv.Messages()[messages-1]
		Expect(last.Envelope.From).To(Equal("dorj@example.mn"))
		Expect(last.Envelope.To()).To(Equal([]string{"bat@example.com"}))
	}

	It("has no EHLO after a refused one", func() {
		srv := serverWith(harness.On(harness.EHLO).Once().Reply(421, "4.3.2 x"))
		c := rawclient.Dial(srv)
		c.Reply()
		c.Dialogue("EHLO x", "421", mail, "503", "STARTTLS", "502", plainAuth, "502")
		c.Hello()
		newTransaction(c, srv, 1)
	})
	It("stays in clear after a refused STARTTLS", func() {
		srv := serverWith(harness.On(harness.STARTTLS).Once().Reply(454, "4.7.0 x"))
		c := rawclient.Hello(srv)
		c.Dialogue("STARTTLS", "454", "NOOP", "250")
		Expect(only(srv).TLS).To(BeNil())
		Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
	})
	It("is not signed in after a refused AUTH", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", "s3cret"), harness.RequireAuth(), harness.WithRules(harness.RejectAuth().Once()))
		c := rawclient.Hello(srv)
		c.Dialogue(plainAuth, "535", mail, "530", plainAuth, "235", mail, "250")
	})
	It("has no transaction after a refused MAIL", func() {
		srv := serverWith(harness.On(harness.MAIL).Once().Reply(451, "x"))
		c := rawclient.Hello(srv)
		c.Dialogue(mail, "451", rcpt, "503", "DATA", "503")
		newTransaction(c, srv, 1)
	})
	It("has no recipient after a refused RCPT", func() {
		srv := serverWith(harness.On(harness.RCPT).Once().Reply(450, "x"))
		c := rawclient.Hello(srv)
		c.Dialogue(mail, "250", "RCPT TO:<no@example.com>", "450", "DATA", "503", rcpt, "250", "DATA", "354")
		c.Octets(text + "\r\n.\r\n")
		Expect(c.Reply()).To(HavePrefix("250"))
		envelope := srv.Messages()[0].Envelope
		Expect(envelope.To()).To(Equal([]string{"bat@example.com"}))
		Expect(envelope.Recipients).To(HaveLen(2))
		Expect(envelope.Recipients[0].Reply.Code).To(Equal(450))
	})
	It("keeps the transaction after a refused DATA", func() {
		srv := serverWith(harness.On(harness.DATA).Once().Reply(451, "x"))
		c := rawclient.Hello(srv)
		c.Dialogue(mail, "250", rcpt, "250", "DATA", "451", mail, "503", "DATA", "354")
		c.Octets(text + "\r\n.\r\n")
		Expect(c.Reply()).To(HavePrefix("250"))
		newTransaction(c, srv, 2)
	})
	DescribeTable("has no transaction after a refused message", func(code int) {
		srv := serverWith(harness.On(harness.BODY).Once().Reply(code, "x"))
		c := rawclient.Hello(srv)
		Expect(c.Send(text)).To(HavePrefix(harness.Reply{Code: code}.String()[:3]))
		Expect(srv.Messages()).To(BeEmpty())
		c.Dialogue("DATA", "503", rcpt, "503")
		newTransaction(c, srv, 1)
		Expect(only(srv).Messages).To(HaveLen(1))
	}, Entry("for now", 451), Entry("for good", 554))
	It("has no transaction after a message whose reply was lost", func() {
		srv := serverWith(harness.On(harness.BODY).Once().LoseReply())
		c := rawclient.Hello(srv)
		c.Begin()
		c.Octets(text + "\r\n.\r\n")
		c.Expecting("503", "DATA")
		newTransaction(c, srv, 2)
	})
	It("keeps the transaction after a refused RSET", func() {
		srv := serverWith(harness.On(harness.RSET).Once().Reply(451, "x"))
		c := rawclient.Hello(srv)
		c.Dialogue(mail, "250", rcpt, "250", "RSET", "451", mail, "503", "RSET", "250")
		newTransaction(c, srv, 1)
	})
	It("goes on after a refused QUIT", func() {
		srv := serverWith(harness.On(harness.QUIT).Once().Reply(451, "x"))
		c := rawclient.Hello(srv)
		c.Expecting("451", "QUIT")
		newTransaction(c, srv, 1)
		c.Quit()
		Expect(only(srv).End).To(Equal(harness.EndQuit))
	})
	It("goes on after Do refused a message by its content", func() {
		srv := serverWith(harness.On(harness.BODY).Do(func(x *harness.Exchange) *harness.Reply {
			if len(x.Message.Raw()) > 1000 {
				return &harness.Reply{Code: 554, Lines: []string{"5.7.1 x"}}
			}
			return nil
		}))
		c := rawclient.Hello(srv)
		Expect(c.Send(text + string(make([]byte, 1000)))).To(HavePrefix("554"))
		newTransaction(c, srv, 1)
	})
	It("refuses all but QUIT after a greeting of 554, RFC 5321 §3.1", func() {
		srv := serverWith(harness.On(harness.CONNECT).Reply(554, "5.3.2 No SMTP service here"))
		c := rawclient.Dial(srv)
		Expect(c.Reply()).To(HavePrefix("554"))
		c.Dialogue("EHLO x", "503", mail, "503", "NOOP", "503", "QUIT", "221")
		c.ExpectFIN()
	})
	It("ends when octets came behind a DATA that a rule refused, and obeys none of them", func() {
		srv := serverWith(harness.On(harness.DATA).Reply(451, "x"))
		c := rawclient.Hello(srv)
		c.Dialogue(mail, "250", rcpt, "250")
		c.Lines("DATA", "RSET", "NOOP", ".")
		Expect(c.Reply()).To(HavePrefix("451"))
		rest, err := c.Rest()
		Expect(err).NotTo(HaveOccurred())
		Expect(rest).To(HavePrefix("421"))
		Expect(only(srv).Verbs()).To(Equal([]string{"EHLO", "MAIL", "RCPT", "DATA"}))
	})
	It("keeps recording what a client sends to a stalled server", func() {
		srv := serverWith(harness.On(harness.MAIL).Stall())
		c := rawclient.Hello(srv)
		c.Lines(mail, rcpt, "DATA")
		c.ExpectSilence(20 * time.Millisecond)
		Expect(only(srv).Verbs()).To(Equal([]string{"EHLO", "MAIL", "RCPT", "DATA"}))
		c.Close()
		Eventually(func() harness.End { return only(srv).End }).Should(Equal(harness.EndClientClosed))
	})
})
