package faults_test

import (
	"context"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = DescribeTableSubtree("A rule", func(stage harness.Stage) {
	// alive says that the session goes on behind the reply.
	alive := func(c *rawclient.Client) {
		GinkgoHelper()
		if stage != harness.CONNECT {
			c.Expecting("2", "RSET")
		}
	}

	It("answers with Reply, the text as it is, percent signs too", func() {
		rule := harness.On(stage).Once().Reply(451, "4.7.1 Дараа 100% ирнэ үү", "%s second line")
		srv := serverWith(rule)
		c := upTo(srv, stage)
		Expect(lines(c.Reply())).To(Equal([]string{"451-4.7.1 Дараа 100% ирнэ үү", "451 %s second line"}))
		Expect(rule.Hits()).To(Equal(1))
		got := replyOf(only(srv), stage)
		Expect(got.Code).To(Equal(451))
		Expect(got.Enhanced).To(Equal("4.7.1"))
		Expect(got.Rule).To(Equal(rule.Name()))
		alive(c)
		Expect(srv.Messages()).To(BeEmpty())
	})

	It("answers with a code alone", func() {
		c := upTo(serverWith(harness.On(stage).Reply(451)), stage)
		Expect(c.Reply()).To(Equal("451 "))
	})

	It("answers with ReplyRaw, octet by octet", func() {
		const octets = "451-a\n451 b\x00\xff\r\n"
		srv := serverWith(harness.On(stage).ReplyRaw([]byte(octets)).ThenDrop())
		c := upTo(srv, stage)
		rest, err := c.Rest()
		Expect(err).NotTo(HaveOccurred())
		Expect(rest).To(Equal(octets))
		Expect(replyOf(only(srv), stage).Octets()).To(Equal(octets))
	})

	It("answers with ReplyRaw that is no reply at all", func() {
		srv := serverWith(harness.On(stage).ReplyRaw([]byte("Сайн уу")).ThenDrop())
		rest, err := upTo(srv, stage).Rest()
		Expect(err).NotTo(HaveOccurred())
		Expect(rest).To(Equal("Сайн уу"))
	})

	It("ends the connection with Drop: a FIN, and no reply", func(ctx SpecContext) {
		srv := serverWith(harness.On(stage).Drop())
		upTo(srv, stage).ExpectFIN()
		sessions, err := srv.WaitForSessions(ctx, 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(sessions[0].End).To(Equal(harness.EndDropped))
		Expect(replyOf(sessions[0], stage).Code).To(BeZero())
		Expect(srv.Messages()).To(BeEmpty())
	})

	It("breaks the connection with Reset: a RST, and no reply", func(ctx SpecContext) {
		srv := serverWith(harness.On(stage).Reset())
		if stage == harness.CONNECT {
			expectResetAtOnce(ctx, srv)
		} else {
			upTo(srv, stage).ExpectReset()
		}
		sessions, err := srv.WaitForSessions(ctx, 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(sessions[0].End).To(Equal(harness.EndDropped))
		Expect(srv.Messages()).To(BeEmpty())
	})

	It("ends the connection behind the reply with ThenDrop", func() {
		srv := serverWith(harness.On(stage).Reply(451, "4.7.1 later").ThenDrop())
		c := upTo(srv, stage)
		Expect(c.Reply()).To(Equal("451 4.7.1 later"))
		c.ExpectFIN()
		Expect(only(srv).End).To(Equal(harness.EndDropped))
	})

	It("ends the connection behind the server's own reply with ThenDrop alone", func() {
		srv := serverWith(harness.On(stage).ThenDrop())
		c := upTo(srv, stage)
		Expect(c.Reply()).To(MatchRegexp("^[23]"))
		c.ExpectFIN()
		if stage == harness.BODY {
			Expect(srv.Messages()).To(HaveLen(1))
		}
	})

	It("never answers with Stall, and keeps the connection", func() {
		srv := serverWith(harness.On(stage).Stall())
		c := upTo(srv, stage)
		c.ExpectSilence(20 * time.Millisecond)
		if stage != harness.CONNECT {
			c.Lines("NOOP", "QUIT")
			c.ExpectSilence(20 * time.Millisecond)
		}
		Expect(only(srv).End).To(Equal(harness.StillOpen))
		Expect(srv.Messages()).To(BeEmpty())
	})

	It("sends the answer in pieces with Drip", func() {
		srv := serverWith(harness.On(stage).Once().Reply(451, "4.7.1 дусал").Drip(1, time.Microsecond))
		c := upTo(srv, stage)
		Expect(c.Reply()).To(Equal("451 4.7.1 дусал"))
		alive(c)
	})

	It("loses the reply with LoseReply, and the session goes on", func() {
		srv := serverWith(harness.On(stage).Once().LoseReply())
		c := upTo(srv, stage)
		switch stage {
		case harness.CONNECT:
			c.Hello()
		case harness.STARTTLS:
			Expect(c.Handshake(srv.ClientTLSConfig())).To(Succeed())
			c.Hello()
		case harness.DATA:
			c.Octets(text + "\r\n.\r\n")
			Expect(c.Reply()).To(HavePrefix("250"))
		case harness.QUIT:
			c.ExpectFIN()
			Expect(only(srv).End).To(Equal(harness.EndQuit))
			return
		case harness.BODY:
			c.Expecting("250", "NOOP")
			Expect(srv.Messages()).To(HaveLen(1))
		default:
			c.Expecting("250", "NOOP")
		}
		Expect(replyOf(only(srv), stage)).NotTo(BeZero())
	})

	It("answers with what Do returns", func() {
		var seen harness.Exchange
		srv := serverWith(harness.On(stage).Do(func(x *harness.Exchange) *harness.Reply {
			seen = *x
			Expect(x.Session().ID).To(Equal(1))
			return &harness.Reply{Code: 450, Lines: []string{"busy"}}
		}))
		c := upTo(srv, stage)
		Expect(c.Reply()).To(Equal("450 busy"))
		Expect(seen.Stage).To(Equal(stage))
		Expect(seen.SessionID).To(Equal(1))
		Expect(seen.TLS).To(BeFalse())
	})

	It("leaves the server's own answer if Do returns nil", func() {
		srv := serverWith(harness.On(stage).Do(func(*harness.Exchange) *harness.Reply { return nil }))
		Expect(upTo(srv, stage).Reply()).To(MatchRegexp("^[23]"))
	})

	It("turns a panic in Do into 451 and a violation", func() {
		t := &rawclient.FakeTest{}
		srv := harness.NewServer(t, harness.WithSTARTTLS(), harness.AllowPlaintextAuth(true), harness.WithUser("bat", "s3cret"),
			harness.WithRules(harness.On(stage).Once().Do(func(*harness.Exchange) *harness.Reply { panic("эвдэрсэн") })))
		c := upTo(srv, stage)
		Expect(c.Reply()).To(HavePrefix("451"))
		alive(c)
		Expect(srv.Violations()).To(ConsistOf(HaveField("Text", ContainSubstring("Do panicked: эвдэрсэн"))))
		t.End()
		Expect(t.Errors()).To(ContainSubstring("эвдэрсэн"))
	})

	It("takes a panic in When for no, and records a violation", func() {
		t := &rawclient.FakeTest{}
		srv := harness.NewServer(t, harness.WithSTARTTLS(), harness.AllowPlaintextAuth(true), harness.WithUser("bat", "s3cret"),
			harness.WithRules(harness.On(stage).When(func(*harness.Exchange) bool { panic("эвдэрсэн") }).Reply(550)))
		Expect(upTo(srv, stage).Reply()).To(MatchRegexp("^[23]"))
		t.End()
		Expect(t.Errors()).To(ContainSubstring("When panicked: эвдэрсэн"))
	})

	It("asks When about the exchange", func() {
		srv := serverWith(harness.On(stage).When(func(x *harness.Exchange) bool { return x.Stage != stage }).Reply(550))
		Expect(upTo(srv, stage).Reply()).To(MatchRegexp("^[23]"))
	})

	It("takes the place of the server's text, and no more, with a reply of the class that succeeds", func() {
		code, want := 250, "250 болж байна"
		switch stage {
		case harness.DATA:
			code, want = 354, "354 болж байна"
		case harness.CONNECT, harness.STARTTLS:
			code, want = 220, "220 болж байна"
		case harness.AUTH:
			code, want = 235, "235 болж байна"
		case harness.QUIT:
			code, want = 221, "221 болж байна"
		}
		srv := serverWith(harness.On(stage).Once().Reply(code, "болж байна"))
		c := upTo(srv, stage)
		Expect(c.Reply()).To(Equal(want))
		switch stage {
		case harness.STARTTLS:
			Expect(c.Handshake(srv.ClientTLSConfig())).To(Succeed())
		case harness.DATA:
			c.Octets(text + "\r\n.\r\n")
			Expect(c.Reply()).To(HavePrefix("250"))
			Expect(srv.Messages()).To(HaveLen(1))
		case harness.BODY:
			Expect(srv.Messages()).To(HaveLen(1))
			Expect(srv.Messages()[0].Reply.Lines).To(Equal([]string{"болж байна"}))
		case harness.QUIT:
			c.ExpectFIN()
			Expect(only(srv).End).To(Equal(harness.EndQuit))
		default:
			c.Hello()
		}
	})

	It("counts its hits for a value and for a server apart", func() {
		rule := harness.On(stage).Once().Reply(451, "x")
		first, second := serverWith(), serverWith()
		one, two := first.AddRule(rule), second.AddRule(rule)
		Expect(upTo(first, stage).Reply()).To(HavePrefix("451"))
		Expect(upTo(first, stage).Reply()).To(MatchRegexp("^[23]"))
		Expect(upTo(second, stage).Reply()).To(HavePrefix("451"))
		Expect([]int{rule.Hits(), one.Hits(), two.Hits()}).To(Equal([]int{2, 1, 1}))
	})

	It("ends with RemoveRule", func() {
		srv := serverWith()
		rule := srv.AddRule(harness.On(stage).Reply(451, "x"))
		Expect(upTo(srv, stage).Reply()).To(HavePrefix("451"))
		srv.RemoveRule(rule)
		Expect(upTo(srv, stage).Reply()).To(MatchRegexp("^[23]"))
	})
}, everyStage())

// expectResetAtOnce meets a reset that may come before the connect is over.
func expectResetAtOnce(ctx context.Context, srv *harness.Server) {
	GinkgoHelper()
	conn, err := srv.Dial(ctx)
	if err == nil {
		defer conn.Close()
		_, err = rawclient.Over(conn, rawclient.Patience).Rest()
	}
	Expect(err).To(MatchError(syscall.ECONNRESET))
}

var _ = Describe("The message of an exchange", func() {
	It("is there at BODY, before it is accepted", func() {
		var raw string
		srv := serverWith(harness.On(harness.BODY).Do(func(x *harness.Exchange) *harness.Reply {
			raw = string(x.Message.Raw())
			return nil
		}))
		c := rawclient.Hello(srv)
		Expect(c.Send("..dots\r\n\r\n" + strings.Repeat("x", 100))).To(HavePrefix("250"))
		Expect(raw).To(Equal(".dots\r\n\r\n" + strings.Repeat("x", 100) + "\r\n"))
	})
})
