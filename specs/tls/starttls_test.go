package tls_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

const plainAuth = "AUTH PLAIN AGJhdABzM2NyZXQ="

func only(srv *harness.Server) *harness.Session {
	GinkgoHelper()
	Expect(srv.Sessions()).To(HaveLen(1))
	return srv.Sessions()[0]
}

var _ = Describe("STARTTLS", func() {
	var (
		srv *harness.Server
		c   *rawclient.Client
	)
	BeforeEach(func() {
		srv = harness.NewServer(GinkgoT(), harness.WithSTARTTLS(), harness.WithUser("bat", "s3cret"), harness.AllowPlaintextAuth(true))
		c = rawclient.Dial(srv)
		c.Reply()
		Expect(c.Hello()).To(ContainSubstring("STARTTLS"))
	})
	upgrade := func() {
		GinkgoHelper()
		Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
	}

	It("goes on encrypted, and is not offered again", func() {
		upgrade()
		Expect(c.Hello()).NotTo(ContainSubstring("STARTTLS"))
		c.Expecting("503", "STARTTLS")
		Expect(c.Send("Сайн уу")).To(HavePrefix("250"))
		c.Quit()
		s := only(srv)
		Expect(s.TLS.Version).To(Equal("TLS 1.3"))
		Expect(s.TLS.Cipher).NotTo(BeEmpty())
		Expect(s.TLS.Implicit).To(BeFalse())
		Expect(s.Verbs()).To(Equal([]string{"EHLO", "STARTTLS", "EHLO", "STARTTLS", "MAIL", "RCPT", "DATA", "BODY", "QUIT"}))
		Expect(s.Transcript()).To(ContainSubstring("C: MAIL FROM:<dorj@example.mn>"), "the record is plain text")
	})

	It("forgets EHLO", func() {
		upgrade()
		c.Dialogue("MAIL FROM:<>", "503", plainAuth, "502")
	})
	It("forgets that somebody signed in", func() {
		c.Expecting("235", plainAuth)
		upgrade()
		c.Hello()
		c.Expecting("235", plainAuth)
		Expect(only(srv).Auth).To(HaveLen(2))
	})
	It("forgets a refused AUTH", func() {
		c.Expecting("504", "AUTH XOAUTH2")
		upgrade()
		c.Expecting("500", "XYZZY")
		Expect(only(srv).Last()).To(Equal("XYZZY"))
	})
	It("is refused inside a transaction, which goes on", func() {
		c.Dialogue("MAIL FROM:<>", "250", "STARTTLS", "503", "RCPT TO:<bat@example.com>", "250")
	})
	It("takes no argument", func() {
		c.Dialogue("STARTTLS now", "501", "NOOP", "250")
		Expect(only(srv).TLS).To(BeNil())
	})

	Context("with plaintext behind it in the same segment", func() {
		It("drops that, records it, and obeys none of it", func() {
			c.Lines("STARTTLS", "MAIL FROM:<attacker@example.mn>", "RSET")
			Expect(c.Reply()).To(HavePrefix("220"))
			Expect(c.Handshake(srv.ClientTLSConfig())).To(Succeed())
			Expect(c.Hello()).To(HavePrefix("250"))
			c.Dialogue("RCPT TO:<bat@example.com>", "503")
			Expect(only(srv).Verbs()).To(Equal([]string{"EHLO", "STARTTLS", "EHLO", "RCPT"}))
			Expect(only(srv).Anomalies).To(ContainElement(And(HaveField("Kind", "octets-behind-starttls"),
				HaveField("Octets", "MAIL FROM:<attacker@example.mn>\r\nRSET\r\n"))))
		})
		It("takes a ClientHello for what it is", func() {
			hasty := tls.Client(&hastyConn{Conn: c.Conn(), before: "STARTTLS\r\n"}, srv.ClientTLSConfig())
			Expect(hasty.Handshake()).To(Succeed())
			again := rawclient.Over(hasty, rawclient.Patience)
			again.Hello()
			again.Expecting("250", "NOOP")
			Expect(only(srv).Anomalies).To(ContainElement(HaveField("Kind", "octets-behind-starttls")))
		})
	})

	DescribeTable("says nothing in clear after a handshake that failed", func(ctx SpecContext, octets string) {
		c.Expecting("220", "STARTTLS")
		c.Octets(octets)
		rest, _ := c.Rest()
		Expect(rest).NotTo(MatchRegexp(`(?m)^\d\d\d[ -]`))
		sessions, err := srv.WaitForSessions(ctx, 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(sessions[0].End).To(Equal(harness.EndTLSFailed))
		Expect(sessions[0].EndDetail).NotTo(BeEmpty())
		Expect(sessions[0].Verbs()).To(Equal([]string{"EHLO", "STARTTLS"}))
	},
		Entry("because the client goes on in clear", "EHLO client.example\r\nMAIL FROM:<>\r\n"),
		Entry("because of a broken record", "\x16\x03\x01\x00\x05hello"),
		Entry("because of an alert", "\x15\x03\x01\x00\x02\x02\x28"),
	)

	It("ends a session whose client hangs up in the handshake", func(ctx SpecContext) {
		c.Expecting("220", "STARTTLS")
		c.Close()
		sessions, err := srv.WaitForSessions(ctx, 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(sessions[0].End).To(Equal(harness.EndTLSFailed))
	})

	It("sends close_notify with the end, so that a truncation can be told", func() {
		upgrade()
		c.Expecting("221", "QUIT")
		_, err := c.Conn().Read(make([]byte, 1))
		Expect(err).To(BeIdenticalTo(io.EOF))
	})

	It("says in the record that a client left without close_notify", func(ctx SpecContext) {
		upgrade()
		c.Hello()
		Expect(c.Conn().(*tls.Conn).NetConn().(*net.TCPConn).CloseWrite()).To(Succeed())
		sessions, err := srv.WaitForSessions(ctx, 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(sessions[0].End).To(Equal(harness.EndClientClosed))
		Expect(sessions[0].EndDetail).To(Equal("without TLS close_notify"))
	})
})

// hastyConn sends something in front of the first octets that are written, and
// drops the 220 that answers it.
type hastyConn struct {
	net.Conn
	before  string
	dropped bool
}

func (h *hastyConn) Write(p []byte) (int, error) {
	_, err := h.Conn.Write(append([]byte(h.before), p...))
	h.before = ""
	return len(p), err
}

func (h *hastyConn) Read(p []byte) (int, error) {
	for octet := make([]byte, 1); !h.dropped; h.dropped = octet[0] == '\n' {
		if _, err := h.Conn.Read(octet); err != nil {
			return 0, err
		}
	}
	return h.Conn.Read(p)
}

var _ = Describe("RequireTLS", func() {
	It("answers 530 until the session is encrypted, but to EHLO, NOOP, QUIT and STARTTLS", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithSTARTTLS(), harness.RequireTLS(), harness.WithUser("bat", "s3cret"))
		c := rawclient.Hello(srv)
		c.Dialogue("MAIL FROM:<>", "530 5.7.0", "RCPT TO:<bat@example.com>", "530", "DATA", "530", "RSET", "530", "VRFY bat", "530",
			plainAuth, "530", "XYZZY", "530", "NOOP", "250", "HELO x", "250", "EHLO x", "250")
		Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
		c.Hello()
		Expect(c.Send("x")).To(HavePrefix("250"))
	})
	It("lets a client in clear leave in order", func() {
		rawclient.Hello(harness.NewServer(GinkgoT(), harness.WithSTARTTLS(), harness.RequireTLS())).Quit()
	})
	It("cannot be had without TLS", func() {
		t := &rawclient.FakeTest{}
		harness.NewServer(t, harness.RequireTLS())
		Expect(t.Fatals()).To(ContainSubstring("RequireTLS() needs WithSTARTTLS() or WithImplicitTLS()"))
	})
})

var _ = Describe("Implicit TLS", func() {
	It("puts the handshake before the greeting", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithImplicitTLS())
		c := rawclient.Dial(srv)
		Expect(c.Handshake(srv.ClientTLSConfig())).To(Succeed())
		Expect(c.Reply()).To(HavePrefix("220"))
		Expect(c.Hello()).NotTo(ContainSubstring("STARTTLS"))
		Expect(c.Send("x")).To(HavePrefix("250"))
		Expect(only(srv).TLS.Implicit).To(BeTrue())
	})
	It("says nothing to a client in clear", func(ctx SpecContext) {
		srv := harness.NewServer(GinkgoT(), harness.WithImplicitTLS())
		c := rawclient.Dial(srv)
		c.Lines("EHLO client.example")
		rest, _ := c.Rest()
		Expect(rest).NotTo(ContainSubstring("220"))
		sessions, err := srv.WaitForSessions(ctx, 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(sessions[0].End).To(Equal(harness.EndTLSFailed))
	})
	It("refuses a session too many inside TLS", func() {
		t := &rawclient.FakeTest{}
		srv := harness.NewServer(t, harness.WithImplicitTLS(), harness.ExpectSessions(0))
		c := rawclient.Dial(srv)
		Expect(c.Handshake(srv.ClientTLSConfig())).To(Succeed())
		Expect(c.Reply()).To(HavePrefix("421"))
		c.ExpectFIN()
		t.End()
	})
	It("can be had beside an address in clear", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithSTARTTLS(), harness.WithImplicitTLSAddr("127.0.0.1:0"))
		Expect(rawclient.Hello(srv).Send("x")).To(HavePrefix("250"))
		conn, err := tls.Dial("tcp", srv.Addrs()[1].String(), srv.ClientTLSConfig())
		Expect(err).NotTo(HaveOccurred())
		defer conn.Close()
		Expect(rawclient.Over(conn, rawclient.Patience).Reply()).To(HavePrefix("220"))
	})
})

