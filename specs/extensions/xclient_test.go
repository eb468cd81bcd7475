package extensions_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = Describe("XCLIENT", func() {
	var (
		srv *harness.Server
		c   *rawclient.Client
	)
	BeforeEach(func() {
		srv = harness.NewServer(GinkgoT(), harness.AcceptXCLIENT("127.0.0.0/8"), harness.WithUser("bat", "pw"))
		c = rawclient.Hello(srv)
	})

	It("is offered to trusted addresses", func() {
		Expect(c.Hello()).To(ContainSubstring("XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT"))
	})
	It("begins the session anew with a greeting", func() {
		Expect(c.Ask("XCLIENT NAME=mail.example.mn ADDR=203.0.113.9 PORT=2525 PROTO=ESMTP HELO=they")).
			To(Equal("220 mx.harness.test ESMTP ready"))
		c.Expecting("503", mail)
		c.Hello()
		Expect(c.Send("x")).To(HavePrefix("250"))
		Expect(only(srv).Client).To(Equal(map[string]string{
			"NAME": "mail.example.mn", "ADDR": "203.0.113.9", "PORT": "2525", "PROTO": "ESMTP", "HELO": "they"}))
		Expect(only(srv)).To(HaveCommands("EHLO", "XCLIENT", "MAIL", "EHLO", "MAIL", "RCPT", "DATA", "BODY"))
	})
	It("decodes xtext, and takes attributes in any case and over several commands", func() {
		c.Expecting("220", "xclient name=a+2Bb")
		c.Hello()
		c.Expecting("220", "XCLIENT ADDR=IPV6:2001:db8::1 DESTADDR=127.0.0.1 DESTPORT=25")
		Expect(only(srv).Client).To(Equal(map[string]string{
			"NAME": "a+b", "ADDR": "2001:db8::1", "DESTADDR": "127.0.0.1", "DESTPORT": "25"}))
	})
	It("knows what the peer does not know", func() {
		c.Expecting("220", "XCLIENT NAME=[UNAVAILABLE] LOGIN=[UNAVAILABLE] HELO=[TEMPUNAVAIL]")
		Expect(only(srv).Client).To(HaveKeyWithValue("NAME", "[UNAVAILABLE]"))
	})
	It("serves a pipeline", func() {
		c.Lines("XCLIENT NAME=a", "EHLO again", mail, rcpt, "DATA")
		Expect(replies(c, 5)).To(Equal("220 250 250 250 354"))
	})

	Context("with LOGIN", func() {
		BeforeEach(func() {
			srv = harness.NewServer(GinkgoT(), harness.AcceptXCLIENT("127.0.0.1"), harness.WithUser("bat", "pw"), harness.RequireAuth())
			c = rawclient.Hello(srv)
		})
		It("signs in", func() {
			c.Expecting("530", mail)
			c.Expecting("220", "XCLIENT LOGIN=bat")
			c.Hello()
			c.Dialogue("AUTH PLAIN "+b64("\x00bat\x00pw"), "503", mail, "250")
		})
		It("signs nobody in where the peer knows no name", func() {
			c.Expecting("220", "XCLIENT LOGIN=[UNAVAILABLE]")
			c.Hello()
			c.Expecting("530", mail)
		})
		It("signs out whom it does not name", func() {
			c.Expecting("235", "AUTH PLAIN "+b64("\x00bat\x00pw"))
			c.Expecting("220", "XCLIENT NAME=a")
			c.Hello()
			c.Dialogue(mail, "530", "AUTH PLAIN "+b64("\x00bat\x00pw"), "235", mail, "250")
		})
		It("forgets a name that a later command takes back", func() {
			c.Expecting("220", "XCLIENT LOGIN=bat")
			c.Hello()
			c.Expecting("220", "XCLIENT LOGIN=[UNAVAILABLE]")
			c.Hello()
			c.Expecting("530", mail)
		})
	})

	DescribeTable("refuses what is malformed", func(line string) {
		c.Dialogue(line, "501 5.5.4", "NOOP", "250", mail, "250")
		Expect(only(srv).Client).To(BeNil())
		Expect(kinds(only(srv))).To(ContainElement("bad-parameter"))
	},
		Entry("no attribute", "XCLIENT"),
		Entry("no value", "XCLIENT NAME"),
		Entry("an empty value", "XCLIENT NAME="),
		Entry("an attribute that is not known", "XCLIENT COLOUR=red"),
		Entry("broken xtext", "XCLIENT NAME=+4"),
		Entry("xtext in small letters", "XCLIENT NAME=+2b"),
		Entry("a line break in xtext", "XCLIENT NAME=a+0D+0Ab"),
		Entry("a name as the address", "XCLIENT ADDR=localhost"),
		Entry("IPv6 without its prefix", "XCLIENT ADDR=2001:db8::1"),
		Entry("IPv4 behind that prefix", "XCLIENT ADDR=IPV6:127.0.0.1"),
		Entry("an address with a zone", "XCLIENT ADDR=IPV6:fe80::1%eth0"),
		Entry("a port beyond 65535", "XCLIENT PORT=65536"),
		Entry("a port with a sign", "XCLIENT PORT=+2B25"),
		Entry("another protocol", "XCLIENT PROTO=HTTP"),
		Entry("one good attribute and one bad one", "XCLIENT NAME=a PORT=x"),
	)

	It("is refused inside a transaction", func() {
		c.Dialogue(mail, "250", "XCLIENT NAME=a", "503", rcpt, "250")
	})
	It("is refused before EHLO", func() {
		c = rawclient.Dial(srv)
		c.Reply()
		c.Expecting("502", "XCLIENT NAME=a")
	})
	It("keeps to TLS where that is required", func() {
		srv = harness.NewServer(GinkgoT(), harness.AcceptXCLIENT("127.0.0.1"), harness.WithSTARTTLS(), harness.RequireTLS())
		c = rawclient.Hello(srv)
		c.Expecting("530", "XCLIENT NAME=a")
		Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
		c.Hello()
		c.Expecting("220", "XCLIENT NAME=a")
		Expect(c.Hello()).NotTo(ContainSubstring("STARTTLS"))
		Expect(c.Send("x")).To(HavePrefix("250"))
	})
	It("speaks LMTP in LMTP", func() {
		srv = harness.NewServer(GinkgoT(), harness.AcceptXCLIENT("127.0.0.1"), harness.LMTP())
		c = rawclient.Dial(srv)
		c.Reply()
		c.Expecting("250", "LHLO x")
		Expect(c.Ask("XCLIENT NAME=a")).To(Equal("220 mx.harness.test LMTP ready"))
	})

	DescribeTable("is an unknown command for addresses that are not trusted", func(options ...harness.Option) {
		srv = harness.NewServer(GinkgoT(), options...)
		c = rawclient.Dial(srv)
		c.Reply()
		Expect(c.Hello()).NotTo(ContainSubstring("XCLIENT"))
		c.Dialogue("XCLIENT ADDR=203.0.113.9 LOGIN=bat", "502 5.5.1", "XCLIENT", "502", "XCLIENT =", "502", "NOOP", "250")
		Expect(only(srv).Client).To(BeNil())
	},
		Entry("nobody is"),
		Entry("others are", harness.AcceptXCLIENT("10.0.0.0/8", "::1")),
		Entry("it is withheld", harness.AcceptXCLIENT("127.0.0.1"), harness.Withhold("XCLIENT")),
	)

	It("does not listen to networks that are none", func() {
		_, err := harness.Listen(GinkgoT().Context(), harness.AcceptXCLIENT("localhost"))
		Expect(err).To(MatchError(ContainSubstring(`"localhost" is no network`)))
	})
})
