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

// greeting is a message that fits into any buffer.
const greeting = "Subject: Сайн уу\r\n\r\nБаярлалаа\r\n"

// send runs net/smtp over conn, and before each step gives it the time that
// RFC 5321 §4.5.3.2 wants a client to have at least. EHLO and QUIT, of which it
// says nothing, get that of MAIL.
func send(conn net.Conn, name, msg string) error {
	step := func(d time.Duration) { conn.SetDeadline(time.Now().Add(d)) }
	step(greetingMinimum)
	c, err := smtp.NewClient(conn, name)
	if err != nil {
		return err
	}
	step(mailMinimum)
	if err := c.Hello("client.example"); err != nil {
		return err
	}
	step(mailMinimum)
	if err := c.Mail("dorj@example.mn"); err != nil {
		return err
	}
	step(rcptMinimum)
	if err := c.Rcpt("bat@example.com"); err != nil {
		return err
	}
	step(dataMinimum)
	w, err := c.Data()
	if err != nil {
		return err
	}
	step(blockMinimum)
	if _, err := w.Write([]byte(msg)); err != nil {
		return err
	}
	step(finalMinimum)
	if err := w.Close(); err != nil {
		return err
	}
	step(mailMinimum)
	return c.Quit()
}

var _ = DescribeTableSubtree("A step without a minimum of its own:", func(stage harness.Stage) {
	It("lasts as long as its deadline at a server that stalls", inBubble(func(b bubble) {
		srv := b.server(harness.WithRules(harness.GoSilent(stage)))
		var err error
		Expect(took(func() { err = send(b.dial(srv), srv.Hostname(), greeting) })).To(Equal(mailMinimum))
		expectTimedOut(err)
		Expect(only(srv).Last()).To(HavePrefix(string(stage)))
	}))
	It("succeeds at a server that takes nearly all of it", inBubble(func(b bubble) {
		srv := b.server(harness.WithRules(harness.On(stage).Delay(mailMinimum - 1)))
		Expect(took(func() { Expect(send(b.dial(srv), srv.Hostname(), greeting)).To(Succeed()) })).To(Equal(mailMinimum - 1))
		Expect(only(srv).End).To(Equal(harness.EndQuit))
	}))
},
	Entry("EHLO", harness.EHLO),
	Entry("QUIT", harness.QUIT),
)

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
		Expect(took(func() { Expect(send(conn, srv.Hostname(), greeting)).To(Succeed()) })).To(Equal(7 * time.Second))
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
				if err = send(conn, srv.Hostname(), greeting); !errors.As(err, &refused) || refused.Code/100 != 4 {
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
