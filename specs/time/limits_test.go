package time_test

import (
	"context"
	"strings"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = Describe("A client that is silent", func() {
	// expectTimeout expects a 421 after exactly d, and the end.
	expectTimeout := func(c *rawclient.Client, srv *harness.Server, d time.Duration) {
		GinkgoHelper()
		Expect(took(func() { Expect(c.Reply()).To(HavePrefix("421 4.4.2")) })).To(Equal(d))
		c.ExpectFIN()
		Expect(only(srv).End).To(Equal(harness.EndTimedOut))
		Expect(only(srv).Farewell.Code).To(Equal(421))
	}

	It("before EHLO gets 421 after five minutes", inBubble(func(b bubble) {
		srv := b.server()
		c := b.client(srv)
		c.Reply()
		expectTimeout(c, srv, 5*time.Minute)
	}))
	It("between commands gets 421 after five minutes, counted from the last one", inBubble(func(b bubble) {
		srv := b.server()
		c := b.hello(srv)
		pass(4 * time.Minute)
		c.Expecting("250", "NOOP")
		expectTimeout(c, srv, 5*time.Minute)
	}))
	It("inside a transaction gets 421 after five minutes", inBubble(func(b bubble) {
		srv := b.server()
		c := b.hello(srv)
		c.Expecting("250", "MAIL FROM:<>")
		expectTimeout(c, srv, 5*time.Minute)
	}))
	It("inside AUTH gets 421 after five minutes", inBubble(func(b bubble) {
		srv := b.server(harness.WithUser("bat", "s3cret"))
		c := b.hello(srv)
		c.Expecting("334", "AUTH LOGIN")
		expectTimeout(c, srv, 5*time.Minute)
	}))
	It("inside the message data gets 421 after five minutes, and nothing is kept", inBubble(func(b bubble) {
		srv := b.server()
		c := b.hello(srv)
		c.Begin()
		c.Octets("half a message\r\n")
		expectTimeout(c, srv, 5*time.Minute)
		Expect(srv.Messages()).To(BeEmpty())
	}))
	It("inside a line gets 421 after five minutes, counted from its last octet", inBubble(func(b bubble) {
		srv := b.server()
		c := b.hello(srv)
		c.Octets("NO")
		pass(time.Minute)
		c.Octets("OP")
		expectTimeout(c, srv, 5*time.Minute)
		Expect(only(srv).Last()).To(Equal("NOOP"))
	}))
	It("inside TLS gets 421 there", inBubble(func(b bubble) {
		srv := b.server(harness.WithSTARTTLS())
		c := b.hello(srv)
		Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
		c.Hello()
		expectTimeout(c, srv, 5*time.Minute)
	}))
	It("in the handshake is cut off, without a word", inBubble(func(b bubble) {
		srv := b.server(harness.WithSTARTTLS())
		c := b.hello(srv)
		c.Expecting("220", "STARTTLS")
		Expect(took(c.ExpectFIN)).To(Equal(5 * time.Minute))
		Expect(only(srv).End).To(Equal(harness.EndTLSFailed))
	}))
	It("gets 421 after the time of WithTimeout", inBubble(func(b bubble) {
		srv := b.server(harness.WithTimeout(7 * time.Second))
		c := b.hello(srv)
		expectTimeout(c, srv, 7*time.Second)
	}))
	It("may be so for nearly five minutes, again and again", inBubble(func(b bubble) {
		srv := b.server()
		c := b.hello(srv)
		for range 10 {
			pass(5*time.Minute - time.Nanosecond)
			c.Expecting("250", "NOOP")
		}
	}))
})

var _ = Describe("A session that lasts", func() {
	It("gets 421 after an hour, whatever it says", inBubble(func(b bubble) {
		srv := b.server()
		c := b.client(srv)
		began := time.Now()
		c.Reply()
		for {
			c.Lines("NOOP")
			reply := c.Reply()
			if strings.HasPrefix(reply, "421 4.4.2") {
				break
			}
			Expect(reply).To(HavePrefix("250"))
			if reply, over := c.ReplyWithin(time.Minute); over {
				Expect(reply).To(HavePrefix("421 4.4.2"))
				break
			}
		}
		Expect(time.Since(began)).To(Equal(time.Hour))
		Expect(only(srv).End).To(Equal(harness.EndTimedOut))
		Expect(only(srv).EndDetail).To(Equal("the session lasted too long"))
	}))
	It("ends after an hour although a rule stalled it", inBubble(func(b bubble) {
		srv := b.server(harness.WithRules(harness.On(harness.MAIL).Stall()))
		c := b.hello(srv)
		c.Lines("MAIL FROM:<>")
		Expect(took(c.ExpectFIN)).To(Equal(time.Hour))
		Expect(only(srv).End).To(Equal(harness.EndTimedOut))
	}))
})

var _ = Describe("Message data", func() {
	// drip sends an octet at a time until the server says something.
	drip := func(c *rawclient.Client, pause time.Duration) (reply string, lasted time.Duration) {
		GinkgoHelper()
		began := time.Now()
		for {
			c.TryOctets("x")
			if reply, over := c.ReplyWithin(pause); over {
				return reply, time.Since(began)
			}
		}
	}

	It("that drips gets 421 after ten minutes, the little it brought apart", inBubble(func(b bubble) {
		srv := b.server()
		c := b.hello(srv)
		c.Begin()
		reply, lasted := drip(c, time.Second)
		Expect(reply).To(HavePrefix("421 4.4.2"))
		Expect(lasted).To(BeNumerically("~", 10*time.Minute, 3*time.Second))
		Expect(srv.Messages()).To(BeEmpty())
	}))

	It("may take longer than ten minutes at 500 octets a second", inBubble(func(b bubble) {
		srv := b.server()
		c := b.hello(srv)
		c.Begin()
		for range 20 * 60 {
			c.Octets(strings.Repeat("x", 500))
			pass(time.Second)
		}
		c.Octets("\r\n.\r\n")
		Expect(c.Reply()).To(HavePrefix("250"))
		Expect(srv.Messages()[0].Size()).To(Equal(20*60*500 + 2))
	}))
})

var _ = Describe("A client that never reads", func() {
	It("is cut off after five minutes, with its replies unsent and unkept", inBubble(func(b bubble) {
		limits := harness.DefaultLimits()
		limits.Commands = 1 << 30
		limits.Record = 1 << 30
		srv := b.server(harness.WithLimits(limits))
		c := b.hello(srv)
		began := time.Now()
		for c.TryOctets(strings.Repeat("NOOP\r\n", 1000)) == nil {
		}
		Expect(time.Since(began)).To(Equal(5 * time.Minute))
		synctest.Wait()
		Expect(only(srv).End).To(Equal(harness.EndTimedOut))
		Expect(len(only(srv).Commands)).To(BeNumerically("<", 64<<10/len("250 2.0.0 Ok\r\n")+2000))
	}))
})

var _ = Describe("Close", func() {
	It("says after five seconds who holds it up", inBubble(func(b bubble) {
		release := make(chan struct{})
		srv, err := harness.Listen(context.Background(), harness.InMemory(),
			harness.WithRules(harness.On(harness.NOOP).Do(func(*harness.Exchange) *harness.Reply {
				<-release
				return nil
			})))
		Expect(err).NotTo(HaveOccurred())
		b.hello(srv).Lines("NOOP")
		synctest.Wait()
		Expect(took(func() {
			Expect(srv.Close()).To(MatchError(And(ContainSubstring("closing takes longer than 5 s"), ContainSubstring("C: NOOP"))))
		})).To(Equal(5 * time.Second))
		close(release)
	}))
	It("does not wait for a delay", inBubble(func(b bubble) {
		srv := b.server(harness.WithRules(harness.Slow(time.Hour)))
		b.client(srv)
		synctest.Wait()
		Expect(took(func() { Expect(srv.Close()).To(Succeed()) })).To(BeZero())
	}))
})
