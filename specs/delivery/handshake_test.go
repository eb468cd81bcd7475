package delivery_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

// shake leads a new session to its handshake, and runs it.
type shake struct {
	stage  harness.Stage
	option harness.Option
	run    func(*harness.Server, *tls.Config) (*rawclient.Client, error)
}

var (
	startTLS = shake{harness.STARTTLS, harness.WithSTARTTLS(), func(srv *harness.Server, config *tls.Config) (*rawclient.Client, error) {
		GinkgoHelper()
		c := rawclient.Hello(srv)
		return c, c.StartTLS(config)
	}}
	implicit = shake{harness.CONNECT, harness.WithImplicitTLS(), func(srv *harness.Server, config *tls.Config) (*rawclient.Client, error) {
		GinkgoHelper()
		c := rawclient.Dial(srv)
		err := c.Handshake(config)
		if err == nil {
			c.Reply()
		}
		return c, err
	}}
)

func (s shake) server(rules ...harness.Rule) *harness.Server {
	GinkgoHelper()
	return harness.NewServer(GinkgoT(), s.option, harness.WithRules(rules...))
}

// good runs a handshake that must succeed, and one command behind it.
func (s shake) good(srv *harness.Server, config *tls.Config) {
	GinkgoHelper()
	c, err := s.run(srv, config)
	Expect(err).NotTo(HaveOccurred())
	c.Hello()
	c.Quit()
}

