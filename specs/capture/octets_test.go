package capture_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/fixtures"
	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

// stuffed returns raw as a correct client sends it: the dots doubled, the last
// line ended, and the final dot behind it. It works octet by octet, unlike the
// code that it checks.
func stuffed(raw []byte) string {
	var b strings.Builder
	start := true
	for i, c := range raw {
		if start && c == '.' {
			b.WriteByte('.')
		}
		b.WriteByte(c)
		start = c == '\n' && i > 0 && raw[i-1] == '\r'
	}
	if !start {
		b.WriteString("\r\n")
	}
	return b.String() + ".\r\n"
}

// asKept is raw with its last line ended, which the protocol cannot leave out.
func asKept(raw []byte) []byte {
	if len(raw) == 0 || bytes.HasSuffix(raw, []byte("\r\n")) {
		return raw
	}
	return append(bytes.Clone(raw), "\r\n"...)
}

// expectKept expects the last message to be raw, octet by octet.
func expectKept(srv *harness.Server, raw []byte) {
	GinkgoHelper()
	all := srv.Messages()
	got := all[len(all)-1].Raw()
	if !bytes.Equal(got, asKept(raw)) {
		Expect(fmt.Sprintf("%q", got)).To(Equal(fmt.Sprintf("%q", asKept(raw))))
	}
	Expect(all[len(all)-1].Size()).To(Equal(len(asKept(raw))))
}

var _ = Describe("Raw is what the client sent, octet by octet", func() {
	var (
		srv *harness.Server
		c   *rawclient.Client
	)
	BeforeEach(func() {
		srv = harness.NewServer(GinkgoT())
		c = rawclient.Hello(srv)
	})
	send := func(raw []byte) {
		GinkgoHelper()
		c.Begin()
		c.Octets(stuffed(raw))
		Expect(c.Reply()).To(HavePrefix("250"))
		expectKept(srv, raw)
	}

	It("for every message of the fixtures", func() {
		for name, raw := range fixtures.Messages() {
			By(name)
			send(raw)
		}
	})

	DescribeTable("for a body with", func(body string) { send([]byte(body)) },
		Entry("nothing at all", ""),
		Entry("one empty line", "\r\n"),
		Entry("no header", "Сайн байна уу? Энэ бол туршилтын захидал."),
		Entry("one dot", "."),
		Entry("lines of dots", ".\r\n..\r\n...\r\n"),
		Entry("dots behind bare line ends", "a\n.\nb\r.\rc\n.\r\nd\r\n"),
		Entry("bare CRs", "a\rb\r\rc\r\n"),
		Entry("bare LFs", "a\nb\n\nc"),
		Entry("a CR before the end", "a\r"),
		Entry("a CR before a CRLF", "a\r\r\n"),
		Entry("NULs", "a\x00b\x00\r\n\x00"),
		Entry("all octets", allOctets()),
		Entry("octets beyond ASCII that are not UTF-8", "\xd0\r\n\xff\xfe\x80"),
		Entry("a line of 998 octets", strings.Repeat("x", 998)),
		Entry("a line of 100,000 octets", strings.Repeat("ж", 50_000)),
		Entry("something at the size of the input buffer", strings.Repeat("x", 4608)),
		Entry("something at the size of the scratch room", strings.Repeat("x", 64<<10)),
		Entry("dots in a long body", strings.Repeat(".x\r\n", 100_000)),
		Entry("blanks at the ends of lines", "a  \r\n\t\r\n  "),
	)

	It("for large bodies that say how large they are, and for those that lie", func() {
		raw := fixtures.Attachment(1 << 20)
		for _, declared := range []int{0, 100_000, len(raw), 30 << 20} {
			c.Dialogue(fmt.Sprintf("MAIL FROM:<> SIZE=%d", declared), "250", "RCPT TO:<bat@example.com>", "250", "DATA", "354")
			c.Octets(stuffed(raw))
			Expect(c.Reply()).To(HavePrefix("250"))
			expectKept(srv, raw)
		}
	})

	It("wherever the network splits it", func() {
		const raw = "..a\r\n.\n\r.\r\n..\r\nжж\r\n."
		data := stuffed([]byte(raw))
		for at := 1; at < len(data); at++ {
			c.Begin()
			c.Octets(data[:at])
			c.Octets(data[at:])
			Expect(c.Reply()).To(HavePrefix("250"), "split at %d", at)
			expectKept(srv, []byte(raw))
		}
	})

	It("one octet at a time", func() {
		raw := fixtures.Message("dot-lines")
		c.Begin()
		for _, octet := range []byte(stuffed(raw)) {
			c.Octets(string([]byte{octet}))
		}
		Expect(c.Reply()).To(HavePrefix("250"))
		expectKept(srv, raw)
	})

	It("with commands around it in the same segment, as pipelining clients send it", func() {
		const raw = "Subject: нэг\r\n\r\n.x"
		c.Expecting("250", "MAIL FROM:<a@example.mn>")
		c.Lines("RCPT TO:<bat@example.com>", "DATA")
		Expect(c.Reply()).To(HavePrefix("250"))
		Expect(c.Reply()).To(HavePrefix("354"))
		c.Octets(stuffed([]byte(raw)) + "MAIL FROM:<b@example.mn>\r\nRCPT TO:<two@example.com>\r\nDATA\r\n")
		for _, want := range []string{"250", "250", "250", "354"} {
			Expect(c.Reply()).To(HavePrefix(want))
		}
		expectKept(srv, []byte(raw))
		c.Octets(stuffed([]byte("second")) + "QUIT\r\n")
		Expect(c.Reply()).To(HavePrefix("250"))
		Expect(c.Reply()).To(HavePrefix("221"))
		expectKept(srv, []byte("second"))
	})

	It("when the data comes before the 354", func() {
		c.Lines("MAIL FROM:<a@example.mn>", "RCPT TO:<bat@example.com>", "DATA", "first", "RSET", ".", "NOOP")
		for _, want := range []string{"250", "250", "354", "250", "250"} {
			Expect(c.Reply()).To(HavePrefix(want))
		}
		expectKept(srv, []byte("first\r\nRSET\r\n"))
		Expect(only(srv).Verbs()).To(Equal([]string{"EHLO", "MAIL", "RCPT", "DATA", "BODY", "NOOP"}))
	})

	It("for random bodies in random pieces", func() {
		random := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 1))
		for range 300 {
			raw := randomBody(random)
			data := stuffed(raw)
			c.Begin()
			for len(data) > 0 {
				n := 1 + random.IntN(len(data))
				c.Octets(data[:n])
				data = data[n:]
			}
			Expect(c.Reply()).To(HavePrefix("250"))
			expectKept(srv, raw)
		}
	})

	It("over TLS", func() {
		srv = harness.NewServer(GinkgoT(), harness.WithSTARTTLS())
		c = rawclient.Hello(srv)
		Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
		c.Hello()
		for _, raw := range [][]byte{nil, []byte(allOctets()), fixtures.Attachment(1 << 20)} {
			send(raw)
		}
	})
})

