package extensions_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = Describe("CHUNKING, RFC 3030", func() {
	var (
		srv *harness.Server
		c   *rawclient.Client
	)
	BeforeEach(func() {
		srv = advertising("CHUNKING")
		c = begun(srv)
	})

	// tells sends octets and expects a reply.
	tells := func(octets, prefix string) {
		GinkgoHelper()
		c.Octets(octets)
		Expect(c.Reply()).To(HavePrefix(prefix))
	}

	It("takes a message in one chunk", func() {
		tells(lastChunk("Subject: x\r\n\r\nhi\r\n"), "250 2.0.0 Ok: queued as 1")
		Expect(string(onlyMessage(srv).Raw())).To(Equal("Subject: x\r\n\r\nhi\r\n"))
		Expect(onlyMessage(srv)).To(SatisfyAll(HaveSubject("x"), BeSentTo("bat@example.com")))
	})
	It("joins several chunks, wherever they are cut", func() {
		tells(chunk("Subject: x\r"), "250 2.0.0 11 octets")
		tells(chunk("\n\r\n.\r"), "250 2.0.0 5 octets")
		tells(chunk("\n..\r\n"), "250")
		tells(lastChunk("."), "250")
		Expect(string(onlyMessage(srv).Raw())).To(Equal("Subject: x\r\n\r\n.\r\n..\r\n."))
		Expect(onlyMessage(srv).Sent()).To(Equal(onlyMessage(srv).Raw()))
	})
	It("ends a message with LAST and no octets", func() {
		tells(chunk("a\r\n"), "250")
		tells(lastChunk(""), "250")
		Expect(string(onlyMessage(srv).Raw())).To(Equal("a\r\n"))
	})
	It("takes an empty message, and chunks without octets", func() {
		tells(chunk(""), "250")
		tells(lastChunk(""), "250")
		Expect(onlyMessage(srv).Raw()).To(BeEmpty())
		Expect(onlyMessage(srv).Size()).To(BeZero())
	})
	It("keeps NUL, bare CR and bare LF as they are", func() {
		binary := "\x00\n\r\r\n.\n\xff\xfe" + strings.Repeat("\x00\x80\n", 100_000)
		tells(chunk(binary), "250")
		tells(lastChunk(binary), "250")
		Expect(string(onlyMessage(srv).Raw()) == binary+binary).To(BeTrue())
	})
	It("never obeys octets of a chunk", func() {
		tells(chunk("QUIT\r\n"), "250")
		tells(chunk("\r\n.\r\nRSET\r\nBDAT 5 LAST\r\n"), "250")
		tells(lastChunk("MAIL FROM:<x@example.mn>\r\n"), "250")
		Expect(only(srv)).To(HaveCommands("EHLO", "MAIL", "RCPT", "BDAT", "BDAT", "BDAT"))
	})
	It("serves a whole pipeline of chunks and transactions", func() {
		again := mail + "\r\n" + rcpt + "\r\n"
		c.Octets(chunk("a\r\n") + lastChunk("b\r\n") + again + lastChunk("c\r\n") + "QUIT\r\n")
		Expect(replies(c, 6)).To(Equal("250 250 250 250 250 221"))
		Expect(srv.Messages()).To(HaveLen(2))
		Expect(string(srv.Messages()[0].Raw())).To(Equal("a\r\nb\r\n"))
		Expect(string(srv.Messages()[1].Raw())).To(Equal("c\r\n"))
	})
	It("goes on with DATA in the next transaction", func() {
		tells(lastChunk("a\r\n"), "250")
		Expect(c.Send("b")).To(HavePrefix("250"))
		c.Dialogue(mail, "250", rcpt, "250")
		tells(lastChunk(".c\r\n"), "250")
		Expect(srv.Messages()).To(HaveLen(3))
		Expect(string(srv.Messages()[2].Raw())).To(Equal(".c\r\n"))
	})
	It("knows the verb and LAST in any case, with blanks behind", func() {
		tells("bdat 1\r\na", "250")
		tells("Bdat 1 last \r\nb", "250")
		Expect(string(onlyMessage(srv).Raw())).To(Equal("ab"))
	})
	It("records sizes, and the reply to the last chunk at BODY", func() {
		tells(chunk("abc"), "250")
		tells(lastChunk("de"), "250")
		first, _ := only(srv).Command("BDAT", 1)
		last, _ := only(srv).Command("BDAT", 2)
		Expect(first.Size).To(Equal(3))
		Expect(last.Size).To(Equal(2))
		Expect(only(srv)).To(SatisfyAll(HaveReply(harness.BDAT, 250), HaveReply(harness.BODY, 250)))
	})

	Context("out of order", func() {
		It("is refused before MAIL, and its octets are dropped", func() {
			c = rawclient.Hello(srv)
			tells(chunk("QUIT\r\n"), "503")
			tells(lastChunk("QUIT\r\n"), "503")
			c.Dialogue(mail, "250", rcpt, "250", "DATA", "354")
			tells("x\r\n.\r\n", "250")
		})
		It("is refused without an accepted recipient", func() {
			c = rawclient.Hello(srv)
			c.Dialogue(mail, "250")
			tells(lastChunk("QUIT\r\n"), "554 5.5.1 No valid recipients")
			Expect(kinds(srv.Sessions()[1])).To(ContainElement("data-without-recipients"))
			c.Dialogue(mail, "250")
		})
		It("is refused in front of EHLO", func() {
			c = rawclient.Dial(srv)
			c.Reply()
			tells(lastChunk("QUIT\r\n"), "5")
			c.Hello()
		})
		It("leaves no room for DATA", func() {
			tells(chunk("a"), "250")
			c.Expecting("503 5.5.1", "DATA")
			tells(lastChunk("b"), "250")
			Expect(string(onlyMessage(srv).Raw())).To(Equal("ab"))
		})
		It("leaves no room for more recipients", func() {
			tells(chunk("a"), "250")
			c.Expecting("503", "RCPT TO:<late@example.com>")
			tells(lastChunk("b"), "250")
			Expect(onlyMessage(srv).Envelope.To()).To(Equal([]string{"bat@example.com"}))
		})
		It("is over with RSET", func() {
			tells(chunk("a"), "250")
			c.Dialogue("RSET", "250", mail, "250", rcpt, "250")
			tells(lastChunk("b"), "250")
			Expect(string(onlyMessage(srv).Raw())).To(Equal("b"))
		})
		It("is over with EHLO", func() {
			tells(chunk("a"), "250")
			c.Hello()
			Expect(c.Send("b")).To(HavePrefix("250"))
			Expect(string(onlyMessage(srv).Raw())).To(Equal("b\r\n"))
		})
		It("is not begun again behind LAST", func() {
			tells(lastChunk("a"), "250")
			tells(lastChunk("b"), "503")
			Expect(srv.Messages()).To(HaveLen(1))
		})
	})

	DescribeTable("ends the session where the length cannot be read", func(line string) {
		c.Lines(line, "QUIT")
		Expect(c.Reply()).To(HavePrefix("501 5.5.4"))
		c.ExpectFIN()
		Expect(only(srv)).To(HaveEndedWith(harness.EndRefused))
		Expect(kinds(only(srv))).To(ContainElement("bad-parameter"))
	},
		Entry("none", "BDAT"),
		Entry("a word", "BDAT LAST"),
		Entry("negative", "BDAT -1"),
		Entry("with a sign", "BDAT +1"),
		Entry("hexadecimal", "BDAT 0x10"),
		Entry("beyond 64 bits", "BDAT 99999999999999999999"),
		Entry("longer than a size-value", "BDAT 000000000000000000001"),
		Entry("another word behind it", "BDAT 1 FIRST"),
		Entry("a word too many", "BDAT 1 LAST LAST"),
		Entry("two blanks", "BDAT 1  LAST"),
		Entry("a control octet", "BDAT 1\x00"),
	)

	Context("over the limit", func() {
		BeforeEach(func() {
			srv = advertising("CHUNKING", "SIZE 10")
			c = begun(srv)
		})
		It("counts over all chunks", func() {
			tells(chunk("123456"), "250")
			tells(chunk("7890"), "250")
			tells(lastChunk("x"), "552 5.3.4")
			Expect(srv.Messages()).To(BeEmpty())
			c.Dialogue(mail, "250", rcpt, "250")
			tells(lastChunk("1234567890"), "250")
		})
		It("refuses what follows a chunk that was too much", func() {
			c.Octets(chunk("12345678901") + chunk("QUIT\r\n") + lastChunk("QUIT\r\n") + mail + "\r\n")
			Expect(replies(c, 4)).To(Equal("552 503 503 250"))
			Expect(srv.Messages()).To(BeEmpty())
		})
		It("ends the session far beyond it", func() {
			c.Octets("BDAT 9223372036854775807 LAST\r\n" + strings.Repeat("x", 10_000))
			Expect(c.Reply()).To(HavePrefix("552"))
			c.ExpectFIN()
			Expect(only(srv)).To(HaveEndedWith(harness.EndRefused))
		})
	})

	It("gives back the room of a message that was broken off", func() {
		srv = harness.NewServer(GinkgoT(), harness.Advertise("CHUNKING"), harness.WithKeep(harness.Keep{Bytes: 1 << 20}))
		big := strings.Repeat("x", 700<<10)
		c = begun(srv)
		for range 3 {
			tells(chunk(big), "250")
			c.Dialogue("RSET", "250", mail, "250", rcpt, "250")
		}
		tells(chunk(big), "250")
		c.Hello()
		c.Dialogue(mail, "250", rcpt, "250")
		tells(lastChunk(big), "250")
	})

	It("keeps no message whose connection is lost inside a chunk", func(ctx SpecContext) {
		tells(chunk("abc"), "250")
		c.Octets("BDAT 1000 LAST\r\nonly this")
		c.Close()
		Expect(ended(ctx, srv)).To(HaveEndedWith(harness.EndClientClosed))
		Expect(only(srv).EndDetail).To(ContainSubstring("inside the message data"))
		Expect(srv.Messages()).To(BeEmpty())
	})
	It("keeps no message whose connection is lost between chunks", func(ctx SpecContext) {
		tells(chunk("abc"), "250")
		c.Break()
		ended(ctx, srv)
		Expect(srv.Messages()).To(BeEmpty())
	})
})

