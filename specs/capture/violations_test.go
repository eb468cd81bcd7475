package capture_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = Describe("What a test does not allow fails its own goroutine, at its end", func() {
	var t *rawclient.FakeTest
	BeforeEach(func() { t = &rawclient.FakeTest{} })

	It("ExpectSessions: one more gets 421, wakes whoever waits, and fails the test", func(ctx SpecContext) {
		srv := harness.NewServer(t, harness.ExpectSessions(1))
		rawclient.Hello(srv)
		failed := make(chan error, 1)
		go func() {
			_, err := srv.WaitForMessages(context.Background(), 1)
			failed <- err
		}()
		c := rawclient.Dial(srv)
		Expect(c.Reply()).To(HavePrefix("421 4.3.2"))
		c.ExpectFIN()
		Eventually(failed).Should(Receive(MatchError(And(ContainSubstring("session 2 was begun, at most 1 expected"), ContainSubstring("EHLO client.example")))))
		Expect(t.Errors()).To(BeEmpty(), "nothing fails before the end")
		t.End()
		Expect(t.Errors()).To(Equal("harness: ExpectSessions(1): session 2 was begun, at most 1 expected"))
		Expect(t.Logs()).To(ContainSubstring("SMTP session 1 from"))
	})

	It("ExpectSessions(0): the first gets 421", func() {
		srv := harness.NewServer(t, harness.ExpectSessions(0))
		Expect(rawclient.Dial(srv).Reply()).To(HavePrefix("421"))
		t.End()
		Expect(t.Errors()).To(ContainSubstring("at most 0 expected"))
	})

	It("ExpectNoMessages: a message is kept, and fails the test", func() {
		srv := harness.NewServer(t, harness.ExpectNoMessages())
		Expect(rawclient.Hello(srv).Send("x")).To(HavePrefix("250"))
		Expect(srv.Messages()).To(HaveLen(1))
		t.End()
		Expect(t.Errors()).To(Equal("harness: ExpectNoMessages(): a message from <dorj@example.mn> was accepted, none expected"))
	})

	It("Strict: an anomaly is a violation of its session", func() {
		srv := harness.NewServer(t, harness.Strict())
		c := rawclient.Hello(srv)
		c.Octets("NOOP\n")
		c.Reply()
		c.Expecting("250", "MAIL FROM: <a@example.mn>")
		Expect(only(srv).Violations).To(HaveLen(2))
		Expect(only(srv).Violations[0]).To(Equal(harness.Violation{Session: 1, Command: 2, Rule: "Strict()",
			Text: "bare-lf: a line ended with LF alone", RFC: "RFC 5321 §2.3.8"}))
		t.End()
		Expect(t.Errors()).To(And(ContainSubstring("bare-lf"), ContainSubstring("blank-in-path")))
	})

	It("does not fail a test in which all went well", func() {
		srv := harness.NewServer(t, harness.Strict(), harness.ExpectSessions(1))
		c := rawclient.Hello(srv)
		Expect(c.Send("x")).To(HavePrefix("250"))
		c.Quit()
		t.End()
		Expect(t.Errors()).To(BeEmpty())
		Expect(t.Logs()).To(BeEmpty())
	})

	It("gives a test that failed by itself the transcript", func() {
		srv := harness.NewServer(t)
		rawclient.Hello(srv).Quit()
		t.Errorf("its own")
		t.End()
		Expect(t.Logs()).To(And(ContainSubstring("C: EHLO client.example"), ContainSubstring("end: QUIT")))
	})

	DescribeTable("a panic in a function of the test's is a violation, and changes nothing else", func(option harness.Option) {
		srv := harness.NewServer(t, option)
		c := rawclient.Hello(srv)
		Expect(c.Send("x")).To(HavePrefix("250"))
		c.Quit()
		Expect(srv.Messages()).To(HaveLen(1))
		Expect(only(srv).Messages).To(HaveLen(1))
		t.End()
		Expect(t.Errors()).To(ContainSubstring("panicked: эвдэрсэн"))
	},
		Entry("OnMessage", harness.OnMessage(func(*harness.Message) { panic("эвдэрсэн") })),
		Entry("OnSession", harness.OnSession(func(*harness.Session) { panic("эвдэрсэн") })),
	)
})

var _ = Describe("Whoever waits", func() {
	var srv *harness.Server
	BeforeEach(func() { srv = harness.NewServer(GinkgoT()) })

	It("for messages gets those that are there, and those that come", func(ctx SpecContext) {
		c := rawclient.Hello(srv)
		got := make(chan []*harness.Message, 1)
		go func() {
			all, _ := srv.WaitForMessages(ctx, 2)
			got <- all
		}()
		Expect(c.Send("one")).To(HavePrefix("250"))
		Expect(c.Send("two")).To(HavePrefix("250"))
		Eventually(got).Should(Receive(HaveLen(2)))
	})

	It("for messages that do not come gets the cause and the transcript", func(ctx SpecContext) {
		rawclient.Hello(srv)
		short, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		_, err := srv.WaitForMessages(short, 3)
		Expect(err).To(MatchError(context.DeadlineExceeded))
		Expect(err).To(MatchError(And(ContainSubstring("waited for 3 messages, got 0"), ContainSubstring("C: EHLO client.example"))))
	})

	It("for sessions gets all of them once enough have ended", func(ctx SpecContext) {
		rawclient.Hello(srv)
		rawclient.Hello(srv).Quit()
		sessions, err := srv.WaitForSessions(ctx, 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(sessions).To(HaveLen(2))
		short, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		_, err = srv.WaitForSessions(short, 2)
		Expect(err).To(MatchError(ContainSubstring("waited for 2 sessions to end, 1 did")))
	})

	It("for silence gets it when the last session has ended", func(ctx SpecContext) {
		Expect(srv.WaitIdle(ctx)).To(Succeed())
		c := rawclient.Hello(srv)
		short, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		Expect(srv.WaitIdle(short)).To(MatchError(ContainSubstring("end: still open")))
		c.Quit()
		Expect(srv.WaitIdle(ctx)).To(Succeed())
	})

	It("by All sees past messages and coming ones, in order, until its context ends", func(ctx SpecContext) {
		c := rawclient.Hello(srv)
		Expect(c.Send("one")).To(HavePrefix("250"))
		watching, stop := context.WithCancel(ctx)
		seen, over := make(chan int, 10), make(chan struct{})
		go func() {
			defer close(over)
			for m := range srv.All(watching) {
				seen <- m.ID
			}
		}()
		Eventually(seen).Should(Receive(Equal(1)))
		Expect(c.Send("two")).To(HavePrefix("250"))
		Eventually(seen).Should(Receive(Equal(2)))
		stop()
		Eventually(over).Should(BeClosed())
	})

	It("with OnlyMessage fails its test if none came, or two did", func() {
		t := &rawclient.FakeTest{}
		Expect(srv.OnlyMessage(t)).To(BeNil())
		Expect(t.Fatals()).To(ContainSubstring("waited for 1 message, got 0"))
		c := rawclient.Hello(srv)
		Expect(c.Send("one")).To(HavePrefix("250"))
		Expect(srv.OnlyMessage(GinkgoT()).ID).To(Equal(1))
		Expect(c.Send("two")).To(HavePrefix("250"))
		t = &rawclient.FakeTest{}
		srv.OnlyMessage(t)
		Expect(t.Fatals()).To(ContainSubstring("expected one message, got 2"))
	})
})
