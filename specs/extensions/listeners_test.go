package extensions_test

import (
	"crypto/tls"
	"net"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
	"github.com/smtpspec/smtpspec/sender"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

// socketPath is a path that is short enough for a socket.
func socketPath() string {
	GinkgoHelper()
	dir, err := os.MkdirTemp("", "ext")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

// reached connects to one of a server's addresses.
func reached(a net.Addr) *rawclient.Client {
	GinkgoHelper()
	conn, err := net.Dial(a.Network(), a.String())
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { conn.Close() })
	return rawclient.Over(conn, rawclient.Patience)
}

var _ = Describe("A Unix socket", func() {
	It("is a server's address", func(ctx SpecContext) {
		path := socketPath()
		srv := harness.NewServer(GinkgoT(), harness.WithAddr("unix:"+path), harness.WithSTARTTLS(), harness.Advertise("CHUNKING"))
		Expect(srv.Addr()).To(Equal(path))
		Expect(srv.Port()).To(BeZero())
		c := rawclient.Hello(srv)
		Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
		c.Hello()
		c.Dialogue(mail, "250", rcpt, "250")
		c.Octets(lastChunk("x"))
		Expect(c.Reply()).To(HavePrefix("250"))
		c.Quit()
		_, err := sender.SendMail(ctx, "unix:"+path, &sender.Options{Security: sender.Plain}, "dorj@example.mn", []string{"bat@example.com"}, []byte("x\r\n"))
		Expect(err).NotTo(HaveOccurred())
		Expect(srv.Messages()).To(HaveLen(2))
		Expect(srv.Close()).To(Succeed())
		Expect(path).NotTo(BeAnExistingFile())
	})
	It("has no address that could be trusted", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithAddr("unix:"+socketPath()), harness.AcceptXCLIENT("0.0.0.0/0", "::/0"), harness.AcceptPROXY("0.0.0.0/0", "::/0"))
		c := rawclient.Dial(srv)
		Expect(c.Reply()).To(HavePrefix("220"))
		Expect(c.Hello()).NotTo(ContainSubstring("XCLIENT"))
	})
	It("whose path is taken is an error at the start", func() {
		path := socketPath()
		harness.NewServer(GinkgoT(), harness.WithAddr("unix:"+path))
		_, err := harness.Listen(GinkgoT().Context(), harness.WithAddr("unix:"+path))
		Expect(err).To(MatchError(HavePrefix("harness: ")))
	})
})

var _ = Describe("One server", func() {
	It("listens for SMTP, implicit TLS and LMTP at once", func() {
		path := socketPath()
		srv := harness.NewServer(GinkgoT(), harness.WithSTARTTLS(),
			harness.WithImplicitTLSAddr("127.0.0.1:0"), harness.WithLMTPAddr("unix:"+path), harness.WithLMTPAddr("127.0.0.1:0"))
		addrs := srv.Addrs()
		Expect(addrs).To(HaveLen(4))

		clear := reached(addrs[0])
		Expect(clear.Reply()).To(ContainSubstring("ESMTP"))
		Expect(clear.Hello()).To(ContainSubstring("STARTTLS"))
		Expect(clear.StartTLS(srv.ClientTLSConfig())).To(Succeed())
		clear.Hello()
		Expect(clear.Send("1")).To(HavePrefix("250"))

		implicit := reached(addrs[1])
		Expect(implicit.Handshake(srv.ClientTLSConfig())).To(Succeed())
		Expect(implicit.Reply()).To(ContainSubstring("ESMTP"))
		Expect(implicit.Hello()).NotTo(ContainSubstring("STARTTLS"))
		Expect(implicit.Send("2")).To(HavePrefix("250"))

		for _, a := range addrs[2:] {
			lmtp := reached(a)
			Expect(lmtp.Reply()).To(ContainSubstring("LMTP"))
			lmtp.Dialogue("EHLO x", "500", "LHLO x", "250")
			rcpts(lmtp, "a", "b")
			ways["DATA"](lmtp, "3\r\n")
			Expect(replies(lmtp, 2)).To(Equal("250 250"))
		}
		Expect(srv.Messages()).To(HaveLen(4))
		Expect(srv.Sessions()[0]).To(HaveUsedTLS(tls.VersionTLS13))
		Expect(srv.Sessions()[1].TLS.Implicit).To(BeTrue())
		Expect(srv.Sessions()[2].TLS).To(BeNil())
	})
	It("says the same to a hundred EHLOs", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithSTARTTLS(), harness.WithUser("bat", "pw"),
			harness.WithMechanisms("SCRAM-SHA-256", "CRAM-MD5", "XOAUTH2", "ANONYMOUS"), harness.AcceptXCLIENT("127.0.0.1"), harness.AllowPlaintextAuth(true),
			harness.Advertise("LIMITS", "MT-PRIORITY", "DELIVERBY", "BINARYMIME", "CHUNKING", "DSN", "X-ONE", "X-TWO 2"))
		want := strings.Join([]string{"250-mx.harness.test", "250-PIPELINING", "250-SIZE 52428800", "250-8BITMIME", "250-SMTPUTF8",
			"250-ENHANCEDSTATUSCODES", "250-DSN", "250-CHUNKING", "250-BINARYMIME", "250-DELIVERBY", "250-MT-PRIORITY", "250-LIMITS RCPTMAX=1000",
			"250-XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT", "250-STARTTLS", "250-AUTH SCRAM-SHA-256 CRAM-MD5 XOAUTH2 ANONYMOUS",
			"250-X-ONE", "250 X-TWO 2"}, "\r\n")
		c := rawclient.Hello(srv)
		for range 100 {
			Expect(c.Hello()).To(Equal(want))
		}
		Expect(rawclient.Hello(srv).Hello()).To(Equal(want))
	})
	It("withholds what it was told to advertise", func() {
		c := rawclient.Hello(harness.NewServer(GinkgoT(), harness.Advertise("CHUNKING", "DSN"), harness.Withhold("chunking")))
		c.Dialogue(mail+" RET=FULL", "250", rcpt, "250")
		c.Octets(lastChunk("QUIT\r\n"))
		Expect(c.Reply()).To(HavePrefix("502"))
	})
})
