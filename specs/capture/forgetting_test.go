package capture_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

func ids(srv *harness.Server) (sessions, messages []int) {
	for _, s := range srv.Sessions() {
		sessions = append(sessions, s.ID)
	}
	for _, m := range srv.Messages() {
		messages = append(messages, m.ID)
	}
	return sessions, messages
}

// finish sends n messages, each in a session of its own that is over behind it.
func finish(ctx SpecContext, srv *harness.Server, n int) {
	GinkgoHelper()
	for range n {
		c := rawclient.Hello(srv)
		Expect(c.Send("Subject: x\r\n\r\nx")).To(HavePrefix("250"))
		c.Quit()
	}
	Expect(srv.WaitIdle(ctx)).To(Succeed())
}

var _ = Describe("Reset", func() {
	It("forgets messages, ended sessions and violations, and keeps rules with their hits", func(ctx SpecContext) {
		t := &rawclient.FakeTest{}
		rule := harness.On(harness.NOOP).Reply(451, "x")
		srv := harness.NewServer(t, harness.ExpectNoMessages(), harness.WithRules(rule))
		c := rawclient.Hello(srv)
		c.Expecting("451", "NOOP")
		Expect(c.Send("x")).To(HavePrefix("250"))
		c.Quit()
		Eventually(srv.Sessions).Should(HaveLen(1))
		Eventually(func() []*harness.Session { srv.Reset(); return srv.Sessions() }).Should(BeEmpty())
		Expect(srv.Messages()).To(BeEmpty())
		Expect(srv.Violations()).To(BeEmpty())
		Expect(rule.Hits()).To(Equal(1))
		rawclient.Hello(srv).Expecting("451", "NOOP")
		t.End()
		Expect(t.Errors()).To(BeEmpty())
	})

	It("forgets sessions that ended while an older one is open, and keeps that one", func(ctx SpecContext) {
		srv := harness.NewServer(GinkgoT())
		old := rawclient.Hello(srv)
		Expect(old.Send("x")).To(HavePrefix("250"))
		for range 3 {
			rawclient.Hello(srv).Quit()
		}
		Eventually(func() []int { srv.Reset(); sessions, _ := ids(srv); return sessions }).Should(Equal([]int{1}))
		Expect(only(srv).Messages).To(BeEmpty())
		Expect(only(srv).Verbs()).To(HaveLen(5), "what the open session has said stays")
		Expect(old.Send("x")).To(HavePrefix("250"))
		_, messages := ids(srv)
		Expect(messages).To(Equal([]int{2}))
	})

	It("lets a waiter count from what came behind it", func(ctx SpecContext) {
		srv := harness.NewServer(GinkgoT())
		finish(ctx, srv, 2)
		Eventually(func() []*harness.Session { srv.Reset(); return srv.Sessions() }).Should(BeEmpty())
		finish(ctx, srv, 1)
		sessions, err := srv.WaitForSessions(ctx, 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(sessions).To(HaveLen(1))
		Expect(sessions[0].ID).To(Equal(3))
	})
})

var _ = Describe("Memory is bounded", func() {
	It("by the number of messages: the oldest goes, from its session too", func(ctx SpecContext) {
		srv := harness.NewServer(GinkgoT(), harness.WithKeep(harness.Keep{Messages: 2}))
		finish(ctx, srv, 4)
		_, messages := ids(srv)
		Expect(messages).To(Equal([]int{3, 4}))
		Expect(srv.Sessions()[0].Messages).To(BeEmpty())
		Expect(srv.Sessions()[3].Messages).To(HaveLen(1))
	})

	It("by the octets of messages", func(ctx SpecContext) {
		srv := harness.NewServer(GinkgoT(), harness.WithKeep(harness.Keep{Bytes: 10_000}))
		c := rawclient.Hello(srv)
		for range 5 {
			Expect(c.Send(strings.Repeat("x", 4000))).To(HavePrefix("250"))
		}
		_, messages := ids(srv)
		Expect(messages).To(Equal([]int{4, 5}))
	})

	It("by the octets on their way in: 4yz, and the session goes on", func() {
		// What is written of a long message has been begun to be read, and its place is taken.
		srv := harness.NewServer(GinkgoT(), harness.Narrow(), harness.WithKeep(harness.Keep{Bytes: 200_000}))
		c := rawclient.Hello(srv)
		Expect(c.Send(strings.Repeat("x", 300_000))).To(HavePrefix("45"))
		Expect(c.Send("small")).To(HavePrefix("250"))
		Expect(c.Send(strings.Repeat("x", 180_000))).To(HavePrefix("250"), "small pieces are used where large ones do not fit")
		busy, other := rawclient.Hello(srv), rawclient.Hello(srv)
		large := func(c *rawclient.Client) {
			c.Dialogue("MAIL FROM:<> SIZE=120000", "250", "RCPT TO:<bat@example.com>", "250", "DATA", "354")
			c.Octets(strings.Repeat("y", 120_000))
		}
		large(busy)
		large(other)
		other.Octets("\r\n.\r\n")
		Expect(other.Reply()).To(HavePrefix("451 4.3.2"))
		busy.Octets("\r\n.\r\n")
		Expect(busy.Reply()).To(HavePrefix("250"))
		large(other)
		other.Octets("\r\n.\r\n")
		Expect(other.Reply()).To(HavePrefix("250"), "what was reserved is given back")
	})

	It("by the number of ended sessions, even while an old one stays open", func(ctx SpecContext) {
		srv := harness.NewServer(GinkgoT(), harness.WithKeep(harness.Keep{Sessions: 3}))
		rawclient.Hello(srv)
		for range 10 {
			rawclient.Hello(srv).Quit()
		}
		Eventually(srv.Sessions).Should(HaveLen(4))
		Expect(srv.Sessions()[0].End).To(Equal(harness.StillOpen))
	})

	It("by the number of sessions at a time: one more gets 421", func(ctx SpecContext) {
		srv := harness.NewServer(GinkgoT(), harness.WithMaxSessions(2))
		first, second := rawclient.Hello(srv), rawclient.Hello(srv)
		third := rawclient.Dial(srv)
		Expect(third.Reply()).To(HavePrefix("421 4.3.2"))
		third.ExpectFIN()
		Expect(srv.Sessions()[2].End).To(Equal(harness.EndRefused))
		first.Quit()
		Eventually(func() string { return rawclient.Dial(srv).Reply() }).Should(HavePrefix("220"))
		second.Expecting("250", "NOOP")
		Expect(srv.Violations()).To(BeEmpty())
	})

	It("by the number of recipients: 452, and the message goes to the others", func() {
		limits := harness.DefaultLimits()
		limits.Recipients = 3
		srv := harness.NewServer(GinkgoT(), harness.WithLimits(limits))
		c := rawclient.Hello(srv)
		c.Dialogue("MAIL FROM:<>", "250")
		for range 3 {
			c.Expecting("250", "RCPT TO:<bat@example.com>")
		}
		c.Dialogue("RCPT TO:<bat@example.com>", "452 4.5.3", "RCPT TO:<@>", "501", "DATA", "354")
		c.Octets(".\r\n")
		Expect(c.Reply()).To(HavePrefix("250"))
		Expect(srv.Messages()[0].Envelope.To()).To(HaveLen(3))
		c.Dialogue("MAIL FROM:<>", "250", "RCPT TO:<bat@example.com>", "250")
	})

	DescribeTable("by the length of a line", func(limit, octets int, want string) {
		limits := harness.DefaultLimits()
		limits.Line = limit
		c := rawclient.Hello(harness.NewServer(GinkgoT(), harness.WithLimits(limits)))
		c.Dialogue("NOOP "+strings.Repeat("x", octets-len("NOOP \r\n")), want, "NOOP", "250")
	},
		Entry("at the limit", 4096, 4096, "250"),
		Entry("over it", 4096, 4097, "500 5.5.2"),
		Entry("at a low limit", 64, 64, "250"),
		Entry("over a low limit", 64, 65, "500"),
		Entry("far over a low limit", 64, 100_000, "500"),
		Entry("at a high limit", 100_000, 100_000, "250"),
		Entry("over a high limit", 100_000, 100_001, "500"),
	)

	It("by the number of commands in a session", func() {
		limits := harness.DefaultLimits()
		limits.Commands = 5
		srv := harness.NewServer(GinkgoT(), harness.WithLimits(limits))
		c := rawclient.Hello(srv)
		c.Dialogue("NOOP", "250", "NOOP", "250", "NOOP", "250", "NOOP", "250", "NOOP", "421 4.7.0")
		c.ExpectFIN()
		Expect(only(srv).End).To(Equal(harness.EndRefused))
	})

	It("by the number of commands in a stalled session too", func(ctx SpecContext) {
		limits := harness.DefaultLimits()
		limits.Commands = 50
		srv := harness.NewServer(GinkgoT(), harness.WithLimits(limits), harness.WithRules(harness.On(harness.NOOP).Stall()))
		c := rawclient.Hello(srv)
		c.TryOctets(strings.Repeat("NOOP\r\n", 1000))
		sessions, err := srv.WaitForSessions(ctx, 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(len(sessions[0].Commands)).To(BeNumerically("<=", 51))
	})

	It("by the octets of its record", func() {
		limits := harness.DefaultLimits()
		limits.Record = 20_000
		c := rawclient.Hello(harness.NewServer(GinkgoT(), harness.WithLimits(limits)))
		long := "NOOP " + strings.Repeat("x", 2000)
		n := 0
		for reply := c.Ask(long); strings.HasPrefix(reply, "250"); reply = c.Ask(long) {
			n++
			Expect(n).To(BeNumerically("<", 11))
		}
		c.ExpectFIN()
	})

	It("by the number of anomalies", func() {
		limits := harness.DefaultLimits()
		limits.Errors = 1000
		srv := harness.NewServer(GinkgoT(), harness.WithLimits(limits))
		c := rawclient.Hello(srv)
		for range 300 {
			c.Expecting("501", "NOOP \x01")
		}
		Expect(only(srv).Anomalies).To(HaveLen(200))
	})
})
