package matchers_test

import (
	"crypto/tls"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
)

const polite = `SMTP session 1 from 127.0.0.1:34540
    +0.0ms  S: 220 mx.harness.test ESMTP ready
    +0.1ms  C: EHLO бат.example.mn
    +0.2ms  S: 250 mx.harness.test
    +0.3ms  C: AUTH PLAIN ****
    +0.4ms  S: 235 2.7.0 Ok
    +0.5ms  C: MAIL FROM:<shop@example.mn>
    +0.6ms  S: 250 2.1.0 Ok
    +0.7ms  C: RCPT TO:<bad@example.com>
    +0.8ms  S: 550 5.1.1 No such user   <- rule: RejectRecipient
    +0.9ms  C: RSET
    +1.0ms  S: 250 2.0.0 Ok
    +1.1ms  C: QUIT
    +1.2ms  S: 221 2.0.0 Bye
  end: QUIT`

// session is the dialogue above with the facts that a transcript does not hold.
func session() *harness.Session {
	GinkgoHelper()
	s := dialogue(polite)
	s.Lasted = 1200 * time.Microsecond
	s.Auth = []harness.AuthAttempt{{Mechanism: "PLAIN", Username: "бат", OK: true}}
	return s
}

var _ = DescribeTable("matchers for a session",
	func(good, bad types.GomegaMatcher, doesWant, wants, finds string) {
		s := session()
		Expect(negated(s, good)).To(Equal(lines("Expected SMTP session 1 not to "+doesWant, polite)))
		Expect(failure(s, bad)).To(Equal(lines("Expected SMTP session 1 to "+wants, "but "+finds, polite)))
		Expect([]*harness.Session{s}).To(good)
	},
	Entry("HaveCommands", HaveCommands("EHLO", "auth", "MAIL", "RCPT", "RSET", "QUIT"), HaveCommands("EHLO", "MAIL"),
		"have commands EHLO AUTH MAIL RCPT RSET QUIT",
		"have commands EHLO MAIL", "it has EHLO AUTH MAIL RCPT RSET QUIT"),
	Entry("ContainCommands", ContainCommands("EHLO", "RCPT", "QUIT"), ContainCommands("RCPT", "EHLO"),
		"contain commands EHLO RCPT QUIT",
		"contain commands RCPT EHLO", "it has EHLO AUTH MAIL RCPT RSET QUIT"),
	Entry("HaveSent", HaveSent("RSET"), HaveSent("NOOP"),
		`have sent "RSET"`,
		`have sent "NOOP"`, "none of its 6 lines is that"),
	Entry("HaveSent with a matcher", HaveSent(HavePrefix("AUTH")), HaveSent(HavePrefix("VRFY")),
		`have sent a line that HavePrefix("AUTH")`,
		`have sent a line that HavePrefix("VRFY")`, "none of its 6 lines is that"),
	Entry("HaveReply", HaveReply(harness.RCPT, 550), HaveReply(harness.RCPT, 250),
		"have reply 550 at RCPT",
		"have reply 250 at RCPT", "it got 550"),
	Entry("HaveReply to the connection", HaveReply(harness.CONNECT, 220), HaveReply(harness.DATA, 354),
		"have reply 220 at CONNECT",
		"have reply 354 at DATA", "it never came to DATA"),
	Entry("HaveEndedWith", HaveEndedWith(harness.EndQuit), HaveEndedWith(harness.EndClientClosed),
		`have ended with "QUIT"`,
		`have ended with "client closed the connection without QUIT"`, `it ended with "QUIT"`),
	Entry("HaveEndedWith an open session", HaveEndedWith(harness.EndQuit), HaveEndedWith(harness.StillOpen),
		`have ended with "QUIT"`,
		"be still open", `it ended with "QUIT"`),
	Entry("HaveAuthenticatedAs", HaveAuthenticatedAs("бат"), HaveAuthenticatedAs("дорж"),
		`have authenticated as "бат"`,
		`have authenticated as "дорж"`, `its last AUTH was PLAIN as "бат", accepted: true`),
	Entry("HaveGreetedAs", HaveGreetedAs("бат.example.mn"), HaveGreetedAs(HavePrefix("[")),
		`have greeted as "бат.example.mn"`,
		`have greeted as a name that HavePrefix("[")`, `it greeted as "бат.example.mn"`),
	Entry("HaveLasted", HaveLasted(1200*time.Microsecond), HaveLasted(BeNumerically(">", time.Second)),
		"have lasted 1.2ms",
		`have lasted a time that BeNumerically(">", 1s)`, "it lasted 1.2ms"),
)