var _ = DescribeTableSubtree("The handshake", func(s shake) {
	DescribeTable("shows a certificate with one fault, and the server's own behind Once", func(ctx SpecContext, kind string, fault any) {
		srv := s.server(harness.On(s.stage).Once().Certificate(kind))
		_, err := s.run(srv, srv.ClientTLSConfig())
		Expect(errors.As(err, fault)).To(BeTrue(), "%v", err)
		bad := ended(ctx, srv)
		Expect(bad.End).To(Equal(harness.EndTLSFailed))
		Expect(bad.EndDetail).To(ContainSubstring("bad certificate"))

		s.good(srv, srv.ClientTLSConfig())
		Expect(srv.Sessions()[1].End).To(Equal(harness.EndQuit))
		Expect(srv.Sessions()[1].TLS).NotTo(BeNil())
	},
		Entry("expired", "expired", new(x509.CertificateInvalidError)),
		Entry("not yet valid", "not-yet-valid", new(x509.CertificateInvalidError)),
		Entry("for another name", "wrong-name", new(x509.HostnameError)),
		Entry("self-signed", "self-signed", new(x509.UnknownAuthorityError)),
		Entry("of an unknown CA", "unknown-ca", new(x509.UnknownAuthorityError)),
	)

	It("shows a bad certificate to a client that could resume a session", func() {
		srv := s.server(harness.On(s.stage).InSession(3).Certificate("expired"))
		config := srv.ClientTLSConfig()
		config.ClientSessionCache = tls.NewLRUClientSessionCache(1)
		s.good(srv, config)
		s.good(srv, config)
		Expect(srv.Sessions()[1].TLS.Resumed).To(BeTrue())
		_, err := s.run(srv, config)
		Expect(err).To(HaveOccurred())
	})

	It("shows a bad certificate in the place of one that a func chooses", func() {
		config := &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return nil, errors.New("the func was asked")
		}}
		with := harness.WithSTARTTLS(harness.WithTLSConfig(config))
		if s.stage == harness.CONNECT {
			with = harness.WithImplicitTLS(harness.WithTLSConfig(config))
		}
		srv := harness.NewServer(GinkgoT(), with, harness.WithRules(harness.On(s.stage).Certificate("wrong-name")))
		_, err := s.run(srv, srv.ClientTLSConfig())
		Expect(err).To(MatchError(ContainSubstring("wrong-name.invalid")))
	})

	DescribeTable("keeps to the versions of TLSVersions", func(min, max string, client uint16, want bool) {
		srv := s.server(harness.On(s.stage).TLSVersions(min, max))
		config := srv.ClientTLSConfig()
		config.MinVersion, config.MaxVersion = client, client
		c, err := s.run(srv, config)
		if !want {
			Expect(err).To(MatchError(ContainSubstring("protocol version")))
			return
		}
		Expect(err).NotTo(HaveOccurred())
		c.Hello()
		Expect(only(srv).TLS.Version).To(Equal(tls.VersionName(client)))
	},
		Entry("1.0 where nothing is newer than 1.1", "", "1.1", uint16(tls.VersionTLS10), true),
		Entry("1.1 where nothing is newer than 1.1", "", "1.1", uint16(tls.VersionTLS11), true),
		Entry("not 1.2 where nothing is newer than 1.1", "", "1.1", uint16(tls.VersionTLS12), false),
		Entry("not 1.2 where nothing is older than 1.3", "1.3", "", uint16(tls.VersionTLS12), false),
		Entry("1.3 where nothing is older than 1.3", "1.3", "", uint16(tls.VersionTLS13), true),
		Entry("1.2 alone", "1.2", "1.2", uint16(tls.VersionTLS12), true),
		Entry("not 1.3 where it is 1.2 alone", "1.2", "1.2", uint16(tls.VersionTLS13), false),
	)

	DescribeTable("is answered with something else", func(ctx SpecContext, how string, check func(error)) {
		srv := s.server(harness.On(s.stage).Once().Handshake(how))
		_, err := s.run(srv, srv.ClientTLSConfig())
		check(err)
		got := ended(ctx, srv)
		Expect(got.End).To(Equal(harness.EndTLSFailed))
		Expect(got.EndDetail).To(ContainSubstring("Handshake(" + `"` + how + `"`))
		Expect(got.TLS).To(BeNil())
		s.good(srv, srv.ClientTLSConfig())
	},
		Entry("the end", "drop", func(err error) { Expect(err).To(MatchError(io.EOF)) }),
		Entry("garbage", "garbage", func(err error) { Expect(err).To(BeAssignableToTypeOf(tls.RecordHeaderError{})) }),
		Entry("an alert", "alert", func(err error) { Expect(err).To(MatchError(ContainSubstring("handshake failure"))) }),
		Entry("a reply in clear", "plain", func(err error) {
			Expect(err).To(BeAssignableToTypeOf(tls.RecordHeaderError{}))
			header := err.(tls.RecordHeaderError).RecordHeader
			Expect(string(header[:])).To(Equal("454 4"))
		}),
	)

	DescribeTable("is not answered before the client has begun it, and the record has the answer", func(ctx SpecContext, how, want string) {
		srv := s.server(harness.On(s.stage).Handshake(how))
		t, c := tapped(srv)
		if s.stage == harness.STARTTLS {
			c.Reply()
			c.Hello()
			c.Expecting("220", "STARTTLS")
		}
		c.ExpectSilence(20 * time.Millisecond)
		c.Octets("\x16\x03\x01")
		rest, err := c.Rest()
		Expect(err).NotTo(HaveOccurred())
		Expect(rest).To(HavePrefix(want))
		c.Close()
		Expect(recorded(ended(ctx, srv))).To(Equal(string(t.heard())))
	},
		Entry("the end", "drop", ""),
		Entry("garbage", "garbage", "\x00\xff"),
		Entry("an alert", "alert", "\x15\x03\x03\x00\x02\x02"),
		Entry("a reply in clear", "plain", "454 4.7.0 "),
	)

	It("hangs until the client leaves", func(ctx SpecContext) {
		srv := s.server(harness.On(s.stage).Handshake("hang"))
		c := s.hung(srv)
		Expect(only(srv).End).To(Equal(harness.StillOpen))
		c.Close()
		Expect(ended(ctx, srv).End).To(Equal(harness.EndTLSFailed))
	})

	It("hangs until the server closes", func() {
		srv := s.server(harness.On(s.stage).Handshake("hang"))
		s.hung(srv)
		Expect(srv.Close()).To(Succeed())
		Expect(only(srv).End).To(Equal(harness.EndServerClosed))
	})
}, Entry("behind STARTTLS", startTLS), Entry("of implicit TLS", implicit))

// hung is a client that has begun a handshake in vain.
func (s shake) hung(srv *harness.Server) *rawclient.Client {
	GinkgoHelper()
	c := rawclient.Dial(srv)
	if s.stage == harness.STARTTLS {
		c.Reply()
		c.Hello()
		c.Expecting("220", "STARTTLS")
	}
	c.Octets("\x16\x03\x01")
	c.ExpectSilence(20 * time.Millisecond)
	return c
}