var _ = Describe("BDAT where CHUNKING is not offered", func() {
	var (
		srv *harness.Server
		c   *rawclient.Client
	)
	BeforeEach(func() {
		srv = harness.NewServer(GinkgoT())
		c = begun(srv)
	})

	It("is refused, and its octets are not obeyed", func() {
		c.Octets(chunk("QUIT\r\n") + lastChunk("RSET\r\n") + "NOOP\r\n")
		Expect(replies(c, 3)).To(Equal("502 502 250"))
		Expect(kinds(only(srv))).To(HaveExactElements("not-offered", "not-offered"))
	})
	It("leaves the transaction to DATA", func() {
		c.Octets(lastChunk("a\r\n"))
		Expect(c.Reply()).To(HavePrefix("502"))
		c.Expecting("354", "DATA")
		c.Octets("b\r\n.\r\n")
		Expect(c.Reply()).To(HavePrefix("250"))
		Expect(string(onlyMessage(srv).Raw())).To(Equal("b\r\n"))
	})
	It("is an unknown command without a length", func() {
		c.Dialogue("BDAT x", "502", "NOOP", "250")
	})
	It("waits for TLS where that is required", func() {
		srv = harness.NewServer(GinkgoT(), harness.Advertise("CHUNKING"), harness.WithSTARTTLS(), harness.RequireTLS())
		c = rawclient.Hello(srv)
		c.Octets(lastChunk("QUIT\r\n"))
		Expect(c.Reply()).To(HavePrefix("530 5.7.0"))
		c.Expecting("250", "NOOP")
	})
})