var _ = Describe("a session", func() {
	finds := func(s *harness.Session, m types.GomegaMatcher) string {
		GinkgoHelper()
		text := failure(s, m)
		Expect(text).To(HaveSuffix("\n" + transcriptOf(s)))
		return text[:len(text)-len(transcriptOf(s))-1]
	}

	It("of which nothing came is told as such", func() {
		s := dialogue("S: 220 ready\n  end: client closed the connection without QUIT: EOF")
		Expect(finds(s, HaveSent("QUIT"))).To(Equal("Expected SMTP session 1 to have sent \"QUIT\"\nbut it sent nothing"))
		Expect(finds(s, HaveGreetedAs("бат"))).To(HaveSuffix("\nbut it never gave a name"))
		Expect(finds(s, HaveAuthenticatedAs("бат"))).To(HaveSuffix("\nbut it never sent AUTH"))
		Expect(finds(s, HaveUsedTLS())).To(Equal("Expected SMTP session 1 to have used TLS\nbut everything went in clear text"))
		Expect(finds(s, HaveCommands("EHLO"))).To(HaveSuffix("\nbut it has none"))
		Expect(finds(s, HaveEndedWith(harness.EndQuit))).To(HaveSuffix("\nbut it ended with \"client closed the connection without QUIT\": EOF"))
		Expect(negated(s, HaveCommands())).To(HavePrefix("Expected SMTP session 1 not to have no commands\n"))
	})
	It("may be open", func() {
		s := dialogue("S: 220 ready\nC: DATA")
		Expect(finds(s, HaveEndedWith(harness.EndQuit))).To(HaveSuffix("\nbut it is still open"))
		Expect(finds(s, HaveReply(harness.DATA, 354))).To(HaveSuffix("\nbut it got no reply"))
		Expect(negated(s, HaveEndedWith(harness.StillOpen))).To(HavePrefix("Expected SMTP session 1 not to be still open\n"))
	})
	It("may be encrypted", func() {
		s := session()
		s.TLS = &harness.TLS{Version: "TLS 1.2", Cipher: "TLS_AES_128_GCM_SHA256"}
		Expect(s).To(HaveUsedTLS(tls.VersionTLS12))
		Expect(negated(s, HaveUsedTLS())).To(HavePrefix("Expected SMTP session 1 not to have used TLS\n"))
		Expect(finds(s, HaveUsedTLS(tls.VersionTLS13))).To(Equal("Expected SMTP session 1 to have used TLS 1.3 or later\nbut it used TLS 1.2"))
	})
	It("may not let anybody in", func() {
		s := session()
		s.Auth[0].OK = false
		Expect(finds(s, HaveAuthenticatedAs("бат"))).To(HaveSuffix("\nbut its last AUTH was PLAIN as \"бат\", accepted: false"))
		s.Auth = nil
		Expect(finds(s, HaveAuthenticatedAs("бат"))).To(HaveSuffix("\nbut its AUTH came to no decision"))
	})
})

func transcriptOf(s *harness.Session) string {
	text := s.Transcript()
	return text[:len(text)-1]
}

var _ = Describe("HaveFired", func() {
	rule := harness.On(harness.RCPT).FirstN(2).Reply(451, "4.7.1 Хожим")

	It("counts", func() {
		Expect(failure(rule, HaveFired(2))).To(Equal(`Expected rule On(RCPT).FirstN(2).Reply(451, "4.7.1 Хожим") to have fired 2 times, it fired 0 times`))
		Expect(negated(&rule, HaveFired(0))).To(Equal(`Expected rule On(RCPT).FirstN(2).Reply(451, "4.7.1 Хожим") not to have fired 0 times`))
		Expect(failure(rule.Named("greylisting"), HaveFired(1))).To(Equal(`Expected rule greylisting to have fired 1 time, it fired 0 times`))
	})
})
