package peer_test

import (
	"errors"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = Describe("A peer's method", func() {
	It("Reply answers with a code and lines, or the code alone", func(ctx SpecContext) {
		srv := running(steps(reply(220), expect("EHLO *"), reply(250, "a", "b"), expect("QUIT"), reply(221, "2.0.0 bye")))
		c := rawclient.Dial(srv)
		Expect(c.Reply()).To(Equal("220 "))
		Expect(c.Ask("EHLO client.example")).To(Equal("250-a\r\n250 b"))
		Expect(c.Ask("QUIT")).To(Equal("221 2.0.0 bye"))
		c.ExpectFIN()
		got := ended(ctx, srv)
		Expect(got.Verbs()).To(Equal([]string{"EHLO", "QUIT"}))
		Expect(got.Hello).To(Equal("client.example"))
		Expect(got.Commands[0].Reply.Lines).To(Equal([]string{"a", "b"}))
		Expect(got.End).To(Equal(harness.EndQuit))
	})

	It("Send answers with any octets, in one reply or in more", func(ctx SpecContext) {
		srv := running(steps(greet, expect("*"), send("25"), send("0-x\r\n"), send("250 y\r\n"), send("550 z\r\n"), send("\x00\xff")))
		c := rawclient.Dial(srv)
		c.Reply()
		c.Lines("NOOP")
		rest, err := c.Rest()
		Expect(err).NotTo(HaveOccurred())
		Expect(rest).To(Equal("250-x\r\n250 y\r\n550 z\r\n\x00\xff"))
		noop := ended(ctx, srv).Commands[0]
		Expect(noop.Reply.Octets()).To(Equal("250-x\r\n250 y\r\n"))
		Expect(noop.Reply.Code).To(Equal(250))
		Expect(noop.More).To(HaveLen(2))
		Expect(told(srv.Sessions()[0])).To(Equal("220 peer.example ESMTP\r\n" + rest))
	})

	It("ReadLine reads any line, and the record has it with its faults", func(ctx SpecContext) {
		var lines []string
		srv := running(func(p *harness.Peer) error {
			for range 4 {
				c, err := p.ReadLine()
				if err != nil {
					return err
				}
				lines = append(lines, c.Line+c.Ending)
			}
			return nil
		})
		c := rawclient.Dial(srv)
		c.Octets("NOOP\r\n\r\nbare\n\x00\xff\r\n")
		c.ExpectFIN()
		got := ended(ctx, srv)
		Expect(lines).To(Equal([]string{"NOOP\r\n", "\r\n", "bare\n", "\x00\xff\r\n"}))
		Expect(got.Commands).To(HaveLen(4))
		Expect(got.Commands[1].Pipelined).To(BeTrue())
		Expect(got.Anomalies).To(ContainElement(HaveField("Kind", "bare-lf")))
	})

	It("ReadLine gives the beginning of a line that is far too long, and nobody answers it", func(ctx SpecContext) {
		srv := running(steps(greet, expect("NOOP xxx*"), reply(250, "long"), expect("QUIT"), reply(221, "bye")))
		c := rawclient.Dial(srv)
		c.Reply()
		Expect(c.Ask("NOOP " + strings.Repeat("x", 10_000))).To(Equal("250 long"))
		c.Expecting("221 bye", "QUIT")
		got := ended(ctx, srv)
		Expect(got.Commands[0].Omitted).To(BeNumerically(">", 9000))
		Expect(got.Anomalies).To(ContainElement(HaveField("Kind", "long-line")))
	})

	It("ReadLine ends for a client that says too much", func(ctx SpecContext) {
		limits := harness.DefaultLimits()
		limits.Commands = 10
		srv := running(func(p *harness.Peer) error {
			for {
				if _, err := p.ReadLine(); err != nil {
					return err
				}
			}
		}, harness.WithLimits(limits))
		c := rawclient.Dial(srv)
		c.Octets(strings.Repeat("NOOP\r\n", 50))
		Expect(ended(ctx, srv).End).To(Equal(harness.EndRefused))
		Expect(len(srv.Sessions()[0].Commands)).To(Equal(11))
	})

	It("ReadData gives the message, and Accept keeps it", func(ctx SpecContext) {
		var kept *harness.Message
		srv := running(steps(greet, func(p *harness.Peer) error {
			m, err := p.ReadData()
			if err != nil {
				return err
			}
			if err := p.Accept(m, "dorj@example.mn", "bat@example.com", "c@example.com"); err != nil {
				return err
			}
			return p.Reply(250, "taken")
		}), harness.OnMessage(func(m *harness.Message) { kept = m }))
		c := rawclient.Dial(srv)
		c.Reply()
		c.Octets("Subject: x\r\n\r\n..dot\r\n.\r\n")
		Expect(c.Reply()).To(Equal("250 taken"))
		Expect(srv.Messages()).To(HaveLen(1))
		m := srv.Messages()[0]
		Expect(m).To(BeIdenticalTo(kept))
		Expect(string(m.Raw())).To(Equal("Subject: x\r\n\r\n.dot\r\n"))
		Expect(m.Envelope.From).To(Equal("dorj@example.mn"))
		Expect(m.Envelope.To()).To(Equal([]string{"bat@example.com", "c@example.com"}))
		got := ended(ctx, srv)
		Expect(got.Messages).To(HaveLen(1))
		Expect(got.Commands[0].Verb).To(Equal("BODY"))
		Expect(got.Commands[0].Size).To(Equal(m.Size()))
		Expect(got.Commands[0].Reply.Octets()).To(Equal("250 taken\r\n"))
	})

	It("ReadData gives back the room that a message took", func(ctx SpecContext) {
		const messages, size = 40, 100_000
		srv := running(func(p *harness.Peer) error {
			for range messages {
				if _, err := p.ReadData(); err != nil {
					return err
				}
				if err := p.Reply(250, "read"); err != nil {
					return err
				}
			}
			return nil
		}, harness.WithKeep(harness.Keep{Bytes: 1 << 20}))
		c := rawclient.Dial(srv)
		for range messages {
			c.Octets(strings.Repeat(strings.Repeat("x", 98)+"\r\n", size/100) + ".\r\n")
			Expect(c.Reply()).To(Equal("250 read"))
		}
	})

	It("ReadOctets and Buffered see what is no line", func(ctx SpecContext) {
		var chunk, ahead []byte
		srv := running(steps(greet, expect("BDAT 10*"), func(p *harness.Peer) (err error) {
			chunk, err = p.ReadOctets(10)
			ahead = p.Buffered()
			return err
		}, reply(250, "ok"), expect("NOOP"), reply(250, "ok")))
		c := rawclient.Dial(srv)
		c.Reply()
		c.Octets("BDAT 10 LAST\r\n\x00\r\n34567\xff9NOOP\r\n")
		Expect(c.Reply()).To(Equal("250 ok"))
		Expect(c.Reply()).To(Equal("250 ok"))
		Expect(string(chunk)).To(Equal("\x00\r\n34567\xff9"))
		Expect(string(ahead)).To(Equal("NOOP\r\n"))
	})

	It("ReadOctets waits for all of them, and is content with an end", func(ctx SpecContext) {
		chunk := make(chan []byte, 1)
		srv := running(steps(greet, func(p *harness.Peer) error {
			octets, err := p.ReadOctets(5)
			chunk <- octets
			return err
		}))
		c := rawclient.Dial(srv)
		c.Reply()
		c.Octets("ab")
		c.Octets("c")
		c.Close()
		Expect(ended(ctx, srv).End).To(Equal(harness.EndClientClosed))
		Expect(string(<-chunk)).To(Equal("abc"))
	})

	It("Close ends the connection in order, though octets are unread", func(ctx SpecContext) {
		srv := running(steps(greet, expect("NOOP"), reply(250, "bye"), func(p *harness.Peer) error { p.Close(); return nil }))
		c := rawclient.Dial(srv)
		c.Reply()
		c.Octets("NOOP\r\n" + strings.Repeat("x", 20_000))
		Expect(c.Reply()).To(Equal("250 bye"))
		c.ExpectFIN()
		Expect(ended(ctx, srv).End).To(Equal(harness.EndDropped))
		Expect(srv.Sessions()[0].EndDetail).To(Equal("closed by the peer's script"))
	})

	It("Reset breaks it", func(ctx SpecContext) {
		srv := running(steps(greet, expect("NOOP"), func(p *harness.Peer) error { p.Reset(); return nil }))
		c := rawclient.Dial(srv)
		c.Reply()
		c.Lines("NOOP")
		c.ExpectReset()
		Expect(ended(ctx, srv).EndDetail).To(Equal("reset by the peer's script"))
	})

	It("HalfClose ends one direction, and the script reads on", func(ctx SpecContext) {
		srv := running(steps(greet, func(p *harness.Peer) error { p.HalfClose(); return nil }, expect("EHLO *"), expect("QUIT")))
		c := rawclient.Dial(srv)
		c.Reply()
		c.ExpectFIN()
		c.Lines("EHLO x", "QUIT")
		Expect(ended(ctx, srv).Verbs()).To(Equal([]string{"EHLO", "QUIT"}))
	})

	It("Silence reads and records until the client leaves", func(ctx SpecContext) {
		srv := running(steps(greet, (*harness.Peer).Silence))
		c := rawclient.Dial(srv)
		c.Reply()
		c.Lines("EHLO x", "QUIT")
		c.ExpectSilence(20 * time.Millisecond)
		c.Close()
		got := ended(ctx, srv)
		Expect(got.Verbs()).To(Equal([]string{"EHLO", "QUIT"}))
		Expect(got.End).To(Equal(harness.EndClientClosed))
	})
})

var _ = Describe("A script that fails", func() {
	failing := func(script func(*harness.Peer) error, talk func(*rawclient.Client), opts ...harness.Option) string {
		GinkgoHelper()
		srv, complaints := complaining(script, opts...)
		c := rawclient.Dial(srv)
		talk(c)
		c.Rest()
		Eventually(srv.Violations).ShouldNot(BeEmpty())
		Expect(srv.Violations()[0].Session).To(Equal(1))
		Expect(srv.Sessions()[0].Violations).To(HaveLen(1))
		return complaints()
	}
	nothing := func(c *rawclient.Client) {}

	It("is a violation that says what was expected and what came", func() {
		Expect(failing(steps(greet, expect("EHLO *"), reply(250, "x"), expect("MAIL FROM:*")), func(c *rawclient.Client) {
			c.Reply()
			c.Ask("EHLO x")
			c.Lines("RCPT TO:<бат\x1b@x>")
		})).To(Equal(`harness: WithPeer: expected "MAIL FROM:*", the client sent "RCPT TO:<бат\x1b@x>"`))
	})
	It("is one with its own error", func() {
		Expect(failing(func(*harness.Peer) error { return errors.New("шалтгаан") }, nothing)).To(ContainSubstring("WithPeer: шалтгаан"))
	})
	It("is one when it panics, and the server lives on", func() {
		Expect(failing(func(*harness.Peer) error { panic("эвдэрсэн") }, nothing)).To(ContainSubstring("the peer's script panicked: эвдэрсэн"))
	})
	It("is one when it sends behind HalfClose", func() {
		Expect(failing(steps(greet, func(p *harness.Peer) error { p.HalfClose(); return nil }, reply(250)), nothing)).To(ContainSubstring("after HalfClose"))
	})
	It("is one when it begins TLS that the server has not", func() {
		Expect(failing((*harness.Peer).StartTLS, nothing)).To(ContainSubstring("give it WithSTARTTLS()"))
	})
	It("is one when it accepts a message twice", func() {
		Expect(failing(func(p *harness.Peer) error {
			m, err := p.ReadData()
			if err != nil {
				return err
			}
			return errors.Join(p.Accept(m, "a@x", "b@x"), p.Accept(m, "a@x", "b@x"))
		}, func(c *rawclient.Client) { c.Octets(".\r\n") })).To(ContainSubstring("twice"))
	})
	It("is one when a message is over the limit", func() {
		limits := harness.DefaultLimits()
		limits.Message = 10
		Expect(failing(func(p *harness.Peer) error { _, err := p.ReadData(); return err }, func(c *rawclient.Client) {
			c.Octets("0123456789\r\n.\r\n")
		}, harness.WithLimits(limits))).To(ContainSubstring("over the limit"))
	})
})

var _ = DescribeTable("A client that leaves early is no violation", func(ctx SpecContext, script func(*harness.Peer) error, says string) {
	srv := running(script, harness.WithSTARTTLS())
	c := rawclient.Dial(srv)
	c.Octets(says)
	c.Close()
	Expect(ended(ctx, srv).End).NotTo(Equal(harness.StillOpen))
	Expect(srv.Close()).To(Succeed())
	Expect(srv.Violations()).To(BeEmpty())
},
	Entry("before a line", expect("EHLO *"), ""),
	Entry("inside a line", expect("EHLO *"), "EHLO"),
	Entry("inside message data", func(p *harness.Peer) error { _, err := p.ReadData(); return err }, "half\r\n"),
	Entry("inside octets", func(p *harness.Peer) error { _, err := p.ReadOctets(100); return err }, "half"),
	Entry("instead of a handshake", (*harness.Peer).StartTLS, ""),
	Entry("inside a handshake", (*harness.Peer).StartTLS, "\x16\x03\x01\x00\x05"),
	Entry("during silence", (*harness.Peer).Silence, "EHLO x\r\n"),
)

var _ = Describe("The server that runs a script", func() {
	It("closes at once in the middle of it", func() {
		srv := running(steps(greet, func(p *harness.Peer) error { return p.Wait(time.Hour) }))
		c := rawclient.Dial(srv)
		c.Reply()
		Expect(srv.Close()).To(Succeed())
		Expect(srv.Sessions()[0].End).To(Equal(harness.EndServerClosed))
		Expect(srv.Violations()).To(BeEmpty())
	})
	It("shuts down without a word of its own", func(ctx SpecContext) {
		srv := running(steps(greet, expect("EHLO *")))
		c := rawclient.Dial(srv)
		c.Reply()
		Expect(srv.Shutdown(ctx)).To(Succeed())
		c.ExpectFIN()
		Expect(srv.Sessions()[0].End).To(Equal(harness.EndServerClosed))
	})
	It("runs it for every session by itself", func() {
		srv := running(steps(greet, expect("NOOP"), reply(250, "ok"), (*harness.Peer).Silence))
		for range 3 {
			c := rawclient.Dial(srv)
			c.Reply()
			c.Expecting("250 ok", "NOOP")
		}
		Expect(srv.Sessions()).To(HaveLen(3))
	})
	It("refuses a session too many by itself", func() {
		t := &rawclient.FakeTest{}
		srv := harness.NewServer(t, harness.WithPeer(steps(greet, (*harness.Peer).Silence)), harness.ExpectSessions(1))
		DeferCleanup(t.End)
		rawclient.Dial(srv).Reply()
		Expect(rawclient.Dial(srv).Reply()).To(HavePrefix("421"))
	})
	It("masks what AUTH carries", func(ctx SpecContext) {
		srv := running(steps(greet, expect("AUTH LOGIN"), reply(334, "VXNlcm5hbWU6"), expect("*"), reply(334, "UGFzc3dvcmQ6"), expect("*"),
			reply(235, "2.7.0 ok"), expect("AUTH PLAIN *"), reply(535, "no"), expect("NOOP"), reply(250, "ok")))
		c := rawclient.Dial(srv)
		c.Reply()
		c.Dialogue("AUTH LOGIN", "334", "YmF0", "334", "czNjcmV0", "235", "AUTH PLAIN AGJhdABzM2NyZXQ=", "535", "NOOP", "250")
		Expect(ended(ctx, srv).Transcript()).NotTo(Or(ContainSubstring("YmF0"), ContainSubstring("czNj"), ContainSubstring("AGJh")))
		Expect(srv.Sessions()[0].Commands[2].Masked).To(BeTrue())
		Expect(srv.Sessions()[0].Commands[4].Line).To(Equal("NOOP"))
	})
	It("is silent to TLS on a plain port, unless the script answers", func(ctx SpecContext) {
		srv := running(steps(expect("\x16\x03*"), reply(554, "no")))
		c := rawclient.Dial(srv)
		c.Octets("\x16\x03\x01hello\n")
		Expect(c.Reply()).To(Equal("554 no"))
	})
})