func allOctets() string {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return string(b)
}

// randomBody favours what the framing looks at.
func randomBody(random *rand.Rand) []byte {
	pieces := []string{".", "\r\n", "\r", "\n", "..", "\r\n.", "\r\n.\n", "a", "\x00", "ж", strings.Repeat("y", 3000)}
	var b []byte
	for range random.IntN(30) {
		b = append(b, pieces[random.IntN(len(pieces))]...)
	}
	return b
}

var _ = Describe("The envelope", func() {
	It("stays apart from the headers, refused recipients included", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithRules(harness.RejectRecipient("no@*", 550, "5.1.1 x")))
		c := rawclient.Hello(srv)
		c.Dialogue("MAIL FROM:<bounce@example.mn> SIZE=100 BODY=8BITMIME", "250", "RCPT TO:<bat@example.com>", "250",
			"RCPT TO:<no@example.com>", "550", "RCPT TO:<Postmaster>", "250", "DATA", "354")
		c.Octets("From: other@example.mn\r\nTo: other@example.com\r\n\r\nx\r\n.\r\n")
		Expect(c.Reply()).To(HavePrefix("250"))
		e := srv.Messages()[0].Envelope
		Expect(e.From).To(Equal("bounce@example.mn"))
		Expect(e.Params).To(Equal(map[string]string{"SIZE": "100", "BODY": "8BITMIME"}))
		Expect(e.To()).To(Equal([]string{"bat@example.com", "Postmaster"}))
		Expect(e.Recipients).To(HaveLen(3))
		Expect(string(srv.Messages()[0].Raw())).To(HavePrefix("From: other@example.mn\r\n"), "nothing is added")
	})
	It("has an empty reverse-path for <>", func() {
		srv := harness.NewServer(GinkgoT())
		c := rawclient.Hello(srv)
		c.Dialogue("MAIL FROM:<>", "250", "RCPT TO:<\"a b>@\"@example.com>", "250", "DATA", "354")
		c.Octets(".\r\n")
		Expect(c.Reply()).To(HavePrefix("250"))
		Expect(srv.Messages()[0].Envelope.From).To(BeEmpty())
		Expect(srv.Messages()[0].Envelope.To()).To(Equal([]string{`"a b>@"@example.com`}))
	})
	It("begins anew with each transaction", func() {
		srv := harness.NewServer(GinkgoT())
		c := rawclient.Hello(srv)
		c.Dialogue("MAIL FROM:<one@example.mn> SIZE=9", "250", "RCPT TO:<one@example.com>", "250", "RSET", "250")
		Expect(c.Send("x")).To(HavePrefix("250"))
		e := srv.Messages()[0].Envelope
		Expect(e.From).To(Equal("dorj@example.mn"))
		Expect(e.Params).To(BeNil())
		Expect(e.To()).To(Equal([]string{"bat@example.com"}))
	})
})
