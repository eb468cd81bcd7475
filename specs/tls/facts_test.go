package tls_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"os"
	"strconv"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = Describe("What a handshake says is in the record", func() {
	It("the server name and the protocols that the client asked for", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithSTARTTLS())
		c := rawclient.Hello(srv)
		cfg := srv.ClientTLSConfig()
		cfg.ServerName, cfg.NextProtos = "localhost", []string{"smtp", "x-бат"}
		Expect(c.StartTLS(cfg)).To(Succeed())
		c.Hello()
		Expect(only(srv).TLS.ServerName).To(Equal("localhost"))
		Expect(only(srv).TLS.ALPN).To(Equal([]string{"smtp", "x-бат"}))
	})

	It("no server name if the client asked for an address", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithSTARTTLS())
		c := rawclient.Hello(srv)
		cfg := srv.ClientTLSConfig()
		cfg.ServerName = "127.0.0.1"
		Expect(c.StartTLS(cfg)).To(Succeed())
		c.Hello()
		Expect(only(srv).TLS.ServerName).To(BeEmpty())
	})

	It("the client's certificate", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithImplicitTLS(harness.WithTLSConfig(&tls.Config{ClientAuth: tls.RequireAnyClientCert})))
		c := rawclient.Dial(srv)
		cfg := srv.ClientTLSConfig()
		cfg.Certificates = []tls.Certificate{someCertificate()}
		Expect(c.Handshake(cfg)).To(Succeed())
		c.Reply()
		Expect(only(srv).TLS.ClientCert).To(Equal("CN=smtpspec test server,O=smtpspec"))
	})

	It("the session of an earlier handshake", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithImplicitTLS())
		cfg := srv.ClientTLSConfig()
		cfg.ClientSessionCache = tls.NewLRUClientSessionCache(1)
		for range 2 {
			c := rawclient.Dial(srv)
			Expect(c.Handshake(cfg)).To(Succeed())
			c.Reply()
			c.Quit()
		}
		Expect(srv.Sessions()[0].TLS.Resumed).To(BeFalse())
		Expect(srv.Sessions()[1].TLS.Resumed).To(BeTrue())
	})
})

// someCertificate is like a server's, and signed by itself.
func someCertificate() tls.Certificate {
	GinkgoHelper()
	donor := harness.NewServer(GinkgoT(), harness.WithImplicitTLS())
	c := rawclient.Dial(donor)
	Expect(c.Handshake(donor.ClientTLSConfig())).To(Succeed())
	return selfSigned(c.Conn().(*tls.Conn).ConnectionState().PeerCertificates[0])
}

var _ = Describe("WithTLSVersions", func() {
	DescribeTable("bounds what the server speaks", func(min, max, client uint16, ok bool) {
		srv := harness.NewServer(GinkgoT(), harness.WithSTARTTLS(harness.WithTLSVersions(min, max)))
		cfg := srv.ClientTLSConfig()
		cfg.MinVersion, cfg.MaxVersion = client, client
		c := rawclient.Hello(srv)
		err := c.StartTLS(cfg)
		if !ok {
			Expect(err).To(MatchError(ContainSubstring("protocol version")))
			return
		}
		Expect(err).NotTo(HaveOccurred())
		c.Hello()
		Expect(only(srv).TLS.Version).To(Equal(tls.VersionName(client)))
	},
		Entry("1.2 to a server of 1.2", uint16(tls.VersionTLS12), uint16(tls.VersionTLS12), uint16(tls.VersionTLS12), true),
		Entry("1.3 to a server of 1.2", uint16(tls.VersionTLS12), uint16(tls.VersionTLS12), uint16(tls.VersionTLS13), false),
		Entry("1.2 to a server of 1.3", uint16(tls.VersionTLS13), uint16(0), uint16(tls.VersionTLS12), false),
		Entry("1.3 to a server of 1.3", uint16(tls.VersionTLS13), uint16(0), uint16(tls.VersionTLS13), true),
		Entry("1.0 to an old server", uint16(tls.VersionTLS10), uint16(tls.VersionTLS10), uint16(tls.VersionTLS10), true),
		Entry("1.0 to any server", uint16(0), uint16(0), uint16(tls.VersionTLS10), false),
	)
})

var _ = Describe("The server's certificate", func() {
	DescribeTable("is good for its name and for the loopback", func(name string) {
		srv := harness.NewServer(GinkgoT(), harness.WithHostname("shuudan.example.mn"), harness.WithImplicitTLS())
		cfg := srv.ClientTLSConfig()
		cfg.ServerName = name
		c := rawclient.Dial(srv)
		Expect(c.Handshake(cfg)).To(Succeed())
		Expect(c.Reply()).To(HavePrefix("220"))
	},
		Entry("its own", "shuudan.example.mn"),
		Entry("localhost", "localhost"),
		Entry("127.0.0.1", "127.0.0.1"),
		Entry("127.0.0.2", "127.0.0.2"),
		Entry("::1", "::1"),
	)

	It("serves a client that connects to 127.0.0.2", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithAddr("127.0.0.2:0"), harness.WithImplicitTLS())
		cfg := srv.ClientTLSConfig()
		cfg.ServerName = ""
		conn, err := tls.Dial("tcp", net.JoinHostPort("127.0.0.2", strconv.Itoa(srv.Port())), cfg)
		Expect(err).NotTo(HaveOccurred())
		defer conn.Close()
		Expect(rawclient.Over(conn, rawclient.Patience).Reply()).To(HavePrefix("220"))
	})

	It("is not good for another name", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithImplicitTLS())
		cfg := srv.ClientTLSConfig()
		cfg.ServerName = "other.example.mn"
		Expect(rawclient.Dial(srv).Handshake(cfg)).To(MatchError(ContainSubstring("other.example.mn")))
	})

	It("is that of the test, if it gives one", func() {
		own := someCertificate()
		srv := harness.NewServer(GinkgoT(), harness.WithImplicitTLS(harness.WithCertificate(own)))
		c := rawclient.Dial(srv)
		Expect(c.Handshake(&tls.Config{InsecureSkipVerify: true})).To(Succeed())
		Expect(c.Conn().(*tls.Conn).ConnectionState().PeerCertificates[0].Raw).To(Equal(own.Certificate[0]))
	})

	It("is trusted by the file that CAFile writes", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithImplicitTLS())
		octets, err := os.ReadFile(srv.CAFile(GinkgoT()))
		Expect(err).NotTo(HaveOccurred())
		block, rest := pem.Decode(octets)
		Expect(block.Type).To(Equal("CERTIFICATE"))
		Expect(rest).To(BeEmpty())
		pool := x509.NewCertPool()
		Expect(pool.AppendCertsFromPEM(octets)).To(BeTrue())
		Expect(rawclient.Dial(srv).Handshake(&tls.Config{RootCAs: pool, ServerName: srv.Hostname()})).To(Succeed())
	})
})
