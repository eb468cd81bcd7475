package anomalies_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

const early = "octets-before-greeting"

// heldBack returns a rule that lets no reply of a stage go before release, and
// no sooner than d.
func heldBack(stage harness.Stage, d time.Duration) (rule harness.Rule, release func()) {
	spoke := make(chan struct{})
	rule = harness.On(stage).When(func(*harness.Exchange) bool { <-spoke; return d > 0 })
	if d > 0 {
		rule = rule.Delay(d)
	} else {
		rule = rule.Reply(250)
	}
	return rule, func() { close(spoke) }
}

// speaksEarly has a client that says EHLO before the greeting.
func speaksEarly(srv *harness.Server, release func()) *harness.Session {
	GinkgoHelper()
	c := rawclient.Dial(srv)
	c.Lines("EHLO client.example")
	release()
	Expect(c.Reply()).To(HavePrefix("220"))
	Expect(c.Reply()).To(HavePrefix("250"))
	c.Quit()
	return ended(srv, c)
}

var _ = Describe("Octets before the greeting", func() {
	for _, way := range ways {
		Context(way.name, func() {
			It("are seen where a rule delays it", func() {
				rule, release := heldBack(harness.CONNECT, time.Millisecond)
				a := first(speaksEarly(way.server(GinkgoT(), harness.WithRules(rule)), release), early)
				Expect(a.Command).To(BeZero())
				Expect(a.Octets).To(Equal("EHLO client.example\r\n"))
				Expect(a.RFC).To(Equal("RFC 5321 §4.3.1"))
			})
			It("are seen with Strict, which fails", func() {
				t := &rawclient.FakeTest{}
				rule, release := heldBack(harness.CONNECT, 0)
				s := speaksEarly(way.server(t, harness.WithRules(rule), harness.Strict()), release)
				Expect(kinds(s)).To(ConsistOf(early))
				t.End()
				Expect(t.Errors()).To(ContainSubstring("Strict(): " + early))
			})
			It("are seen where a rule drips it, before its end", func() {
				rule := harness.On(harness.CONNECT).ReplyRaw([]byte("220-wait\r\n220 go\r\n")).Drip(10, 200*time.Millisecond)
				srv := way.server(GinkgoT(), harness.WithRules(rule))
				c := rawclient.Dial(srv)
				c.Lines("EHLO client.example")
				Expect(c.Reply()).To(HavePrefix("220"))
				Expect(c.Reply()).To(HavePrefix("250"))
				c.Quit()
				Expect(first(ended(srv, c), early).Octets).To(Equal("EHLO client.example\r\n"))
			})
			It("are none if the client waits, Strict or not", func() {
				rule := harness.On(harness.CONNECT).Delay(time.Millisecond)
				s := run(way.server(GinkgoT(), harness.WithRules(rule), harness.Strict()), quits("NOOP"))
				Expect(s.Anomalies).To(BeEmpty())
			})
		})
	}
	It("are seen in memory without either", func() {
		rule, release := heldBack(harness.CONNECT, 0)
		srv := harness.NewServer(GinkgoT(), harness.InMemory(), harness.WithRules(rule))
		Expect(kinds(speaksEarly(srv, release))).To(ConsistOf(early))
	})
	It("are seen behind a PROXY header", func() {
		srv := harness.NewServer(GinkgoT(), harness.AcceptPROXY("127.0.0.0/8"))
		c := rawclient.Dial(srv)
		c.Lines("PROXY TCP4 192.0.2.1 192.0.2.2 1025 25", "EHLO client.example")
		Expect(c.Reply()).To(HavePrefix("220"))
		Expect(kinds(only(srv))).To(ContainElement(early))
	})
	It("are not said of TLS on a plain port, which has a kind of its own", func() {
		rule, release := heldBack(harness.CONNECT, time.Millisecond)
		srv := harness.NewServer(GinkgoT(), harness.WithRules(rule))
		c := rawclient.Dial(srv)
		c.Octets("\x16\x03\x01\x00\x05hello")
		release()
		Expect(c.Reply()).To(HavePrefix("220"))
		Expect(c.Reply()).To(HavePrefix("554"))
		Expect(kinds(ended(srv, c))).To(ConsistOf("other-protocol"))
	})
})

var _ = Describe("Octets before a reply that a rule delays", func() {
	// ahead has a client that sends line behind asked, in a segment of its own.
	ahead := func(stage harness.Stage, asked, line string, opts ...harness.Option) []string {
		GinkgoHelper()
		rule, release := heldBack(stage, time.Millisecond)
		srv := harness.NewServer(GinkgoT(), append(opts, harness.WithRules(rule))...)
		return kinds(run(srv, func(c *rawclient.Client, _ *harness.Server) {
			if stage != harness.EHLO {
				c.Hello()
			}
			c.Lines(asked)
			Eventually(func() int { return len(only(srv).Commands) }).Should(BeNumerically(">", 0))
			if line != "" {
				c.Lines(line)
			}
			release()
			c.Reply()
		}))
	}
	unpipelined := harness.Withhold("PIPELINING")

	It("break the lock-step without PIPELINING", func() {
		Expect(ahead(harness.RSET, "RSET", "NOOP", unpipelined)).To(ContainElement("pipelining-not-offered"))
		Expect(ahead(harness.RSET, "RSET", "", unpipelined)).NotTo(ContainElement("pipelining-not-offered"))
		Expect(ahead(harness.RSET, "RSET", "NOOP")).NotTo(ContainElement("pipelining-not-offered"))
	})
	It("must not be behind a command that ends a group", func() {
		Expect(ahead(harness.NOOP, "NOOP", "RSET")).To(ContainElement("not-last-in-group"))
		Expect(ahead(harness.NOOP, "NOOP", "")).NotTo(ContainElement("not-last-in-group"))
	})
	It("must not be behind QUIT", func() {
		Expect(ahead(harness.QUIT, "QUIT", "NOOP")).To(ContainElement("octets-behind-quit"))
		Expect(ahead(harness.QUIT, "QUIT", "")).To(BeEmpty())
	})
})
