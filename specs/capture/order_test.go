package capture_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

func only(srv *harness.Server) *harness.Session {
	GinkgoHelper()
	Expect(srv.Sessions()).To(HaveLen(1))
	return srv.Sessions()[0]
}

func last(srv *harness.Server) harness.Command {
	GinkgoHelper()
	commands := only(srv).Commands
	Expect(commands).NotTo(BeEmpty())
	return commands[len(commands)-1]
}

var _ = Describe("What is in the record, and since when", func() {
	var (
		srv *harness.Server
		c   *rawclient.Client
	)
	BeforeEach(func() {
		srv = harness.NewServer(GinkgoT())
		c = rawclient.Dial(srv)
	})

	It("has the greeting before its first octet", func() {
		Expect(c.FirstOctet()).To(Equal(byte('2')))
		Expect(only(srv).Greeting.Lines).To(Equal([]string{"mx.harness.test ESMTP ready"}))
	})

	DescribeTable("has a reply before its first octet", func(before []string, line string, code int) {
		c.Reply()
		for _, b := range append([]string{"EHLO client.example"}, before...) {
			c.Ask(b)
		}
		for range 50 {
			c.Lines(line)
			c.FirstOctet()
			Expect(last(srv).Reply.Code).To(Equal(code))
			c.Reply()
		}
	},
		Entry("to EHLO", nil, "EHLO again.example", 250),
		Entry("to NOOP", nil, "NOOP", 250),
		Entry("to RCPT", []string{"MAIL FROM:<>"}, "RCPT TO:<bat@example.com>", 250),
		Entry("to an unknown command", nil, "XYZZY", 500),
		Entry("to a command out of order", nil, "DATA", 503),
	)

	It("has a command on arrival, before it is answered", func() {
		arrived := make(chan string, 1)
		srv.AddRule(harness.On(harness.NOOP).Do(func(x *harness.Exchange) *harness.Reply {
			arrived <- x.Session().Last()
			return nil
		}))
		c.Reply()
		c.Lines("NOOP сайн")
		Expect(<-arrived).To(Equal("NOOP сайн"))
	})

	It("has the command of a server that never answers", func() {
		srv.AddRule(harness.On(harness.NOOP).Stall())
		c.Reply()
		c.Lines("NOOP")
		Eventually(func() []string { return only(srv).Verbs() }).Should(Equal([]string{"NOOP"}))
		Expect(last(srv).Reply.Code).To(BeZero())
	})

	It("has a message before the first octet of its 250", func() {
		c.Reply()
		c.Hello()
		for i := range 50 {
			c.Begin()
			c.Octets(fmt.Sprintf("n: %d\r\n.\r\n", i+1))
			Expect(c.FirstOctet()).To(Equal(byte('2')))
			Expect(srv.Messages()).To(HaveLen(i + 1))
			Expect(only(srv).Messages).To(HaveLen(i + 1))
			Expect(string(srv.Messages()[i].Raw())).To(Equal(fmt.Sprintf("n: %d\r\n", i+1)))
			c.Reply()
		}
	})

	It("has the end before the first octet of the 221", func(ctx SpecContext) {
		c.Reply()
		c.Lines("QUIT")
		Expect(c.FirstOctet()).To(Equal(byte('2')))
		Expect(only(srv).End).To(Equal(harness.EndQuit))
		Expect(srv.WaitIdle(ctx)).To(Succeed())
	})

	It("calls OnMessage before the 250 and OnSession before the 221", func() {
		var calls []string
		srv := harness.NewServer(GinkgoT(),
			harness.OnMessage(func(m *harness.Message) { calls = append(calls, fmt.Sprint("message ", m.ID)) }),
			harness.OnSession(func(s *harness.Session) { calls = append(calls, fmt.Sprint("session ", s.ID, " ", s.End)) }))
		c := rawclient.Hello(srv)
		c.Begin()
		c.Octets("x\r\n.\r\n")
		c.FirstOctet()
		Expect(calls).To(Equal([]string{"message 1"}))
		c.Reply()
		c.Lines("QUIT")
		c.FirstOctet()
		Expect(calls).To(Equal([]string{"message 1", "session 1 QUIT"}))
	})

	DescribeTable("says how a session ended", func(ctx SpecContext, leave func(), end harness.End, detail string) {
		c.Reply()
		leave()
		sessions, err := srv.WaitForSessions(ctx, 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(sessions[0].End).To(Equal(end))
		Expect(sessions[0].EndDetail).To(Equal(detail))
	},
		Entry("with QUIT", func() { c.Quit() }, harness.EndQuit, ""),
		Entry("without QUIT", func() { c.Close() }, harness.EndClientClosed, ""),
		Entry("by a reset", func() { c.Break() }, harness.EndClientReset, ""),
		Entry("inside the message data", func() { c.Hello(); c.Begin(); c.Octets("x\r\n."); c.Close() }, harness.EndClientClosed, "inside the message data"),
		Entry("inside a line", func() { c.Octets("NOO"); c.Close() }, harness.EndClientClosed, ""),
		Entry("by the server", func() { srv.Close() }, harness.EndServerClosed, ""),
	)

	It("tells a line that was cut off from a whole one", func(ctx SpecContext) {
		c.Reply()
		c.Octets("NOOP\r")
		c.Close()
		sessions, err := srv.WaitForSessions(ctx, 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(sessions[0].Commands).To(HaveLen(1))
		Expect(string(sessions[0].Commands[0].Raw())).To(Equal("NOOP\r"))
		Expect(sessions[0].Anomalies).To(ContainElement(HaveField("Kind", "cut-line")))
	})

	It("marks what a client sent before the reply to the command before", func() {
		c.Reply()
		c.Hello()
		c.Lines("NOOP one", "NOOP two")
		c.Reply()
		c.Reply()
		c.Expecting("250", "NOOP three")
		var marks []bool
		for _, command := range only(srv).Commands {
			marks = append(marks, command.Pipelined)
		}
		Expect(marks).To(Equal([]bool{false, false, true, false}))
	})
})
