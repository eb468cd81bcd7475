package matchers_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
)

// post is an owner of messages, as a server is.
type post struct{ got []*harness.Message }

func (p *post) Messages() []*harness.Message { return p.got }

func twoMessages() *post {
	return &post{[]*harness.Message{
		mailTo(1, "Subject: Тавтай морил\n\nx\n", "bat@example.com"),
		mailTo(2, "Subject: Захиалга 42\n\nx\n", "dorj@example.com"),
	}}
}

const (
	first  = `#1 "Тавтай морил" from <shop@example.mn> to <bat@example.com>, 39 bytes`
	second = `#2 "Захиалга 42" from <shop@example.mn> to <dorj@example.com>, 35 bytes`
)

var _ = Describe("HaveReceived", func() {
	It("shows what was received and what comes closest", func() {
		got := failure(twoMessages(), HaveReceived(BeSentTo("bat@example.com"), HaveSubject("Захиалга 42"), HaveAttachment("нэх.pdf")))
		Expect(got).To(Equal(lines(
			`Expected post to have received a message that would`,
			`    be sent to exactly ["bat@example.com"] (RCPT TO)`,
			`    have subject "Захиалга 42"`,
			`    have attachment "нэх.pdf"`,
			`It received 2:`,
			`    `+first,
			`    `+second,
			`Closest is #1:`,
			`    yes  be sent to exactly ["bat@example.com"] (RCPT TO)`,
			`    NO   have subject "Захиалга 42"`,
			`          has "Тавтай морил"`,
			`    NO   have attachment "нэх.pdf"`,
			`          has no attachments`)))
	})
	It("asks for any message without conditions", func() {
		Expect(failure(&post{}, HaveReceived())).To(Equal("Expected post to have received a message\nIt received none."))
		Expect(negated(twoMessages(), HaveReceived())).To(Equal(lines(
			`Expected post not to have received a message`, `It received 2:`, `    `+first, `    `+second)))
	})
	It("marks the message that should not be there", func() {
		Expect(negated(twoMessages(), HaveReceived(HaveSubject(HavePrefix("Захиалга"))))).To(Equal(lines(
			`Expected post not to have received a message that would`,
			`    have subject that HavePrefix("Захиалга")`,
			`It received 2, 1 that would:`,
			`    NO   `+first,
			`    yes  `+second)))
	})
	It("takes a list too", func() {
		Expect(twoMessages().Messages()).To(HaveReceived(HaveSubject("Захиалга 42")))
		Expect(failure([]*harness.Message(nil), HaveReceived())).To(Equal("Expected list to have received a message\nIt received none."))
	})
	It("understands And, Not, Or and matchers of Gomega", func() {
		Expect(twoMessages()).To(HaveReceived(And(HaveSubject("Захиалга 42"), Not(BeFrom("a@b.c"))), HaveField("Envelope.From", "shop@example.mn")))
		Expect(failure(twoMessages(), HaveReceived(
			And(BeSentTo("bat@example.com"), Not(HaveSubject("Тавтай морил"))),
			Or(HaveSubject("x"), HaveText("y")),
			HaveField("ID", 7),
		))).To(HaveSuffix(lines(
			`Closest is #1:`,
			`    yes  be sent to exactly ["bat@example.com"] (RCPT TO)`,
			`    NO   not have subject "Тавтай морил"`,
			`          does`,
			`    NO   Or(have subject "x", have text "y")`,
			`          does none of these`,
			`    NO   HaveField("ID", 7)`,
			`          does not:`,
			`              Value for field 'ID' failed to satisfy matcher.`,
			`              Expected`,
			`                  <int>: 1`,
			`              to equal`,
			`                  <int>: 7`)))
	})
	It("shows a part of a long list", func() {
		many := &post{}
		for i := range 40 {
			many.got = append(many.got, mailTo(i+1, "Subject: x\n\ny\n", "a@example.mn"))
		}
		Expect(failure(many, HaveReceived(HaveSubject("y")))).To(And(
			ContainSubstring("It received 40:\n"), ContainSubstring("    and 10 more\nClosest is #1:\n"), Not(ContainSubstring("#31"))))
	})
})

var _ = Describe("HaveReceivedExactly", func() {
	It("counts the messages that meet the conditions", func() {
		Expect(twoMessages()).To(HaveReceivedExactly(2))
		Expect(twoMessages()).To(HaveReceivedExactly(1, HaveSubject("Захиалга 42")))
		Expect(twoMessages()).To(HaveReceivedExactly(0, HaveSubject("x")))
	})
	It("shows what is missing", func() {
		Expect(failure(twoMessages(), HaveReceivedExactly(2, HaveSubject("Захиалга 42")))).To(Equal(lines(
			`Expected post to have received exactly 2 messages that would`,
			`    have subject "Захиалга 42"`,
			`It received 2, 1 that would:`,
			`    NO   `+first,
			`    yes  `+second,
			`Closest is #1:`,
			`    NO   have subject "Захиалга 42"`,
			`          has "Тавтай морил"`)))
	})
	It("shows what is too much", func() {
		Expect(failure(twoMessages(), HaveReceivedExactly(1))).To(Equal(lines(
			`Expected post to have received exactly 1 message`, `It received 2:`, `    `+first, `    `+second)))
	})
	It("can be denied", func() {
		Expect(negated(twoMessages(), HaveReceivedExactly(1, BeSentTo("bat@example.com")))).To(Equal(lines(
			`Expected post not to have received exactly 1 message that would`,
			`    be sent to exactly ["bat@example.com"] (RCPT TO)`,
			`It received 2, 1 that would:`, `    yes  `+first, `    NO   `+second)))
	})
})

