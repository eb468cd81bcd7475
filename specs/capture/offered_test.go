package capture_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = Describe("What is not offered is refused", func() {
	withheld := func(keyword string, more ...harness.Option) *rawclient.Client {
		GinkgoHelper()
		c := rawclient.Dial(harness.NewServer(GinkgoT(), append(more, harness.Withhold(keyword))...))
		c.Reply()
		Expect(strings.ToUpper(c.Hello())).NotTo(ContainSubstring(strings.ToUpper(keyword)))
		return c
	}

	It("SIZE", func() {
		withheld("size").Dialogue("MAIL FROM:<> SIZE=1", "555", "MAIL FROM:<>", "250")
	})
	It("8BITMIME", func() {
		withheld("8BITMIME").Dialogue("MAIL FROM:<> BODY=8BITMIME", "555", "MAIL FROM:<> BODY=7BIT", "555", "MAIL FROM:<>", "250")
	})
	It("SMTPUTF8", func() {
		withheld("SMTPUTF8").Dialogue("MAIL FROM:<бат@example.mn> SMTPUTF8", "555", "MAIL FROM:<бат@example.mn>", "553", "MAIL FROM:<>", "250", "RCPT TO:<бат@example.mn>", "553")
	})
	It("PIPELINING", func() {
		c := withheld("PIPELINING")
		c.Lines("NOOP", "NOOP")
		Expect(c.Reply()).To(HavePrefix("250"))
		Expect(c.Reply()).To(HavePrefix("503"))
		c.Expecting("250", "NOOP")
	})
	It("ENHANCEDSTATUSCODES", func() {
		c := withheld("ENHANCEDSTATUSCODES")
		Expect(c.Ask("NOOP")).To(Equal("250 Ok"))
		Expect(c.Ask("XYZZY")).To(MatchRegexp(`^500 [A-Z]`))
		Expect(c.Send("x")).To(MatchRegexp(`^250 Ok`))
	})
	It("STARTTLS", func() {
		withheld("STARTTLS", harness.WithSTARTTLS()).Dialogue("STARTTLS", "502", "NOOP", "250")
	})
	It("AUTH", func() {
		withheld("AUTH", harness.WithUser("bat", "s3cret")).Dialogue("AUTH PLAIN AGJhdABzM2NyZXQ=", "502", "MAIL FROM:<> AUTH=<>", "555", "MAIL FROM:<>", "250")
	})

	DescribeTable("a thing that this server has not", func(line, code string) {
		c := rawclient.Hello(harness.NewServer(GinkgoT()))
		c.Dialogue(line, code, "MAIL FROM:<>", "250", "RCPT TO:<bat@example.com> NOTIFY=NEVER", "555", "RCPT TO:<bat@example.com>", "250")
	},
		Entry("STARTTLS", "STARTTLS", "502"),
		Entry("AUTH", "AUTH PLAIN AGJhdABzM2NyZXQ=", "502"),
		Entry("BDAT", "BDAT 0 LAST", "50"),
		Entry("LHLO", "LHLO client.example", "50"),
		Entry("XCLIENT", "XCLIENT ADDR=10.0.0.1", "50"),
		Entry("XCLIENT without a value", "XCLIENT ADDR", "50"),
		Entry("XFORWARD", "XFORWARD NAME=x", "50"),
		Entry("PROXY", "PROXY TCP4 10.0.0.1 10.0.0.2 1 2", "50"),
		Entry("ETRN", "ETRN example.mn", "50"),
		Entry("TURN", "TURN", "50"),
		Entry("SEND", "SEND FROM:<a@example.mn>", "50"),
		Entry("VRFY", "VRFY bat", "502"),
		Entry("EXPN", "EXPN list", "502"),
		Entry("HELP", "HELP", "502"),
		Entry("the envelope id", "MAIL FROM:<> ENVID=x", "555"),
		Entry("REQUIRETLS", "MAIL FROM:<> REQUIRETLS", "555"),
		Entry("binary bodies", "MAIL FROM:<> BODY=BINARYMIME", "501"),
		Entry("a parameter that nobody knows", "MAIL FROM:<> X-БАТ=1", "501"),
		Entry("an unknown parameter", "MAIL FROM:<> XYZZY=1", "555"),
	)

	It("everything, before EHLO and after HELO", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithSTARTTLS(), harness.WithUser("bat", "s3cret"))
		c := rawclient.Dial(srv)
		c.Reply()
		c.Dialogue("STARTTLS", "502", "AUTH CRAM-MD5", "502", "MAIL FROM:<>", "503", "RCPT TO:<bat@example.com>", "503", "DATA", "503",
			"RSET", "250", "NOOP", "250", "HELO client.example", "250 mx.harness.test",
			"STARTTLS", "502", "AUTH CRAM-MD5", "502", "MAIL FROM:<> SIZE=5", "555", "MAIL FROM:<>", "250")
	})

	It("is what EHLO lists, at the server's limit, in one order", func() {
		c := rawclient.Dial(harness.NewServer(GinkgoT(), harness.Advertise("SIZE 1000", "X-TEST one two")))
		c.Reply()
		first := c.Hello()
		Expect(strings.Split(first, "\r\n")).To(Equal([]string{"250-mx.harness.test", "250-PIPELINING", "250-SIZE 1000",
			"250-8BITMIME", "250-SMTPUTF8", "250-ENHANCEDSTATUSCODES", "250 X-TEST one two"}))
		for range 20 {
			Expect(c.Hello()).To(Equal(first))
		}
		c.Dialogue("MAIL FROM:<> SIZE=1001", "552", "MAIL FROM:<> SIZE=1000", "250", "RSET", "250")
		Expect(c.Send(strings.Repeat("x", 1000))).To(HavePrefix("552 5.3.4"))
		Expect(c.Send(strings.Repeat("x", 998))).To(HavePrefix("250"))
	})

	It("EHLO ends an open transaction", func() {
		c := rawclient.Hello(harness.NewServer(GinkgoT()))
		c.Dialogue("MAIL FROM:<>", "250")
		c.Hello()
		c.Dialogue("RCPT TO:<bat@example.com>", "503", "MAIL FROM:<>", "250", "HELO x", "250", "RCPT TO:<bat@example.com>", "503")
	})
})
