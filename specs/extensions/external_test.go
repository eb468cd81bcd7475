package extensions_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

// certificate makes one for a client, that it signed itself.
func certificate(name string, emails ...string) tls.Certificate {
	GinkgoHelper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	Expect(err).NotTo(HaveOccurred())
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, EmailAddresses: emails,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	Expect(err).NotTo(HaveOccurred())
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

var _ = Describe("EXTERNAL, RFC 4422 appendix A", func() {
	asking := func() *harness.Server {
		GinkgoHelper()
		return harness.NewServer(GinkgoT(), harness.WithMechanisms("EXTERNAL"),
			harness.WithSTARTTLS(harness.WithTLSConfig(&tls.Config{ClientAuth: tls.RequestClientCert})))
	}
	// shown is a session under TLS whose client showed certificates.
	shown := func(srv *harness.Server, certificates ...tls.Certificate) (*rawclient.Client, string) {
		GinkgoHelper()
		c := rawclient.Hello(srv)
		cfg := srv.ClientTLSConfig()
		cfg.Certificates = certificates
		Expect(c.StartTLS(cfg)).To(Succeed())
		return c, c.Hello()
	}

	It("signs in whom the certificate names", func() {
		srv := asking()
		c, offer := shown(srv, certificate("bat"))
		Expect(offer).To(HaveSuffix("AUTH EXTERNAL"))
		c.Expecting("235", "AUTH EXTERNAL =")
		Expect(attempt(srv)).To(Equal(harness.AuthAttempt{Mechanism: "EXTERNAL", Username: "bat", OK: true, Initial: true}))
		Expect(only(srv)).To(HaveAuthenticatedAs("bat"))
		Expect(only(srv).TLS.ClientCert).To(Equal("CN=bat"))
	})
	It("takes an address of the certificate before its name, and the identity behind a challenge", func() {
		srv := asking()
		c, _ := shown(srv, certificate("bat", "bat@example.com"))
		c.Dialogue("AUTH EXTERNAL", "334", b64("bat@example.com"), "235")
		Expect(attempt(srv)).To(Equal(harness.AuthAttempt{Mechanism: "EXTERNAL", Identity: "bat@example.com", Username: "bat@example.com", OK: true}))
	})
	It("refuses another identity", func() {
		srv := asking()
		c, _ := shown(srv, certificate("bat"))
		c.Expecting("535", "AUTH EXTERNAL "+b64("boss"))
		Expect(attempt(srv)).To(Equal(harness.AuthAttempt{Mechanism: "EXTERNAL", Identity: "boss", Username: "bat", Initial: true}))
		c.Expecting("235", "AUTH EXTERNAL "+b64("bat"))
	})
	It("refuses a certificate that names nobody", func() {
		c, _ := shown(asking(), certificate(""))
		c.Expecting("535", "AUTH EXTERNAL =")
	})
	It("refuses NUL in the identity", func() {
		c, _ := shown(asking(), certificate("bat"))
		c.Dialogue("AUTH EXTERNAL "+b64("bat\x00"), "501", "NOOP", "250")
	})
	It("is not offered to clients without a certificate", func() {
		c, offer := shown(asking())
		Expect(offer).NotTo(ContainSubstring("AUTH"))
		c.Expecting("5", "AUTH EXTERNAL =")
	})
	It("is an unknown mechanism for them, and not one that needs TLS", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", "pw"), harness.WithMechanisms("PLAIN", "EXTERNAL"), harness.WithSTARTTLS())
		c, _ := shown(srv)
		c.Expecting("504", "AUTH EXTERNAL =")
	})
	It("is not offered in clear", func() {
		c := rawclient.Dial(asking())
		c.Reply()
		Expect(c.Hello()).NotTo(ContainSubstring("AUTH"))
		c.Expecting("502", "AUTH EXTERNAL =")
	})
})

var _ = Describe("ANONYMOUS, RFC 4505", func() {
	It("needs no user", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithMechanisms("ANONYMOUS"), harness.RequireAuth())
		c := rawclient.Dial(srv)
		c.Reply()
		Expect(c.Hello()).To(HaveSuffix("AUTH ANONYMOUS"))
		c.Dialogue(mail, "530", "AUTH ANONYMOUS "+b64("guest@example.com"), "235", mail, "250")
		Expect(attempt(srv)).To(Equal(harness.AuthAttempt{Mechanism: "ANONYMOUS", Username: "guest@example.com", OK: true, Initial: true}))
	})
	It("takes an empty trace, and one behind a challenge", func() {
		c := rawclient.Hello(harness.NewServer(GinkgoT(), harness.WithMechanisms("ANONYMOUS")))
		c.Expecting("235", "AUTH ANONYMOUS =")
		c = rawclient.Hello(harness.NewServer(GinkgoT(), harness.WithMechanisms("anonymous")))
		c.Dialogue("AUTH ANONYMOUS", "334", "", "235")
	})
	It("may be refused by the server's own check", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithMechanisms("ANONYMOUS"),
			harness.WithAuth(func(harness.AuthAttempt) error { return harness.Reply{Code: 454, Lines: []string{"4.7.0 later"}} }))
		c := rawclient.Hello(srv)
		c.Dialogue("AUTH ANONYMOUS =", "454 4.7.0 later", "NOOP", "250")
	})
	It("is not among the mechanisms by default", func() {
		c := rawclient.Hello(harness.NewServer(GinkgoT(), harness.WithUser("bat", "pw")))
		c.Expecting("504", "AUTH ANONYMOUS =")
	})
})

var _ = Describe("Mechanisms", func() {
	It("that are not known are an error at the start, with users or without", func() {
		_, err := harness.Listen(GinkgoT().Context(), harness.WithMechanisms("NTLM"))
		Expect(err).To(MatchError(ContainSubstring(`mechanism "NTLM" is not known`)))
	})
	It("that need users are none without users", func() {
		_, err := harness.Listen(GinkgoT().Context(), harness.WithMechanisms("PLAIN"), harness.RequireAuth())
		Expect(err).To(MatchError(ContainSubstring("RequireAuth() needs WithUser")))
	})
	It("leave each other usable after a failure", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", token), harness.WithMechanisms("SCRAM-SHA-256", "XOAUTH2", "PLAIN", "LOGIN", "CRAM-MD5"))
		c := rawclient.Hello(srv)
		c.Dialogue("AUTH XOAUTH2 "+xoauth2("bat", "x"), "334", "", "535", "AUTH PLAIN "+b64("\x00bat\x00x"), "535",
			"AUTH SCRAM-SHA-256 "+b64("n,,n=bat,r=abc"), "334", "*", "501", "AUTH LOGIN", "334", "*", "501", "AUTH CRAM-MD5", "334", b64("x"), "5",
			"AUTH XOAUTH2", "334", b64("junk"), "501", "AUTH PLAIN "+b64("\x00bat\x00"+token), "235")
		Expect(only(srv).Auth).To(HaveLen(3))
	})
	It("of the wire stop at the limit of a line", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", token), harness.WithMechanisms("XOAUTH2"))
		c := rawclient.Hello(srv)
		c.Expecting("334", "AUTH XOAUTH2")
		c.Lines(string(make([]byte, 20_000)))
		Expect(c.Reply()).To(HavePrefix("500 5.5.6"))
		c.Expecting("235", "AUTH XOAUTH2 "+xoauth2("bat", token))
	})
})