// mayChange says that Eventually would go on.
func mayChange(actual any, m OracleMatcher) bool { return m.MatchMayChangeInTheFuture(actual) }

var _ = Describe("waiting", func() {
	var srv *harness.Server
	BeforeEach(func(ctx SpecContext) {
		var err error
		srv, err = harness.Listen(ctx, harness.InMemory(), harness.ExpectNoMessages())
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(srv.Close)
	})

	It("ends when the server is closed", func() {
		Expect(mayChange(srv, HaveReceived().(OracleMatcher))).To(BeTrue())
		Expect(mayChange(srv, HaveEndedWith(harness.EndQuit).(OracleMatcher))).To(BeTrue())
		Expect(srv.Close()).To(Succeed())
		Expect(mayChange(srv, HaveReceived().(OracleMatcher))).To(BeFalse())
		Expect(mayChange(srv, HaveEndedWith(harness.EndQuit).(OracleMatcher))).To(BeFalse())

		text := InterceptGomegaFailure(func() { Eventually(srv, time.Hour).Should(HaveReceived()) })
		Expect(text).To(MatchError(And(
			ContainSubstring("Bailing out early"),
			HaveSuffix("Expected server to have received a message\nIt received none.\nThe server is closed, nothing more will come."))))
	})
	It("ends when something happened that must not", func(ctx SpecContext) {
		deliver(ctx, srv, "Subject: Сайн уу\r\n\r\nx\r\n")
		text := InterceptGomegaFailure(func() { Eventually(srv, time.Hour).Should(HaveReceived(HaveSubject("Баяртай"))) })
		Expect(text).To(MatchError(HaveSuffix(lines(
			`Closest is #1:`,
			`    NO   have subject "Баяртай"`,
			`          has "Сайн уу"`,
			`What the test does not allow came first:`,
			`    a message from <shop@example.mn> was accepted, none expected`))))
		text = InterceptGomegaFailure(func() { Consistently(srv, time.Hour).ShouldNot(HaveReceived()) })
		Expect(text).To(MatchError(ContainSubstring("Expected server not to have received a message\nIt received 1:")))
	})
	It("goes on while the one session is open", func(ctx SpecContext) {
		conn, err := srv.Dial(ctx)
		Expect(err).NotTo(HaveOccurred())
		Eventually(srv.Sessions).Should(HaveLen(1))
		Expect(mayChange(srv, HaveUsedTLS().(OracleMatcher))).To(BeTrue())
		Expect(conn.Close()).To(Succeed())
		Eventually(srv).Should(HaveEndedWith(harness.EndClientClosed))
		Expect(mayChange(srv, HaveUsedTLS().(OracleMatcher))).To(BeFalse())
		Expect(mayChange(srv.Sessions(), HaveUsedTLS().(OracleMatcher))).To(BeTrue())
	})
	It("ends when there are more than exactly so many", func() {
		Expect(mayChange(twoMessages(), HaveReceivedExactly(1).(OracleMatcher))).To(BeFalse())
		Expect(mayChange(twoMessages(), HaveReceivedExactly(2).(OracleMatcher))).To(BeTrue())
		Expect(mayChange(twoMessages().Messages(), HaveReceivedExactly(1).(OracleMatcher))).To(BeTrue())
		Expect(mayChange(nil, HaveReceived().(OracleMatcher))).To(BeTrue())
		Expect(mayChange(harness.On(harness.RCPT).Reply(451), HaveFired(1).(OracleMatcher))).To(BeTrue())
		Expect(mayChange(harness.On(harness.RCPT).Reply(451), HaveFired(-1).(OracleMatcher))).To(BeFalse())
	})
	It("works through And, Or and Not", func(ctx SpecContext) {
		deliver(ctx, srv, "Subject: Сайн уу\r\n\r\nx\r\n")
		Eventually(srv).Should(And(HaveReceived(HaveSubject("Сайн уу")), HaveEndedWith(harness.EndQuit), Not(HaveUsedTLS())))
		Eventually(srv).Should(Or(HaveUsedTLS(), HaveReceived()))
		Consistently(srv, "20ms").ShouldNot(HaveReceived(HaveSubject("Баяртай")))
		Expect([]*harness.Server{srv}).To(ContainElement(HaveReceived()))
		Expect(srv.Sessions()).To(ContainElement(HaveSent("QUIT")))
		Expect(srv.Messages()).To(ConsistOf(HaveText("x")))
	})
	It("tells of the moment that it looked at", func(ctx SpecContext) {
		received, ended := HaveReceived(), HaveEndedWith(harness.EndQuit)
		Expect(received.Match(srv)).To(BeFalse())
		deliver(ctx, srv, "Subject: Сайн уу\r\n\r\nx\r\n")
		Expect(received.FailureMessage(srv)).To(HaveSuffix("It received none."))
		Expect(received.FailureMessage(twoMessages())).To(ContainSubstring("It received 2:"))
		Expect(ended.Match(srv)).To(BeTrue())
		srv.Reset()
		Expect(ended.NegatedFailureMessage(srv)).To(HavePrefix(`Expected SMTP session 1 not to have ended with "QUIT"`))
	})
})
