package time_test

import (
	"context"
	"errors"
	"net"
	"net/smtp"
	"net/textproto"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
)

// send runs net/smtp over conn, and before each step gives it the time that
// RFC 5321 §4.5.3.2 wants a client to have at least.
func send(conn net.Conn, name string) error {
	step := func(d time.Duration) { conn.SetDeadline(time.Now().Add(d)) }
	step(5 * time.Minute)
	c, err := smtp.NewClient(conn, name)
	if err != nil {
		return err
	}
	if err := c.Hello("client.example"); err != nil {
		return err
	}
	step(5 * time.Minute)
	if err := c.Mail("dorj@example.mn"); err != nil {
		return err
	}
	step(5 * time.Minute)
	if err := c.Rcpt("bat@example.com"); err != nil {
		return err
	}
	step(2 * time.Minute)
	w, err := c.Data()
	if err != nil {
		return err
	}
	step(3 * time.Minute)
	if _, err := w.Write([]byte("Subject: Сайн уу\r\n\r\nБаярлалаа\r\n")); err != nil {
		return err
	}
	step(10 * time.Minute)
	if err := w.Close(); err != nil {
		return err
	}
	step(5 * time.Minute)
	return c.Quit()
}

var _ = Describe("A client with the patience that RFC 5321 §4.5.3.2 asks for", func() {
	DescribeTable("waits so long for a server that stalls", func(stage harness.Stage, patience time.Duration, verbs int) {
		inBubble(func(b bubble) {
			srv := b.server(harness.WithRules(harness.GoSilent(stage)))
			conn, err := srv.Dial(context.Background())
			Expect(err).NotTo(HaveOccurred())
			defer conn.Close()
			var timeout net.Error
			Expect(took(func() { err = send(conn, srv.Hostname()) })).To(Equal(patience))
			Expect(errors.As(err, &timeout) && timeout.Timeout()).To(BeTrue(), "got %v", err)
			Expect(only(srv).Verbs()).To(HaveLen(verbs))
		})()
	},
		Entry("at the greeting, §4.5.3.2.1", harness.CONNECT, 5*time.Minute, 0),
		Entry("at EHLO", harness.EHLO, 5*time.Minute, 1),
		Entry("at MAIL, §4.5.3.2.2", harness.MAIL, 5*time.Minute, 2),
		Entry("at RCPT, §4.5.3.2.3", harness.RCPT, 5*time.Minute, 3),
		Entry("at DATA, §4.5.3.2.4", harness.DATA, 2*time.Minute, 4),
		Entry("at the final dot, §4.5.3.2.6", harness.BODY, 10*time.Minute, 5),
		Entry("at QUIT", harness.QUIT, 5*time.Minute, 6),
	)

	DescribeTable("gets through to a server that takes nearly all of it", func(stage harness.Stage, delay time.Duration) {
		inBubble(func(b bubble) {
			srv := b.server(harness.WithRules(harness.On(stage).Delay(delay)))
			conn, err := srv.Dial(context.Background())
			Expect(err).NotTo(HaveOccurred())
			defer conn.Close()
			Expect(took(func() { Expect(send(conn, srv.Hostname())).To(Succeed()) })).To(Equal(delay))
			Expect(srv.Messages()).To(HaveLen(1))
			Expect(only(srv).End).To(Equal(harness.EndQuit))
		})()
	},
		Entry("at the greeting", harness.CONNECT, 5*time.Minute-1),
		Entry("at MAIL", harness.MAIL, 5*time.Minute-1),
		Entry("at RCPT", harness.RCPT, 5*time.Minute-1),
		Entry("at DATA", harness.DATA, 2*time.Minute-1),
		Entry("at the final dot", harness.BODY, 10*time.Minute-1),
		Entry("at QUIT", harness.QUIT, 5*time.Minute-1),
	)
})

