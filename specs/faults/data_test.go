package faults_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = Describe("DropAfterBytes", func() {
	// sending sends message data to a server that drops after n octets.
	sending := func(ctx SpecContext, n int64, data string) (*harness.Server, harness.Rule, *rawclient.Client) {
		GinkgoHelper()
		rule := harness.DropDuringData(n)
		srv := serverWith(rule)
		c := rawclient.Hello(srv)
		c.Begin()
		c.TryOctets(data + "\r\n.\r\n")
		return srv, rule, c
	}

	DescribeTable("drops the connection", func(ctx SpecContext, n, size int) {
		srv, rule, c := sending(ctx, int64(n), strings.Repeat("x", size))
		rest, _ := c.Rest()
		Expect(rest).To(BeEmpty())
		sessions, err := srv.WaitForSessions(ctx, 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(sessions[0].End).To(Equal(harness.EndDropped))
		Expect(srv.Messages()).To(BeEmpty())
		Expect(rule.Hits()).To(Equal(1))
		Expect(replyOf(sessions[0], harness.BODY).Rule).To(Equal(rule.Name()))
	},
		Entry("in a message that comes in one segment", 10, 1000),
		Entry("in a message longer than the input buffer", 10, 100_000),
		Entry("late in a long message", 70_000, 100_000),
		Entry("at its first octet", 1, 1000),
		Entry("at once, before the data", 0, 1000),
		Entry("at the last octet of the message", 1002, 1000),
	)

	It("drops before any data has come if it says 0", func(ctx SpecContext) {
		srv := serverWith(harness.DropDuringData(0))
		c := rawclient.Hello(srv)
		c.Begin()
		c.ExpectFIN()
	})

	DescribeTable("leaves a shorter message alone", func(ctx SpecContext, n, size int) {
		srv, rule, c := sending(ctx, int64(n), strings.Repeat("x", size))
		Expect(c.Reply()).To(HavePrefix("250"))
		Expect(srv.Messages()).To(HaveLen(1))
		Expect(rule.Hits()).To(BeZero())
	},
		Entry("by far", 100_000, 1000),
		Entry("by one octet", 1003, 1000),
	)

	It("counts the octets of one octet at a time", func(ctx SpecContext) {
		rule := harness.DropDuringData(5)
		srv := serverWith(rule)
		c := rawclient.Hello(srv)
		c.Begin()
		for range 5 {
			c.Octets("x")
		}
		c.ExpectFIN()
		Expect(rule.Hits()).To(Equal(1))
	})

	It("takes the conditions of a rule", func(ctx SpecContext) {
		srv := serverWith(harness.On(harness.DATA).To("bat@*").Nth(2).DropAfterBytes(10))
		c := rawclient.Hello(srv)
		Expect(c.Send(strings.Repeat("x", 50))).To(HavePrefix("250"))
		c.Begin()
		c.Octets(strings.Repeat("x", 50) + "\r\n.\r\n")
		c.ExpectFIN()
		Expect(srv.Messages()).To(HaveLen(1))
	})

	It("takes a panic in When for no", func(ctx SpecContext) {
		t := &rawclient.FakeTest{}
		srv := harness.NewServer(t, harness.WithRules(
			harness.On(harness.BODY).When(func(*harness.Exchange) bool { panic("эвдэрсэн") }).DropAfterBytes(10)))
		c := rawclient.Hello(srv)
		Expect(c.Send(strings.Repeat("x", 50))).To(HavePrefix("250"))
		t.End()
		Expect(t.Errors()).To(ContainSubstring("эвдэрсэн"))
	})
})
