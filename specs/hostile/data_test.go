package hostile_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

func only(srv *harness.Server) *harness.Session {
	GinkgoHelper()
	Expect(srv.Sessions()).To(HaveLen(1))
	return srv.Sessions()[0]
}

func kinds(srv *harness.Server) (all []string) {
	for _, a := range only(srv).Anomalies {
		all = append(all, a.Kind)
	}
	return all
}

// smuggled is what an attacker hides behind a look-alike of the end of data.
const smuggled = "MAIL FROM:<admin@example.mn>\r\nRCPT TO:<bat@example.com>\r\nDATA\r\nSubject: хуурамч\r\n\r\nx"

var _ = Describe("Only CRLF.CRLF ends message data", func() {
	DescribeTable("which is not", func(alike string) {
		srv := harness.NewServer(GinkgoT())
		c := rawclient.Hello(srv)
		data := "Subject: Сайн уу\r\n\r\ntext" + alike + smuggled + "\r\n"
		c.Begin()
		c.Octets(data + ".\r\n")
		Expect(c.Reply()).To(HavePrefix("250"))
		c.Expecting("250", "NOOP one reply, no more")
		Expect(srv.Messages()).To(HaveLen(1))
		Expect(string(srv.Messages()[0].Sent())).To(Equal(data))
		Expect(only(srv).Verbs()).To(Equal([]string{"EHLO", "MAIL", "RCPT", "DATA", "BODY", "NOOP"}))
	},
		Entry("LF.LF", "\n.\n"),
		Entry("LF.CRLF", "\n.\r\n"),
		Entry("CRLF.LF", "\r\n.\n"),
		Entry("CR.CR", "\r.\r"),
		Entry("CR.CRLF", "\r.\r\n"),
		Entry("CRLF.CR", "\r\n.\r"),
		Entry("CR.LF", "\r.\n"),
		Entry("LF.CR", "\n.\r"),
		Entry("CRLF.CR.LF", "\r\n.\r.\n"),
		Entry("CRLF.CRCRLF", "\r\n.\r\r\n"),
		Entry("CRLFLF.CRLF", "\r\n\n.\r\n"),
		Entry("CRCRLF.LF", "\r\r\n.\n"),
		Entry("CRLF.NUL.CRLF", "\r\n.\x00.\r\n"),
		Entry("CRLF.NULCRLF", "\r\n.\x00\r\n"),
		Entry("CRLFNUL.CRLF", "\r\n\x00.\r\n"),
		Entry("CR NUL LF.CRLF", "\r\x00\n.\r\n"),
		Entry("CRLF..CRLF", "\r\n..\r\n"),
		Entry("a dot behind a blank", "\r\n .\r\n"),
		Entry("a dot before a blank", "\r\n. \r\n"),
		Entry("a next line of Unicode", "\u0085.\u0085"),
		Entry("a line separator of Unicode", "\u2028.\u2028"),
		Entry("a dot that is none", "\r\n\u2024\r\n"),
	)

	It("in the first line of the data, and behind a look-alike in the last", func() {
		srv := harness.NewServer(GinkgoT())
		c := rawclient.Hello(srv)
		c.Begin()
		c.Expecting("250", ".")
		c.Begin()
		c.Octets(".\n.\r\n\r\n.\r\n")
		Expect(c.Reply()).To(HavePrefix("250"))
		Expect(string(srv.Messages()[1].Sent())).To(Equal(".\n.\r\n\r\n"))
	})
})

