package extensions_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = Describe("DSN, RFC 3461", func() {
	It("is recorded for the transaction and for each recipient", func() {
		srv := advertising("DSN")
		c := rawclient.Hello(srv)
		c.Dialogue(
			mail+" RET=hdrs ENVID=QQ+2B1+3D2", "250",
			"RCPT TO:<a@example.com> NOTIFY=success,Delay ORCPT=rfc822;Bob+2Bx@example.com", "250",
			"RCPT TO:<b@example.com> NOTIFY=NEVER", "250",
			"RCPT TO:<c@example.com>", "250",
			"DATA", "354")
		c.Octets("x\r\n.\r\n")
		Expect(c.Reply()).To(HavePrefix("250"))

		e := onlyMessage(srv).Envelope
		Expect(e.Return).To(Equal("HDRS"))
		Expect(e.ID).To(Equal("QQ+1=2"))
		Expect(e.Params).To(Equal(map[string]string{"RET": "hdrs", "ENVID": "QQ+2B1+3D2"}))
		Expect(e.Recipients[0].Notify).To(Equal([]string{"SUCCESS", "DELAY"}))
		Expect(e.Recipients[0].Original).To(Equal("rfc822;Bob+x@example.com"))
		Expect(e.Recipients[1].Notify).To(Equal([]string{"NEVER"}))
		Expect(e.Recipients[1].Original).To(BeEmpty())
		Expect(e.Recipients[2].Notify).To(BeNil())
	})
	It("is of one transaction, and not of the next one", func() {
		srv := advertising("DSN")
		c := rawclient.Hello(srv)
		c.Dialogue(mail+" RET=FULL ENVID=a SIZE=x", "501", mail+" ENVID=b", "250",
			"RCPT TO:<a@example.com> NOTIFY=NEVER ORCPT=x", "501", rcpt, "250", "DATA", "354")
		c.Octets("x\r\n.\r\n")
		Expect(c.Reply()).To(HavePrefix("250"))
		e := onlyMessage(srv).Envelope
		Expect(e.Return).To(BeEmpty())
		Expect(e.ID).To(Equal("b"))
		Expect(e.Recipients[1].Notify).To(BeNil())
	})
	It("takes addresses of RFC 6533 behind SMTPUTF8", func() {
		srv := advertising("DSN")
		c := rawclient.Hello(srv)
		c.Dialogue(mail+" SMTPUTF8", "250", rcpt+" ORCPT=utf-8;бат@жишээ.мон", "250", "DATA", "354")
		c.Octets("x\r\n.\r\n")
		Expect(c.Reply()).To(HavePrefix("250"))
		Expect(onlyMessage(srv).Envelope.Recipients[0].Original).To(Equal("utf-8;бат@жишээ.мон"))
	})
	It("takes the lengths that the standard allows", func() {
		c := rawclient.Hello(advertising("DSN"))
		c.Dialogue(mail+" ENVID="+strings.Repeat("x", 100), "250", rcpt+" ORCPT=rfc822;"+strings.Repeat("x", 493), "250")
	})

	DescribeTable("refuses what is malformed in MAIL", func(param string) {
		srv := advertising("DSN")
		c := rawclient.Hello(srv)
		c.Dialogue(mail+" "+param, "501 5.5.4", mail, "250")
		Expect(only(srv).Anomalies).To(HaveLen(1))
	},
		Entry("RET without a value", "RET"),
		Entry("an empty RET", "RET="),
		Entry("another RET", "RET=BODY"),
		Entry("RET twice", "RET=FULL RET=FULL"),
		Entry("ENVID without a value", "ENVID"),
		Entry("xtext that is cut off", "ENVID=a+4"),
		Entry("xtext that ends in a plus sign", "ENVID=a+"),
		Entry("xtext in small letters", "ENVID=a+2b"),
		Entry("octets beyond ASCII", "ENVID=ц"),
		Entry("ENVID over 100 octets", "ENVID="+strings.Repeat("x", 101)),
	)
	DescribeTable("refuses what is malformed in RCPT", func(param string) {
		srv := advertising("DSN")
		c := rawclient.Hello(srv)
		c.Dialogue(mail, "250", rcpt+" "+param, "501 5.5.4", rcpt, "250")
		Expect(only(srv).Anomalies).To(HaveLen(1))
	},
		Entry("NOTIFY without a value", "NOTIFY"),
		Entry("another NOTIFY", "NOTIFY=ALWAYS"),
		Entry("NEVER with others", "NOTIFY=NEVER,SUCCESS"),
		Entry("others with NEVER", "NOTIFY=SUCCESS,NEVER"),
		Entry("a comma too many", "NOTIFY=SUCCESS,"),
		Entry("ORCPT without a value", "ORCPT"),
		Entry("ORCPT without a type", "ORCPT=bat@example.com"),
		Entry("an empty type", "ORCPT=;bat@example.com"),
		Entry("an empty address", "ORCPT=rfc822;"),
		Entry("broken xtext", "ORCPT=rfc822;a+zz"),
		Entry("octets beyond ASCII", "ORCPT=rfc822;бат"),
		Entry("octets beyond ASCII without SMTPUTF8", "ORCPT=utf-8;бат"),
		Entry("ORCPT over 500 octets", "ORCPT=rfc822;"+strings.Repeat("x", 494)),
	)

	It("never writes decoded control octets as they are", func() {
		srv := advertising("DSN")
		c := rawclient.Hello(srv)
		c.Expecting("250", mail+" ENVID=a+0D+0Ab")
		Expect(only(srv).Transcript()).NotTo(ContainSubstring("a\r\nb"))
	})
	It("is refused where it is not offered", func() {
		srv := harness.NewServer(GinkgoT())
		c := rawclient.Hello(srv)
		c.Dialogue(mail+" RET=FULL", "555", mail+" ENVID=x", "555", mail, "250", rcpt+" NOTIFY=NEVER", "555", rcpt+" ORCPT=rfc822;x", "555")
		Expect(kinds(only(srv))).To(HaveExactElements("not-offered", "not-offered", "not-offered", "not-offered"))
	})
	It("is refused on the other command", func() {
		c := rawclient.Hello(advertising("DSN"))
		c.Dialogue(mail+" NOTIFY=NEVER", "555", mail, "250", rcpt+" RET=FULL", "555")
	})
	It("is in a matcher's reach", func() {
		srv := advertising("DSN")
		c := rawclient.Hello(srv)
		c.Dialogue(mail+" RET=FULL", "250", rcpt, "250", "DATA", "354")
		c.Octets("x\r\n.\r\n")
		c.Reply()
		Expect(onlyMessage(srv)).To(HaveMailParameter("RET", "FULL"))
	})
})