var _ = Describe("A bad certificate", func() {
	DescribeTable("stops a client that looks", func(ctx SpecContext, kind harness.BadCertificate, check func(error)) {
		for _, implicit := range []bool{false, true} {
			srv, err := handshakeWith(kind, implicit)
			Expect(err).To(HaveOccurred())
			check(err)
			sessions, err := srv.WaitForSessions(ctx, 1)
			Expect(err).NotTo(HaveOccurred())
			Expect(sessions[0].End).To(Equal(harness.EndTLSFailed))
			Expect(sessions[0].TLS).To(BeNil())
			Expect(srv.Messages()).To(BeEmpty())
		}
	},
		Entry("that ran out", harness.Expired, wantInvalid("expired")),
		Entry("that is not valid yet", harness.NotYetValid, wantInvalid("not yet valid")),
		Entry("for another name", harness.WrongName, want[x509.HostnameError]),
		Entry("that signed itself", harness.SelfSigned, want[x509.UnknownAuthorityError]),
		Entry("of a CA that nobody knows", harness.UnknownCA, want[x509.UnknownAuthorityError]),
	)

	It("lets a client through that does not look, which is its fault and seen in the record", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithSTARTTLS(harness.WithBadCertificate(harness.SelfSigned)))
		c := rawclient.Hello(srv)
		Expect(c.StartTLS(&tls.Config{InsecureSkipVerify: true})).To(Succeed())
		c.Hello()
		Expect(c.Send("x")).To(HavePrefix("250"))
		Expect(srv.Messages()).To(HaveLen(1))
	})
})

// handshakeWith leads a client that looks into TLS with a bad certificate.
func handshakeWith(kind harness.BadCertificate, implicit bool) (*harness.Server, error) {
	GinkgoHelper()
	if implicit {
		srv := harness.NewServer(GinkgoT(), harness.WithImplicitTLS(harness.WithBadCertificate(kind)))
		return srv, rawclient.Dial(srv).Handshake(srv.ClientTLSConfig())
	}
	srv := harness.NewServer(GinkgoT(), harness.WithSTARTTLS(harness.WithBadCertificate(kind)))
	return srv, rawclient.Hello(srv).StartTLS(srv.ClientTLSConfig())
}

func want[E error](err error) {
	GinkgoHelper()
	var as E
	Expect(errors.As(err, &as)).To(BeTrue(), "got %v", err)
}

func wantInvalid(text string) func(error) {
	return func(err error) {
		GinkgoHelper()
		want[x509.CertificateInvalidError](err)
		Expect(err).To(MatchError(ContainSubstring(text)))
	}
}