var _ = Describe("A message over the limit", func() {
	server := func(size int) *harness.Server {
		limits := harness.DefaultLimits()
		limits.Message = size
		return harness.NewServer(GinkgoT(), harness.WithLimits(limits))
	}

	It("is read to its true end, gets one 552, and nothing in it is a command", func() {
		srv := server(100_000)
		c := rawclient.Hello(srv)
		c.Begin()
		c.Octets(strings.Repeat("x", 100_000) + "\r\n" + strings.Repeat("RSET\r\nQUIT\r\n\n.\n", 1000) + "\r\n.\r\n")
		Expect(c.Reply()).To(HavePrefix("552 5.3.4"))
		c.Dialogue("NOOP", "250", "DATA", "503", "RCPT TO:<bat@example.com>", "503")
		Expect(c.Send("small")).To(HavePrefix("250"))
		Expect(srv.Messages()).To(HaveLen(1))
		Expect(only(srv).Messages).To(HaveLen(1))
	})

	DescribeTable("is one by a single octet", func(octets int, want string) {
		srv := server(1000)
		c := rawclient.Hello(srv)
		c.Begin()
		c.Octets(strings.Repeat("x", octets-2) + "\r\n.\r\n")
		Expect(c.Reply()).To(HavePrefix(want))
	}, Entry("at the limit", 1000, "250"), Entry("over it", 1001, "552"))

	It("does not count the dots that are there for the wire only", func() {
		srv := server(1000)
		c := rawclient.Hello(srv)
		c.Begin()
		c.Octets(strings.Repeat("..\r\n", 333) + ".\r\n")
		Expect(c.Reply()).To(HavePrefix("250"))
		Expect(srv.Messages()[0].Size()).To(Equal(999))
	})

	It("is cut off at four times the limit", func(ctx SpecContext) {
		srv := server(100_000)
		c := rawclient.Hello(srv)
		c.Begin()
		c.TryOctets(strings.Repeat("x", 500_000))
		Expect(c.Reply()).To(HavePrefix("552 5.3.4"))
		sessions, err := srv.WaitForSessions(ctx, 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(sessions[0].End).To(Equal(harness.EndRefused))
	})

	It("never takes memory above the limit: one endless line of 60 MB", func() {
		limits := harness.DefaultLimits()
		limits.Message = 20 << 20
		srv := harness.NewServer(GinkgoT(), harness.WithLimits(limits), harness.InMemory())
		c := rawclient.Hello(srv)
		c.Begin()
		peak := peakOf(func() {
			Expect(copied(c, 60<<20, bytes.Repeat([]byte("x"), 1<<20))).To(Succeed())
			c.Octets("\r\n.\r\n")
			Expect(c.Reply()).To(HavePrefix("552"))
		})
		Expect(peak).To(BeNumerically("<", 20<<20+16<<20))
		c.Expecting("250", "NOOP")
	})

	DescribeTable("by its SIZE", func(param, want string) {
		c := rawclient.Hello(server(1000))
		c.Dialogue("MAIL FROM:<> "+param, want, "NOOP", "250")
		if want != "250" {
			c.Dialogue("RCPT TO:<bat@example.com>", "503", "MAIL FROM:<>", "250")
		}
	},
		Entry("at the limit", "SIZE=1000", "250"),
		Entry("over it", "SIZE=1001", "552 5.3.4"),
		Entry("far over it", "SIZE=99999999999999999999", "552"),
		Entry("of more digits than RFC 1870 has", "SIZE=000000000000000000001", "501"),
		Entry("that overflows 64 bits", "SIZE=18446744073709551616", "552"),
		Entry("that is negative", "SIZE=-1", "501"),
		Entry("with a plus", "SIZE=+1", "501"),
		Entry("in hexadecimal", "SIZE=0x10", "501"),
		Entry("with a point", "SIZE=1.5", "501"),
		Entry("without a value", "SIZE", "501"),
		Entry("with an empty value", "SIZE=", "501"),
		Entry("twice", "SIZE=1 SIZE=1", "501"),
		Entry("twice in two cases", "SIZE=1 size=2", "501"),
		Entry("in other digits", "SIZE=\u0661", "501"),
		Entry("of nothing", "SIZE=0", "250"),
	)
})

var _ = Describe("A connection that is lost inside DATA", func() {
	DescribeTable("stores no message, and the session tells of it", func(ctx SpecContext, data string, leave func(*rawclient.Client)) {
		srv := harness.NewServer(GinkgoT())
		c := rawclient.Hello(srv)
		c.Begin()
		c.Octets(data)
		leave(c)
		sessions, err := srv.WaitForSessions(ctx, 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(srv.Messages()).To(BeEmpty())
		Expect(sessions[0].Messages).To(BeEmpty())
		Expect(sessions[0].EndDetail).To(ContainSubstring("inside the message data"))
		Expect(sessions[0].Verbs()).To(Equal([]string{"EHLO", "MAIL", "RCPT", "DATA"}))
	},
		Entry("by a FIN before the data", "", (*rawclient.Client).Close),
		Entry("by a FIN in the middle", "Subject: x\r\n", (*rawclient.Client).Close),
		Entry("by a FIN before the last octet", "x\r\n.\r", (*rawclient.Client).Close),
		Entry("by a FIN behind LF.LF", "x\n.\n", (*rawclient.Client).Close),
		Entry("by a FIN in a long message", strings.Repeat("x", 500_000), (*rawclient.Client).Close),
		Entry("by a reset", "Subject: x\r\n", (*rawclient.Client).Break),
	)
})

var _ = Describe("Octets behind DATA", func() {
	It("are message data if DATA is taken", func() {
		srv := harness.NewServer(GinkgoT())
		c := rawclient.Hello(srv)
		c.Dialogue("MAIL FROM:<>", "250", "RCPT TO:<bat@example.com>", "250")
		c.Lines("DATA", "QUIT", "RSET", ".")
		Expect(c.Reply()).To(HavePrefix("354"))
		Expect(c.Reply()).To(HavePrefix("250"))
		Expect(string(srv.Messages()[0].Raw())).To(Equal("QUIT\r\nRSET\r\n"))
	})
	DescribeTable("end the session if it is refused, and are never obeyed", func(line string, options ...harness.Option) {
		srv := harness.NewServer(GinkgoT(), options...)
		c := rawclient.Hello(srv)
		c.Lines(line, "MAIL FROM:<admin@example.mn>", "RCPT TO:<bat@example.com>", ".")
		Expect(c.Reply()).To(HavePrefix("5"))
		rest, err := c.Rest()
		Expect(err).NotTo(HaveOccurred())
		Expect(rest).To(HavePrefix("421 4.7.0"))
		Expect(only(srv).Verbs()).To(Equal([]string{"EHLO", "DATA"}))
		Expect(kinds(srv)).To(ContainElement("octets-behind-data"))
	},
		Entry("because there is no transaction", "DATA"),
		Entry("because of its argument", "DATA now"),
		Entry("because of its octets", "DATA \x01"),
		Entry("because TLS is required", "DATA", harness.WithSTARTTLS(), harness.RequireTLS()),
	)
})

var _ = Describe("A client's octets", func() {
	It("never come out of the record raw: transcript, report and progress", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithRules(harness.On(harness.NOOP).Arg("*\x1b*").Reply(250, "x\x1b[31m")))
		c := rawclient.Hello(srv)
		for _, line := range []string{"NOOP \x1b[2J\x07", "EHLO \x9b31m\u202ebat", "::error::x", "##vso[task.complete]", "XYZZY \u200b\r", "{{red}}x"} {
			c.Ask(line)
		}
		for _, text := range []string{srv.Report().String(), srv.Report().ColorableString(), only(srv).Transcript(), srv.GomegaString()} {
			Expect(text).NotTo(MatchRegexp("[\x00-\x09\x0b-\x1f\x7f\u0080-\u009f\u200b\u202e]"))
			Expect(text).NotTo(MatchRegexp(`(?m)^\s*::|##vso\[`))
		}
		Expect(srv.Report().ColorableString()).NotTo(ContainSubstring("{{red}}x"))
	})
	It("with percent signs come back as they are", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithHostname("100%s.example"), harness.WithAuth(func(harness.AuthAttempt) error {
			return harness.Reply{Code: 535, Lines: []string{"5.7.8 100%d%%"}}
		}))
		c := rawclient.Dial(srv)
		Expect(c.Reply()).To(Equal("220 100%s.example ESMTP ready"))
		Expect(c.Ask("EHLO 100%s%d.example")).To(HavePrefix("250-100%s.example\r\n"))
		Expect(c.Ask("AUTH PLAIN AGJhdABzM2NyZXQ=")).To(Equal("535 5.7.8 100%d%%"))
		c.Dialogue("MAIL FROM:<a%s@example.mn>", "250", "RCPT TO:<100%d%n@example.com>", "250", "DATA", "354")
		c.Octets("%s%d%n\r\n.\r\n")
		Expect(c.Reply()).To(HavePrefix("250"))
		Expect(c.Ask("QUIT")).To(Equal("221 2.0.0 100%s.example closing"))
		Expect(srv.Messages()[0].Envelope.To()).To(Equal([]string{"100%d%n@example.com"}))
	})
})

