package capture_test

import (
	"context"
	"net"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = Describe("Close", func() {
	var before []gleak.Goroutine
	BeforeEach(func() { before = gleak.Goroutines() })
	expectNoneLeft := func() {
		GinkgoHelper()
		Eventually(gleak.Goroutines).ShouldNot(gleak.HaveLeaked(before))
	}

	It("cuts clients wherever they are, and leaves neither goroutine nor socket", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithSTARTTLS(), harness.WithUser("bat", "s3cret"), harness.AllowPlaintextAuth(true),
			harness.WithRules(harness.On(harness.NOOP).Arg("stall").Stall(), harness.On(harness.NOOP).Arg("wait").Delay(time.Hour),
				harness.On(harness.NOOP).Arg("drip").Drip(1, time.Hour)))
		var clients []*rawclient.Client
		for _, lead := range []func(*rawclient.Client){
			func(c *rawclient.Client) {},
			func(c *rawclient.Client) { c.Expecting("250", "MAIL FROM:<>") },
			func(c *rawclient.Client) { c.Begin() },
			func(c *rawclient.Client) { c.Begin(); c.Octets("half a message") },
			func(c *rawclient.Client) { c.Expecting("334", "AUTH LOGIN") },
			func(c *rawclient.Client) { c.Expecting("220", "STARTTLS") },
			func(c *rawclient.Client) { Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed()) },
			func(c *rawclient.Client) { c.Lines("NOOP stall") },
			func(c *rawclient.Client) { c.Lines("NOOP wait") },
			func(c *rawclient.Client) { c.Lines("NOOP drip") },
		} {
			c := rawclient.Hello(srv)
			lead(c)
			clients = append(clients, c)
		}
		addr := srv.Addr()
		began := time.Now()
		Expect(srv.Close()).To(Succeed())
		Expect(time.Since(began)).To(BeNumerically("<", 3*time.Second))
		for _, s := range srv.Sessions() {
			Expect(s.End).To(Equal(harness.EndServerClosed))
		}
		for _, c := range clients {
			c.Rest()
		}
		_, err := net.Dial("tcp", addr)
		Expect(err).To(HaveOccurred())
		expectNoneLeft()
	})

	It("may be called again, and at the same time", func() {
		srv := harness.NewServer(GinkgoT())
		rawclient.Hello(srv)
		done := make(chan error, 3)
		for range 3 {
			go func() { done <- srv.Close() }()
		}
		for range 3 {
			Eventually(done).Should(Receive(BeNil()))
		}
		expectNoneLeft()
	})

	It("leaves nothing of a server that many clients came and went from", func() {
		srv := harness.NewServer(GinkgoT())
		for range 50 {
			rawclient.Hello(srv).Close()
		}
		Expect(srv.Close()).To(Succeed())
		Expect(srv.Messages()).To(BeEmpty(), "the record stays readable")
		Expect(srv.Sessions()).To(HaveLen(50))
		expectNoneLeft()
	})

	It("lets a server in memory go too", func() {
		srv := harness.NewServer(GinkgoT(), harness.InMemory())
		c := rawclient.Hello(srv)
		Expect(srv.Close()).To(Succeed())
		c.Rest()
		_, err := srv.Dial(context.Background())
		Expect(err).To(MatchError(net.ErrClosed))
		expectNoneLeft()
	})
})

var _ = Describe("Shutdown", func() {
	It("sends 421 to the idle, lets a transaction end, and accepts nobody", func(ctx SpecContext) {
		srv := harness.NewServer(GinkgoT())
		idle, busy, halfway := rawclient.Hello(srv), rawclient.Hello(srv), rawclient.Hello(srv)
		busy.Begin()
		busy.Octets("Subject: дунд нь")
		halfway.Expecting("250", "MAIL FROM:<>")
		done := make(chan error, 1)
		go func() { done <- srv.Shutdown(ctx) }()
		Expect(idle.Reply()).To(HavePrefix("421 4.3.2"))
		idle.ExpectFIN()
		busy.Octets("\r\n.\r\n")
		Expect(busy.Reply()).To(HavePrefix("250"))
		Expect(busy.Reply()).To(HavePrefix("421"))
		halfway.Expecting("250", "RSET")
		Expect(halfway.Reply()).To(HavePrefix("421"))
		for _, c := range []*rawclient.Client{idle, busy, halfway} {
			c.Close()
		}
		Eventually(done).Should(Receive(BeNil()))
		Expect(srv.Messages()).To(HaveLen(1))
		Expect(srv.Sessions()[0].Farewell.Code).To(Equal(421))
		_, err := srv.Dial(ctx)
		Expect(err).To(HaveOccurred())
	})

	It("says 421 inside TLS too", func(ctx SpecContext) {
		srv := harness.NewServer(GinkgoT(), harness.WithSTARTTLS())
		c := rawclient.Hello(srv)
		Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
		c.Hello()
		Expect(srv.Shutdown(ctx)).To(Succeed())
		Expect(c.Reply()).To(HavePrefix("421"))
		c.ExpectFIN()
	})

	It("cuts transactions when its patience ends", func(ctx SpecContext) {
		srv := harness.NewServer(GinkgoT())
		c := rawclient.Hello(srv)
		c.Begin()
		short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
		defer cancel()
		Expect(srv.Shutdown(short)).To(Succeed())
		Expect(srv.Sessions()[0].End).To(Equal(harness.EndServerClosed))
		c.Rest()
	})

	It("lets a transaction end although something happened that the test does not allow", func(ctx SpecContext) {
		t := &rawclient.FakeTest{}
		srv := harness.NewServer(t, harness.Strict())
		busy := rawclient.Hello(srv)
		busy.Octets("NOOP\n")
		busy.Reply()
		busy.Begin()
		done := make(chan error, 1)
		go func() { done <- srv.Shutdown(ctx) }()
		busy.Octets("x\r\n.\r\n")
		Expect(busy.Reply()).To(HavePrefix("250"))
		busy.Close()
		Eventually(done).Should(Receive(BeNil()))
	})
})
