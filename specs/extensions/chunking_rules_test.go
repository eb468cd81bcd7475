package extensions_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = Describe("Rules over chunks", func() {
	ruled := func(rules ...harness.Rule) (*harness.Server, *rawclient.Client) {
		GinkgoHelper()
		srv := harness.NewServer(GinkgoT(), harness.Advertise("CHUNKING"), harness.WithRules(rules...))
		return srv, begun(srv)
	}

	It("of BODY are about LAST", func() {
		srv, c := ruled(harness.RejectMessage(554, "5.6.0 x"))
		c.Octets(chunk("a") + lastChunk("b"))
		Expect(c.Reply()).To(HavePrefix("250"))
		Expect(c.Reply()).To(Equal("554 5.6.0 x"))
		Expect(srv.Messages()).To(BeEmpty())
		c.Expecting("250", mail)
	})
	It("of BODY see the message", func() {
		var seen string
		srv, c := ruled(harness.On(harness.BODY).Do(func(x *harness.Exchange) *harness.Reply {
			seen = string(x.Message.Raw())
			return nil
		}))
		c.Octets(chunk("a") + lastChunk("b"))
		Expect(replies(c, 2)).To(Equal("250 250"))
		Expect(seen).To(Equal("ab"))
		Expect(srv.Messages()).To(HaveLen(1))
	})
	It("of BODY may word the success", func() {
		srv, c := ruled(harness.On(harness.BODY).Reply(250, "2.6.0 taken"))
		c.Octets(lastChunk("b"))
		Expect(c.Reply()).To(Equal("250 2.6.0 taken"))
		Expect(onlyMessage(srv).Reply.Text()).To(ContainSubstring("taken"))
	})
	It("of BDAT are about the chunks before", func() {
		srv, c := ruled(harness.On(harness.BDAT).Nth(2).Reply(452, "4.3.1 full"))
		c.Octets(chunk("a") + chunk("QUIT\r\n") + chunk("c") + lastChunk("d") + "NOOP\r\n")
		Expect(replies(c, 5)).To(Equal("250 452 503 503 250"))
		Expect(srv.Messages()).To(BeEmpty())
		c.Expecting("250", mail)
	})
	It("end a transaction whose last chunk they answer after a failure", func() {
		_, c := ruled(harness.On(harness.BDAT).Reply(452, "4.3.1 full"), harness.On(harness.BODY).Reply(554, "5.6.0 x"))
		c.Octets(chunk("a") + lastChunk("d") + mail + "\r\n")
		Expect(replies(c, 3)).To(Equal("452 554 250"))
	})
	It("may drop the connection at a chunk", func(ctx SpecContext) {
		srv, c := ruled(harness.On(harness.BDAT).Drop())
		c.Octets(chunk("a"))
		c.ExpectFIN()
		Expect(ended(ctx, srv)).To(HaveEndedWith(harness.EndDropped))
	})
	It("may lose the final reply", func(ctx SpecContext) {
		srv, c := ruled(harness.LoseFinalReply())
		c.Octets(lastChunk("a"))
		c.ExpectFIN()
		Expect(srv.Messages()).To(HaveLen(1))
	})
	It("may never answer", func() {
		srv, c := ruled(harness.GoSilent(harness.BDAT))
		c.Octets(chunk("a"))
		c.Lines("NOOP")
		Eventually(func() []string { return only(srv).Verbs() }).Should(HaveExactElements("EHLO", "MAIL", "RCPT", "BDAT", "NOOP"))
	})
	It("drop the connection within the octets", func(ctx SpecContext) {
		srv, c := ruled(harness.On(harness.BODY).DropAfterBytes(5))
		c.Octets(chunk("abc"))
		Expect(c.Reply()).To(HavePrefix("250"))
		c.Octets("BDAT 1000\r\nde")
		c.Rest()
		Expect(ended(ctx, srv)).To(HaveEndedWith(harness.EndDropped))
		Expect(srv.Messages()).To(BeEmpty())
	})
})
