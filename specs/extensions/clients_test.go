package extensions_test

import (
	"context"
	"io"
	"net"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
	"github.com/smtpspec/smtpspec/sender"
)

// dialled is a connection to a server for a client of another library.
func dialled(srv *harness.Server) net.Conn {
	GinkgoHelper()
	conn, err := srv.Dial(context.Background())
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { conn.Close() })
	return conn
}

var _ = Describe("The client of go-smtp", func() {
	It("asks for notifications", func() {
		srv := advertising("DSN")
		c := smtp.NewClient(dialled(srv))
		Expect(c.Mail("dorj@example.mn", &smtp.MailOptions{Return: smtp.DSNReturnHeaders, EnvelopeID: "a+b=c"})).To(Succeed())
		Expect(c.Rcpt("bat@example.com", &smtp.RcptOptions{
			Notify:                []smtp.DSNNotify{smtp.DSNNotifySuccess, smtp.DSNNotifyDelayed},
			OriginalRecipientType: smtp.DSNAddressTypeRFC822, OriginalRecipient: "b+x@example.com",
		})).To(Succeed())
		w, err := c.Data()
		Expect(err).NotTo(HaveOccurred())
		io.WriteString(w, "Subject: x\r\n\r\n.dot\r\n")
		answer, err := w.CloseWithResponse()
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Quit()).To(Succeed())

		m := onlyMessage(srv)
		Expect(m.Reply.Text()).To(HaveSuffix(answer.StatusText))
		Expect(m.Envelope.Return).To(Equal("HDRS"))
		Expect(m.Envelope.ID).To(Equal("a+b=c"))
		Expect(m.Envelope.Recipients[0].Notify).To(Equal([]string{"SUCCESS", "DELAY"}))
		Expect(m.Envelope.Recipients[0].Original).To(BeEquivalentTo("RFC822;b+x@example.com"))
		Expect(string(m.Raw())).To(Equal("Subject: x\r\n\r\n.dot\r\n"))
	})
	It("asks for TLS all the way", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithSTARTTLS(), harness.Advertise("REQUIRETLS"))
		c, err := smtp.NewClientStartTLS(dialled(srv), srv.ClientTLSConfig())
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Mail("dorj@example.mn", &smtp.MailOptions{RequireTLS: true})).To(Succeed())
		Expect(c.Rcpt("bat@example.com", nil)).To(Succeed())
		w, err := c.Data()
		Expect(err).NotTo(HaveOccurred())
		Expect(w.Close()).To(Succeed())
		Expect(onlyMessage(srv)).To(HaveMailParameter("REQUIRETLS", ""))
		Expect(only(srv)).To(HaveUsedTLS())
	})
	It("is told what became of each recipient by LMTP", func() {
		srv := harness.NewServer(GinkgoT(), harness.LMTP(), harness.WithRules(refuseBad))
		c := smtp.NewClientLMTP(dialled(srv))
		Expect(c.Mail("dorj@example.mn", nil)).To(Succeed())
		for _, to := range []string{"a@example.com", "bad@example.com", "b@example.com"} {
			Expect(c.Rcpt(to, nil)).To(Succeed())
		}
		w, err := c.Data()
		Expect(err).NotTo(HaveOccurred())
		io.WriteString(w, "x\r\n")
		taken, err := w.CloseWithLMTPResponse()

		var refused smtp.LMTPDataError
		Expect(err).To(BeAssignableToTypeOf(refused))
		refused = err.(smtp.LMTPDataError)
		Expect(taken).To(HaveLen(2))
		Expect(refused).To(HaveLen(1))
		for _, r := range onlyMessage(srv).Envelope.Recipients {
			if r.Accepted() {
				Expect(r.Final.Text()).To(HaveSuffix(taken[r.Address].StatusText))
				continue
			}
			Expect(refused[r.Address].Code).To(Equal(r.Final.Code))
		}
		Expect(c.Quit()).To(Succeed())
	})

	DescribeTable("signs in", func(mechanism string, as sasl.Client) {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", token), harness.WithMechanisms(mechanism), harness.WithSTARTTLS())
		c, err := smtp.NewClientStartTLS(dialled(srv), srv.ClientTLSConfig())
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Auth(as)).To(Succeed())
		Expect(attempt(srv).Mechanism).To(Equal(mechanism))
		Expect(attempt(srv).OK).To(BeTrue())
	},
		Entry(nil, "OAUTHBEARER", sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: "bat", Token: token, Host: "mx.harness.test", Port: 25})),
		Entry(nil, "ANONYMOUS", sasl.NewAnonymousClient("guest")),
		Entry(nil, "PLAIN", sasl.NewPlainClient("", "bat", token)),
		Entry(nil, "LOGIN", sasl.NewLoginClient("bat", token)),
	)
})

var _ = Describe("The client of package sender", func() {
	big := []byte("Subject: x\r\n\r\n" + strings.Repeat(".line\r\n", 50_000))

	It("sends chunks", func(ctx SpecContext) {
		srv := advertising("CHUNKING")
		_, err := sender.SendMail(ctx, srv.Addr(), &sender.Options{Chunking: true}, "dorj@example.mn", []string{"bat@example.com"}, big)
		Expect(err).NotTo(HaveOccurred())
		Expect(only(srv)).To(ContainCommands("BDAT"))
		Expect(only(srv)).NotTo(ContainCommands("DATA"))
		Expect(string(onlyMessage(srv).Raw()) == string(big)).To(BeTrue())
	})
	It("sends binary chunks", func(ctx SpecContext) {
		srv := advertising("CHUNKING", "BINARYMIME")
		c, err := sender.Dial(ctx, srv.Addr(), nil)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() { c.Close() })
		Expect(c.Mail(ctx, "dorj@example.mn", &sender.MailOptions{Body: sender.Binary})).To(Succeed())
		Expect(c.Rcpt(ctx, "bat@example.com", nil)).To(Succeed())
		w, err := c.Bdat(ctx)
		Expect(err).NotTo(HaveOccurred())
		_, err = w.Write([]byte("\x00\n\r\x00"))
		Expect(err).NotTo(HaveOccurred())
		Expect(w.Close()).To(Succeed())
		Expect(string(onlyMessage(srv).Raw())).To(Equal("\x00\n\r\x00"))
	})
	for _, chunking := range []bool{false, true} {
		It("delivers by LMTP, whether in chunks or not", func(ctx SpecContext) {
			srv := harness.NewServer(GinkgoT(), harness.LMTP(), harness.Advertise("CHUNKING"), harness.WithRules(refuseBad))
			opts := &sender.Options{LMTP: true, Chunking: chunking}
			result, err := sender.SendMail(ctx, srv.Addr(), opts, "dorj@example.mn", []string{"a@example.com", "bad@example.com", "b@example.com"}, big)
			Expect(err).To(HaveOccurred())
			Expect(result.Delivered()).To(Equal(onlyMessage(srv).Envelope.To()))
			for i, r := range onlyMessage(srv).Envelope.Recipients {
				Expect(result.Recipients[i].Final.Code).To(Equal(r.Final.Code))
			}
		})
	}
})