var _ = Describe("BINARYMIME, RFC 3030 §3", func() {
	It("goes by BDAT", func() {
		srv := advertising("CHUNKING", "BINARYMIME")
		c := rawclient.Hello(srv)
		c.Dialogue(mail+" BODY=BINARYMIME", "250", rcpt, "250")
		c.Octets(lastChunk("\x00\x01\n"))
		Expect(c.Reply()).To(HavePrefix("250"))
		Expect(string(onlyMessage(srv).Raw())).To(Equal("\x00\x01\n"))
		Expect(onlyMessage(srv)).To(HaveMailParameter("BODY", "BINARYMIME"))
	})
	It("does not go by DATA", func() {
		c := rawclient.Hello(advertising("CHUNKING", "BINARYMIME"))
		c.Dialogue(mail+" BODY=BINARYMIME", "250", rcpt, "250", "DATA", "503", "RSET", "250", mail, "250", rcpt, "250", "DATA", "354")
	})
	It("is of one MAIL, and not of the next one", func() {
		c := rawclient.Hello(advertising("CHUNKING", "BINARYMIME"))
		c.Dialogue(mail+" BODY=BINARYMIME SIZE=x", "501", mail, "250", rcpt, "250", "DATA", "354")
	})
	It("is refused where it is not offered", func() {
		rawclient.Hello(advertising("CHUNKING")).Expecting("501", mail+" BODY=BINARYMIME")
	})
})