// copied sends so many octets, in pieces.
func copied(c *rawclient.Client, octets int64, piece []byte) error {
	for sent := int64(0); sent < octets; sent += int64(len(piece)) {
		if _, err := c.Write(piece); err != nil {
			return err
		}
	}
	return nil
}

var _ = Describe("Two hundred megabytes without a newline", func() {
	piece := bytes.Repeat([]byte("A"), 1<<20)

	It("end the session behind 500, with flat memory", func(ctx SpecContext) {
		srv := harness.NewServer(GinkgoT(), harness.InMemory())
		c := rawclient.Hello(srv)
		peak := peakOf(func() { Expect(copied(c, 200<<20, piece)).NotTo(Succeed()) })
		Expect(peak).To(BeNumerically("<", 16<<20))
		Expect(c.Reply()).To(HavePrefix("500 5.5.2"))
		sessions, err := srv.WaitForSessions(ctx, 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(sessions[0].End).To(Equal(harness.EndRefused))
		Expect(len(sessions[0].Last())).To(BeNumerically("<", 200))
	})

	It("are discarded if the limit allows them: one 500, and the next command is understood", func() {
		limits := harness.DefaultLimits()
		limits.Discard = 1 << 30
		srv := harness.NewServer(GinkgoT(), harness.InMemory(), harness.WithLimits(limits))
		c := rawclient.Hello(srv)
		peak := peakOf(func() { Expect(copied(c, 200<<20, piece)).To(Succeed()) })
		Expect(peak).To(BeNumerically("<", 16<<20))
		c.Octets("\r\nNOOP\r\n")
		Expect(c.Reply()).To(HavePrefix("500 5.5.2"))
		Expect(c.Reply()).To(HavePrefix("250"))
		long := only(srv).Commands[1]
		Expect(len(long.Line) + long.Omitted).To(Equal(200<<20 + 2))
		Expect(kinds(srv)).To(ContainElement("long-line"))
	})

	It("and other clients are served meanwhile", func(ctx SpecContext) {
		srv := harness.NewServer(GinkgoT(), harness.InMemory())
		attackers, stop := context.WithCancel(ctx)
		defer stop()
		for range 4 {
			conn, err := srv.Dial(ctx)
			Expect(err).NotTo(HaveOccurred())
			context.AfterFunc(attackers, func() { conn.Close() })
			go func() {
				for attackers.Err() == nil {
					if _, err := conn.Write(piece); err != nil {
						return
					}
				}
			}()
			go io.Copy(io.Discard, conn)
		}
		for i := range 20 {
			Expect(rawclient.Hello(srv).Send(fmt.Sprint("message ", i))).To(HavePrefix("250"))
		}
	})
})
