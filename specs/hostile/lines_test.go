package hostile_test

import (
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = Describe("Control octets", func() {
	DescribeTable("get 501, are recorded, and are never echoed", func(before []string, line string) {
		for _, octet := range []string{"\x00", "\x01", "\x07", "\x0b", "\x1b", "\x7f", "\r"} {
			srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", "s3cret"))
			c := rawclient.Hello(srv)
			for _, b := range before {
				c.Expecting("250", b)
			}
			reply := c.Ask(strings.Replace(line, "?", octet, 1))
			Expect(reply).To(HavePrefix("501"), "with %q", octet)
			Expect(reply).NotTo(ContainSubstring(octet))
			Expect(kinds(srv)).To(ContainElement(Or(Equal("control-octets"), Equal("bare-cr"))), "with %q", octet)
			c.Expecting("250", "NOOP")
		}
	},
		Entry("in EHLO", nil, "EHLO cli?ent.example"),
		Entry("in HELO", nil, "HELO cli?ent.example"),
		Entry("in MAIL", nil, "MAIL FROM:<a?b@example.mn>"),
		Entry("in a quoted local part", nil, `MAIL FROM:<"a?b"@example.mn>`),
		Entry("in a parameter", nil, "MAIL FROM:<> SIZE=1?0"),
		Entry("in RCPT", []string{"MAIL FROM:<>"}, "RCPT TO:<a?b@example.com>"),
		Entry("in AUTH", nil, "AUTH PLAIN AGJ?hdA=="),
		Entry("in NOOP", nil, "NOOP a?b"),
		Entry("in a verb", nil, "NO?OP"),
	)

	It("beyond ASCII are refused where no address is", func() {
		srv := harness.NewServer(GinkgoT())
		rawclient.Hello(srv).Dialogue("EHLO шуудан.example", "501", "NOOP сайн", "501", "ЗАХИДАЛ", "501", "NOOP", "250")
	})
})

var _ = Describe("A path", func() {
	DescribeTable("that the grammar of RFC 5321 §4.1.2 does not have is refused", func(line string) {
		srv := harness.NewServer(GinkgoT())
		c := rawclient.Hello(srv)
		if strings.HasPrefix(line, "RCPT") {
			c.Expecting("250", "MAIL FROM:<>")
		}
		Expect(c.Ask(line)).To(MatchRegexp(`^(501|553|555) `))
		Expect(only(srv).Anomalies).NotTo(BeEmpty())
		c.Expecting("250", "NOOP")
	},
		Entry("no argument", "MAIL"),
		Entry("another keyword", "MAIL TO:<a@example.mn>"),
		Entry("no colon", "MAIL FROM<a@example.mn>"),
		Entry("garbage before the keyword", "MAIL XXFROM:<a@example.mn>"),
		Entry("garbage before RCPT's keyword", "RCPT garbageTO:<a@example.mn>"),
		Entry("no brackets", "MAIL FROM:a@example.mn"),
		Entry("no closing bracket", "MAIL FROM:<a@example.mn"),
		Entry("no opening bracket", "MAIL FROM:a@example.mn>"),
		Entry("two paths", "RCPT TO:<a@example.mn><b@example.mn>"),
		Entry("brackets in brackets", "RCPT TO:<<a@example.mn>>"),
		Entry("something glued on", "MAIL FROM:<a@example.mn>SIZE=1"),
		Entry("blanks inside", "RCPT TO:<a b@example.mn>"),
		Entry("blanks at the edges", "RCPT TO:< a@example.mn >"),
		Entry("an empty forward-path", "RCPT TO:<>"),
		Entry("no domain", "RCPT TO:<bat>"),
		Entry("an empty domain", "RCPT TO:<bat@>"),
		Entry("an empty local part", "RCPT TO:<@example.mn>"),
		Entry("two at signs", "RCPT TO:<a@b@example.mn>"),
		Entry("a dot at the start", "RCPT TO:<.a@example.mn>"),
		Entry("a dot at the end", "RCPT TO:<a.@example.mn>"),
		Entry("two dots", "RCPT TO:<a..b@example.mn>"),
		Entry("an empty label", "RCPT TO:<a@example..mn>"),
		Entry("a label with a hyphen at its end", "RCPT TO:<a@example-.mn>"),
		Entry("a domain with an underscore", "RCPT TO:<a@exa_mple.mn>"),
		Entry("a quote that does not end", `RCPT TO:<"a@example.mn>`),
		Entry("a quote in the middle", `RCPT TO:<a"b"@example.mn>`),
		Entry("an address literal that is none", "RCPT TO:<a@[300.1.1.1]>"),
		Entry("an address literal that does not end", "RCPT TO:<a@[10.0.0.1>"),
		Entry("a local part of 65 octets", "RCPT TO:<"+strings.Repeat("a", 65)+"@example.mn>"),
		Entry("a domain of 256 octets", "RCPT TO:<a@"+strings.Repeat("a.", 127)+"mn>"),
		Entry("a label of 64 octets", "RCPT TO:<a@"+strings.Repeat("a", 64)+".mn>"),
		Entry("UTF-8 without SMTPUTF8", "MAIL FROM:<бат@example.mn>"),
		Entry("octets that are not UTF-8", "MAIL FROM:<\xff@example.mn> SMTPUTF8"),
		Entry("a value for SMTPUTF8", "MAIL FROM:<> SMTPUTF8=yes"),
		Entry("a parameter without a name", "MAIL FROM:<> =1"),
		Entry("a parameter with an empty value", "MAIL FROM:<> BODY="),
		Entry("a body of no kind", "MAIL FROM:<> BODY=9BIT"),
		Entry("an unknown parameter of RCPT", "RCPT TO:<a@example.mn> SIZE=1"),
	)

	DescribeTable("that it has is taken", func(line, address string) {
		srv := harness.NewServer(GinkgoT())
		c := rawclient.Hello(srv)
		c.Dialogue("MAIL FROM:<бат@example.mn> SMTPUTF8", "250", line, "250", "DATA", "354")
		c.Octets(".\r\n")
		Expect(c.Reply()).To(HavePrefix("250"))
		Expect(srv.Messages()[0].Envelope.To()).To(Equal([]string{address}))
	},
		Entry("a plain one", "RCPT TO:<bat@example.com>", "bat@example.com"),
		Entry("in any case of letters", "rcpt to:<Bat@Example.com>", "Bat@Example.com"),
		Entry("with blanks at the end of the line", "RCPT TO:<bat@example.com>  ", "bat@example.com"),
		Entry("the postmaster", "RCPT TO:<postmaster>", "postmaster"),
		Entry("every atext character", "RCPT TO:<!#$%&'*+-/=?^_`{|}~@example.com>", "!#$%&'*+-/=?^_`{|}~@example.com"),
		Entry("a quoted local part", `RCPT TO:<"a b@c>d"@example.com>`, `"a b@c>d"@example.com`),
		Entry("a quoted quote", `RCPT TO:<"a\"\\b"@example.com>`, `"a\"\\b"@example.com`),
		Entry("an empty quoted local part", `RCPT TO:<""@example.com>`, `""@example.com`),
		Entry("a source route, which is ignored", "RCPT TO:<@relay.example,@other.example:bat@example.com>", "bat@example.com"),
		Entry("an IPv4 literal", "RCPT TO:<bat@[127.0.0.1]>", "bat@[127.0.0.1]"),
		Entry("an IPv6 literal", "RCPT TO:<bat@[IPv6:::1]>", "bat@[IPv6:::1]"),
		Entry("in Cyrillic", "RCPT TO:<дорж@шуудан.монгол>", "дорж@шуудан.монгол"),
		Entry("of the longest parts", "RCPT TO:<"+strings.Repeat("a", 64)+"@"+strings.Repeat("a.", 126)+"com>",
			strings.Repeat("a", 64)+"@"+strings.Repeat("a.", 126)+"com"),
		Entry("with a blank behind the colon, which is recorded", "RCPT TO: <bat@example.com>", "bat@example.com"),
	)

	It("without brackets is taken if the test asks for that", func() {
		srv := harness.NewServer(GinkgoT(), harness.LenientPaths())
		c := rawclient.Hello(srv)
		c.Dialogue("MAIL FROM: a@example.mn SIZE=5", "250", "RCPT TO:bat@example.com", "250", `RCPT TO:"a b"@example.com`, "250",
			`RCPT TO:"a b"@example.com>`, "501", "RCPT TO:", "501", "RCPT TO:<dorj@example.com>", "250", "DATA", "354")
		c.Octets(".\r\n")
		Expect(c.Reply()).To(HavePrefix("250"))
		Expect(srv.Messages()[0].Envelope.From).To(Equal("a@example.mn"))
		Expect(srv.Messages()[0].Envelope.To()).To(Equal([]string{"bat@example.com", `"a b"@example.com`, "dorj@example.com"}))
	})
})

var _ = Describe("Commands out of order or shape", func() {
	DescribeTable("are refused, recorded, and the session goes on", func(code, kind string, before []string, line string) {
		srv := harness.NewServer(GinkgoT())
		c := rawclient.Dial(srv)
		c.Reply()
		for _, b := range before {
			c.Expecting("250", b)
		}
		c.Expecting(code, line)
		if kind != "" {
			Expect(kinds(srv)).To(ContainElement(kind))
		}
		c.Expecting("250", "NOOP")
	},
		Entry("MAIL before EHLO", "503", "no-ehlo", nil, "MAIL FROM:<>"),
		Entry("MAIL in a transaction", "503", "nested-mail", []string{"EHLO x", "MAIL FROM:<>"}, "MAIL FROM:<>"),
		Entry("RCPT without MAIL", "503", "", []string{"EHLO x"}, "RCPT TO:<bat@example.com>"),
		Entry("DATA without RCPT", "503", "data-without-recipients", []string{"EHLO x", "MAIL FROM:<>"}, "DATA"),
		Entry("DATA with an argument", "501", "extra-argument", []string{"EHLO x"}, "DATA now"),
		Entry("RSET with an argument", "501", "extra-argument", nil, "RSET now"),
		Entry("QUIT with an argument", "501", "extra-argument", nil, "QUIT now"),
		Entry("EHLO without a name", "501", "empty-ehlo", nil, "EHLO"),
		Entry("EHLO with a blank for a name", "501", "empty-ehlo", nil, "EHLO  "),
		Entry("an empty line", "500", "", nil, ""),
		Entry("a blank", "500", "", nil, " "),
		Entry("a verb behind a blank", "500", "", nil, " NOOP"),
		Entry("a line that says BODY", "500", "", nil, "BODY"),
		Entry("a dot", "500", "", nil, "."),
	)

	It("with a bare LF is understood, and recorded", func() {
		srv := harness.NewServer(GinkgoT())
		c := rawclient.Dial(srv)
		c.Reply()
		for _, line := range []string{"EHLO x\n", "MAIL FROM:<>\n"} {
			c.Octets(line)
			Expect(c.Reply()).To(HavePrefix("250"))
		}
		Expect(kinds(srv)).To(Equal([]string{"bare-lf", "bare-lf"}))
	})
})

var _ = Describe("Whoever speaks something else", func() {
	DescribeTable("HTTP gets 421 and the end, and nothing is accepted", func(request string) {
		srv := harness.NewServer(GinkgoT())
		c := rawclient.Dial(srv)
		c.Reply()
		c.Octets(request + "Host: localhost:1025\r\nContent-Type: text/plain\r\n\r\nEHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<bat@example.com>\r\nDATA\r\nx\r\n.\r\n")
		Expect(c.Reply()).To(HavePrefix("421"))
		c.ExpectFIN()
		Expect(only(srv).Commands).To(HaveLen(1))
		Expect(only(srv).End).To(Equal(harness.EndRefused))
		Expect(kinds(srv)).To(Equal([]string{"other-protocol"}))
		Expect(srv.Messages()).To(BeEmpty())
	},
		Entry("POST", "POST / HTTP/1.1\r\n"),
		Entry("GET", "GET /x HTTP/1.0\r\n"),
		Entry("PUT in small letters", "put / http/1.1\r\n"),
		Entry("a method of the page's own", "EHLO / HTTP/1.1\r\n"),
		Entry("HTTP/2", "PRI * HTTP/2.0\r\n"),
		Entry("CONNECT", "CONNECT example.mn:25 HTTP/1.1\r\n"),
	)

	It("TLS on the plain port gets 554 and the end", func() {
		srv := harness.NewServer(GinkgoT())
		c := rawclient.Dial(srv)
		c.Reply()
		conn := tls.Client(c.Conn(), srv.ClientTLSConfig())
		var header tls.RecordHeaderError
		Expect(errors.As(conn.Handshake(), &header)).To(BeTrue())
		Expect(string(header.RecordHeader[:])).To(Equal("554 5"))
		Expect(only(srv).End).To(Equal(harness.EndRefused))
		Expect(kinds(srv)).To(Equal([]string{"other-protocol"}))
	})

	It("random octets are accepted for nothing, and end in 421, 500 or 554", func(ctx SpecContext) {
		random := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 2))
		for range 20 {
			srv := harness.NewServer(GinkgoT(), harness.InMemory())
			c := rawclient.Dial(srv)
			c.Reply()
			octets := make([]byte, 100_000)
			for i := range octets {
				octets[i] = byte(random.Uint32())
			}
			go func() {
				defer GinkgoRecover()
				c.TryOctets(string(octets))
			}()
			var last string
			for {
				reply, err := c.TryReply()
				if err != nil {
					break
				}
				last = reply
			}
			Expect(last).To(MatchRegexp("^(421|500|554) "))
			Expect(srv.Messages()).To(BeEmpty())
			for _, s := range srv.Sessions() {
				var codes []int
				for r := range s.Replies(harness.ANY) {
					codes = append(codes, r.Code)
				}
				Expect(codes).NotTo(ContainElement(BeElementOf(250, 354)), s.Transcript())
			}
		}
	})

	It("endless unknown commands get 421 after a hundred errors", func() {
		srv := harness.NewServer(GinkgoT())
		c := rawclient.Hello(srv)
		for range 100 {
			c.Expecting("500", "XYZZY")
		}
		c.Expecting("421 4.7.0", "XYZZY")
		c.ExpectFIN()
		Expect(only(srv).End).To(Equal(harness.EndRefused))
	})

	It("pipelined unknown commands end in 421 too", func() {
		srv := harness.NewServer(GinkgoT())
		c := rawclient.Hello(srv)
		c.Octets(strings.Repeat("XYZZY\r\n", 5000))
		rest, err := c.Rest()
		Expect(err).NotTo(HaveOccurred())
		Expect(strings.Count(rest, "500 ")).To(Equal(100))
		Expect(rest).To(HaveSuffix("421 4.7.0 Too many errors, closing\r\n"))
	})

	It("a test may lift the number of errors", func() {
		limits := harness.DefaultLimits()
		limits.Errors = 5000
		c := rawclient.Hello(harness.NewServer(GinkgoT(), harness.WithLimits(limits)))
		for range 1000 {
			c.Expecting("500", "XYZZY")
		}
	})
})
