package faults_test

import (
	"strconv"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

// codes asks the same line n times and returns the codes of the replies.
func codes(c *rawclient.Client, line string, n int) (all []int) {
	GinkgoHelper()
	for range n {
		code, err := strconv.Atoi(c.Ask(line)[:3])
		Expect(err).NotTo(HaveOccurred())
		all = append(all, code)
	}
	return all
}

var _ = Describe("A rule's conditions", func() {
	noop := harness.On(harness.NOOP).Reply(451, "x")

	DescribeTable("count exchanges over all sessions", func(rule harness.Rule, want ...int) {
		srv := serverWith(rule)
		got := codes(rawclient.Hello(srv), "NOOP", 3)
		got = append(got, codes(rawclient.Hello(srv), "NOOP", 3)...)
		Expect(got).To(Equal(want))
	},
		Entry("Once", noop.Once(), 451, 250, 250, 250, 250, 250),
		Entry("FirstN", noop.FirstN(4), 451, 451, 451, 451, 250, 250),
		Entry("Nth", noop.Nth(5), 250, 250, 250, 250, 451, 250),
		Entry("Every", noop.Every(2), 250, 451, 250, 451, 250, 451),
		Entry("Chance of nothing", noop.Chance(0, 1), 250, 250, 250, 250, 250, 250),
		Entry("Chance of all", noop.Chance(1, 1), 451, 451, 451, 451, 451, 451),
		Entry("InSession", noop.InSession(2), 250, 250, 250, 451, 451, 451),
		Entry("Occurrence", noop.Occurrence(2), 250, 451, 250, 250, 451, 250),
		Entry("InSession and Occurrence", noop.InSession(2).Occurrence(3), 250, 250, 250, 250, 250, 451),
	)

	It("see the TLS around an exchange", func() {
		srv := serverWith(noop.BeforeTLS().Named("clear"), harness.On(harness.NOOP).InsideTLS().Reply(452, "x"))
		c := rawclient.Hello(srv)
		c.Expecting("451", "NOOP")
		Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
		c.Hello()
		c.Expecting("452", "NOOP")
	})

	It("see TLS before the greeting too", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithImplicitTLS(), harness.WithRules(harness.On(harness.CONNECT).InsideTLS().Reply(554, "x")))
		c := rawclient.Dial(srv)
		Expect(c.Handshake(srv.ClientTLSConfig())).To(Succeed())
		Expect(c.Reply()).To(Equal("554 x"))
	})

	It("match recipients in any script and case", func() {
		srv := serverWith(harness.On(harness.RCPT).To("бат@*").Reply(550, "5.1.1 x"))
		c := rawclient.Hello(srv)
		c.Dialogue("MAIL FROM:<a@example.mn> SMTPUTF8", "250", "RCPT TO:<БАТ@example.com>", "550", "RCPT TO:<дорж@example.com>", "250")
	})

	It("match recipients at DATA and BODY by those that were accepted", func() {
		srv := serverWith(harness.RejectRecipient("no@*", 550, "5.1.1 x"), harness.On(harness.DATA).To("no@*").Reply(554, "x"),
			harness.On(harness.BODY).To("bat@*").Reply(552, "x"))
		c := rawclient.Hello(srv)
		c.Dialogue(mail, "250", "RCPT TO:<no@example.com>", "550", rcpt, "250", "DATA", "354")
		c.Octets(text + "\r\n.\r\n")
		Expect(c.Reply()).To(HavePrefix("552"))
	})

	It("match the reverse-path of the open transaction, and no other", func() {
		rule := harness.On(harness.RCPT).From("dorj@*").Reply(550, "x")
		c := rawclient.Hello(serverWith(rule))
		c.Dialogue(mail, "250", rcpt, "550", "RSET", "250", "MAIL FROM:<other@example.mn>", "250", rcpt, "250", "RSET", "250",
			"MAIL FROM:<dorj@example.mn> SIZE=x", "501", rcpt, "503", mail, "250", "RSET", "250", rcpt, "503")
		Expect(rule.Hits()).To(Equal(1))
	})

	It("match the null path", func() {
		c := rawclient.Hello(serverWith(harness.On(harness.MAIL).From("").Reply(550, "x")))
		c.Dialogue("MAIL FROM:<>", "550", mail, "250")
	})

	It("match arguments", func() {
		c := rawclient.Hello(serverWith(harness.On(harness.MAIL).Arg("* SIZE=*").Reply(552, "x")))
		c.Dialogue(mail+" SIZE=10", "552", mail, "250")
	})

	It("let the newest of several rules win, and only that one", func() {
		srv := serverWith(noop)
		old := srv.AddRule(noop.Named("old"))
		newest := srv.AddRule(harness.On(harness.ANY).Nth(2).Reply(452, "x"))
		c := rawclient.Dial(srv)
		c.Reply()
		Expect(c.Ask("EHLO x")).To(HavePrefix("452"))
		c.Expecting("451", "NOOP")
		Expect([]int{old.Hits(), newest.Hits()}).To(Equal([]int{1, 1}))
	})

	It("reach verbs without a stage through ANY", func() {
		c := rawclient.Hello(serverWith(harness.On(harness.ANY).Arg("bat").Reply(252, "x")))
		c.Dialogue("VRFY bat", "252", "XYZZY bat", "252", "XYZZY", "500")
	})

	It("see HELO at EHLO", func() {
		c := rawclient.Dial(serverWith(harness.On(harness.EHLO).Arg("x").Reply(501, "x")))
		c.Reply()
		c.Dialogue("HELO x", "501", "EHLO x", "501", "HELO y", "250")
	})

	It("choose the same exchanges for the same seed", func() {
		draw := func() []int { return codes(rawclient.Hello(serverWith(noop.Chance(0.5, 42))), "NOOP", 20) }
		first := draw()
		Expect(draw()).To(Equal(first))
		Expect(first).To(ContainElements(250, 451))
	})

	It("refuse a rule that cannot be", func() {
		t := &rawclient.FakeTest{}
		harness.NewServer(t, harness.WithRules(harness.On(harness.RCPT).FirstN(0).Reply(451, "x")))
		Expect(t.Fatals()).To(ContainSubstring("count from 1"))
		srv := serverWith()
		Expect(func() { srv.AddRule(harness.On(harness.RCPT)) }).To(PanicWith(ContainSubstring("says when but not what")))
	})
})

var _ = Describe("A required rule", func() {
	It("fails the test if it never fires", func() {
		t := &rawclient.FakeTest{}
		harness.NewServer(t, harness.WithRules(harness.On(harness.RCPT).Reply(550, "x").Required()))
		t.End()
		Expect(t.Errors()).To(ContainSubstring(`rule On(RCPT).Reply(550, "x").Required() was required and never fired`))
	})
	It("leaves the test alone if it fires", func() {
		t := &rawclient.FakeTest{}
		srv := harness.NewServer(t, harness.WithRules(harness.On(harness.NOOP).Reply(550, "x").Required()))
		rawclient.Hello(srv).Expecting("550", "NOOP")
		t.End()
		Expect(t.Errors()).To(BeEmpty())
	})
})