var _ = Describe("A rule's time", func() {
	for _, stage := range []harness.Stage{harness.CONNECT, harness.EHLO, harness.MAIL, harness.RCPT, harness.DATA, harness.BODY, harness.QUIT} {
		It("delays the reply at "+string(stage)+", and the record says when it left", inBubble(func(b bubble) {
			srv := b.server(harness.WithRules(harness.On(stage).Delay(3 * time.Minute)))
			c := b.client(srv)
			Expect(took(func() {
				c.Reply()
				c.Hello()
				Expect(c.Send("x")).To(HavePrefix("250"))
				c.Expecting("221", "QUIT")
			})).To(Equal(3 * time.Minute))
			for r := range only(srv).Replies(stage) {
				Expect(r.At).To(Equal(3 * time.Minute))
				Expect(r.Rule).To(Equal("On(" + string(stage) + ").Delay(3*time.Minute)"))
			}
		}))
	}
	It("delays what it does instead of a reply", inBubble(func(b bubble) {
		srv := b.server(harness.WithRules(harness.On(harness.NOOP).Delay(time.Minute).Drop()))
		c := b.hello(srv)
		c.Lines("NOOP")
		Expect(took(c.ExpectFIN)).To(Equal(time.Minute))
	}))
	It("delays a reply that is lost, and the drop behind it", inBubble(func(b bubble) {
		srv := b.server(harness.WithRules(harness.LoseFinalReply().Delay(time.Minute)))
		c := b.hello(srv)
		c.Begin()
		c.Octets("x\r\n.\r\n")
		Expect(took(c.ExpectFIN)).To(Equal(time.Minute))
		Expect(srv.Messages()).To(HaveLen(1))
	}))
	It("lets earlier replies go before it waits", inBubble(func(b bubble) {
		srv := b.server(harness.WithRules(harness.On(harness.MAIL).Delay(time.Minute)))
		c := b.hello(srv)
		c.Lines("NOOP", "MAIL FROM:<>")
		Expect(took(func() { c.Reply() })).To(BeZero())
		Expect(took(func() { c.Reply() })).To(Equal(time.Minute))
	}))
	It("drips a reply", inBubble(func(b bubble) {
		srv := b.server(harness.WithRules(harness.On(harness.NOOP).Reply(250, "дусал").Drip(4, time.Second)))
		c := b.hello(srv)
		c.Lines("NOOP")
		octets := len("250 дусал\r\n")
		Expect(took(func() { Expect(c.Reply()).To(Equal("250 дусал")) })).To(Equal(time.Duration((octets-1)/4) * time.Second))
	}))
	It("drips a reply that is in the record from its first octet", inBubble(func(b bubble) {
		srv := b.server(harness.WithRules(harness.On(harness.ANY).Drip(1, time.Minute)))
		c := b.client(srv)
		c.FirstOctet()
		Expect(only(srv).Greeting.Code).To(Equal(220))
		c.Reply()
		c.Lines("NOOP")
		c.FirstOctet()
		Expect(only(srv).Commands[0].Reply.Code).To(Equal(250))
	}))
	It("drips a message's 250 whose message is there from the first octet", inBubble(func(b bubble) {
		srv := b.server(harness.WithRules(harness.On(harness.BODY).Drip(1, time.Minute)))
		c := b.hello(srv)
		c.Begin()
		c.Octets("x\r\n.\r\n")
		c.FirstOctet()
		Expect(srv.Messages()).To(HaveLen(1))
		Expect(only(srv).Messages).To(HaveLen(1))
		Expect(only(srv).Commands[4].Reply.Code).To(Equal(250))
	}))
	It("drips a 221 whose end is in the record from the first octet", inBubble(func(b bubble) {
		srv := b.server(harness.WithRules(harness.On(harness.QUIT).Drip(1, time.Minute)))
		c := b.hello(srv)
		c.Lines("QUIT")
		c.FirstOctet()
		Expect(only(srv).End).To(Equal(harness.EndQuit))
		Expect(took(func() { Expect(srv.WaitIdle(context.Background())).To(Succeed()) })).To(BeZero())
	}))
	It("stalls for as long as the client waits", inBubble(func(b bubble) {
		srv := b.server(harness.WithRules(harness.On(harness.MAIL).Stall()))
		c := b.hello(srv)
		c.Lines("MAIL FROM:<>")
		c.ExpectSilence(50 * time.Minute)
		Expect(only(srv).End).To(Equal(harness.StillOpen))
	}))
	It("slows every reply with Slow", inBubble(func(b bubble) {
		srv := b.server(harness.WithRules(harness.Slow(time.Second)))
		conn, err := srv.Dial(context.Background())
		Expect(err).NotTo(HaveOccurred())
		Expect(took(func() { Expect(send(conn, srv.Hostname())).To(Succeed()) })).To(Equal(7 * time.Second))
	}))
})

var _ = Describe("A whole session in a bubble", func() {
	It("takes no time, with TLS and AUTH too", inBubble(func(b bubble) {
		srv := b.server(harness.WithSTARTTLS(), harness.WithUser("bat", "s3cret"), harness.RequireAuth(), harness.RequireTLS())
		c := b.hello(srv)
		Expect(took(func() {
			Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
			c.Hello()
			c.Expecting("235", "AUTH PLAIN AGJhdABzM2NyZXQ=")
			Expect(c.Send("Сайн уу")).To(HavePrefix("250"))
			c.Quit()
		})).To(BeZero())
		synctest.Wait()
		Expect(srv.Messages()).To(HaveLen(1))
		Expect(only(srv).Lasted).To(BeZero())
	}))
	It("sends one message again and again until the server takes it", inBubble(func(b bubble) {
		grey := harness.Greylist("*", 3)
		srv := b.server(harness.WithRules(grey))
		var err error
		lasted := took(func() {
			for range 10 {
				var conn net.Conn
				conn, err = srv.Dial(context.Background())
				Expect(err).NotTo(HaveOccurred())
				var refused *textproto.Error
				if err = send(conn, srv.Hostname()); !errors.As(err, &refused) || refused.Code/100 != 4 {
					return
				}
				conn.Close()
				pass(30 * time.Minute)
			}
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(lasted).To(Equal(90 * time.Minute))
		Expect(grey.Hits()).To(Equal(3))
		Expect(srv.Messages()).To(HaveLen(1))
	}))
})
