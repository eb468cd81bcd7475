package extensions_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

// lhlo starts a server of LMTP and says LHLO.
func lhlo(options ...harness.Option) (*harness.Server, *rawclient.Client) {
	GinkgoHelper()
	srv := harness.NewServer(GinkgoT(), append(options, harness.LMTP(), harness.Advertise("CHUNKING"))...)
	c := rawclient.Dial(srv)
	Expect(c.Reply()).To(Equal("220 mx.harness.test LMTP ready"))
	c.Expecting("250", "LHLO client.example")
	return srv, c
}

// rcpts says MAIL, and RCPT for each local part.
func rcpts(c *rawclient.Client, local ...string) {
	GinkgoHelper()
	c.Expecting("250", mail)
	for _, l := range local {
		c.Expecting("250", "RCPT TO:<"+l+"@example.com>")
	}
}

// finals are the codes of the recipients' last replies.
func finals(e harness.Envelope) (codes []int) {
	for _, r := range e.Recipients {
		codes = append(codes, r.Final.Code)
	}
	return codes
}

// ways are how message data is sent.
var ways = map[string]func(c *rawclient.Client, data string){
	"DATA": func(c *rawclient.Client, data string) {
		GinkgoHelper()
		c.Expecting("354", "DATA")
		c.Octets(data + ".\r\n")
	},
	"BDAT": func(c *rawclient.Client, data string) {
		GinkgoHelper()
		c.Octets(chunk(data[:1]))
		Expect(c.Reply()).To(HavePrefix("250"))
		c.Octets(lastChunk(data[1:]))
	},
}

var refuseBad = harness.On(harness.BODY).To("bad@*").Reply(550, "5.1.1 Nobody here")

var _ = Describe("LMTP, RFC 2033", func() {
	It("knows LHLO and neither EHLO nor HELO", func() {
		srv, c := lhlo()
		c.Dialogue("EHLO x", "500", "HELO x", "500", "NOOP", "250")
		Expect(only(srv).Hello).To(Equal("client.example"))
	})
	It("is not spoken on an SMTP port", func() {
		rawclient.Hello(harness.NewServer(GinkgoT())).Expecting("500", "LHLO x")
	})
	It("begins with LHLO", func() {
		srv := harness.NewServer(GinkgoT(), harness.LMTP())
		c := rawclient.Dial(srv)
		c.Reply()
		c.Dialogue(mail, "503", "LHLO", "501", "LHLO x", "250", mail, "250")
	})
	It("refuses DATA without recipients, §4.2", func() {
		_, c := lhlo(harness.WithRules(harness.RejectRecipient("*", 550, "5.1.1 x")))
		c.Dialogue(mail, "250", rcpt, "550", "DATA", "503")
	})

	for _, way := range []string{"DATA", "BDAT"} {
		send := ways[way]
		Context("with "+way, func() {
			It("answers once for each recipient", func() {
				srv, c := lhlo()
				rcpts(c, "a", "b", "a")
				send(c, "hi\r\n")
				for range 3 {
					Expect(c.Reply()).To(Equal("250 2.0.0 Ok: queued as 1"))
				}
				c.Expecting("250", "NOOP")
				Expect(onlyMessage(srv)).To(BeSentTo("a@example.com", "b@example.com", "a@example.com"))
				Expect(string(onlyMessage(srv).Raw())).To(Equal("hi\r\n"))
			})
			It("answers for those alone that RCPT accepted", func() {
				srv, c := lhlo(harness.WithRules(harness.RejectRecipient("no@*", 550, "5.1.1 x")))
				c.Dialogue(mail, "250", "RCPT TO:<no@example.com>", "550", rcpt, "250")
				send(c, "hi\r\n")
				Expect(replies(c, 1)).To(Equal("250"))
				c.Expecting("250", "NOOP")
				Expect(finals(onlyMessage(srv).Envelope)).To(Equal([]int{0, 250}))
			})
			It("gives each recipient its own verdict, in order", func() {
				srv, c := lhlo(harness.WithRules(refuseBad))
				rcpts(c, "a", "bad", "b")
				send(c, "hi\r\n")
				Expect(c.Reply()).To(HavePrefix("250 2.0.0"))
				Expect(c.Reply()).To(Equal("550 5.1.1 Nobody here"))
				Expect(c.Reply()).To(HavePrefix("250 2.0.0"))
				e := onlyMessage(srv).Envelope
				Expect(e.To()).To(Equal([]string{"a@example.com", "b@example.com"}))
				Expect(finals(e)).To(Equal([]int{250, 550, 250}))
				Expect(e.Recipients[1].Final.Rule).NotTo(BeEmpty())
				Expect(e.Recipients[2].Final.Text()).To(Equal("2.0.0 Ok: queued as 1"))
			})
			It("keeps nothing that everybody refused", func() {
				srv, c := lhlo(harness.WithRules(refuseBad))
				rcpts(c, "bad", "bad")
				send(c, "hi\r\n")
				Expect(replies(c, 2)).To(Equal("550 550"))
				Expect(srv.Messages()).To(BeEmpty())
				rcpts(c, "a")
				send(c, "ho\r\n")
				Expect(replies(c, 1)).To(Equal("250"))
				Expect(string(onlyMessage(srv).Raw())).To(Equal("ho\r\n"))
			})
			It("tells everybody of a message over the limit", func() {
				srv, c := lhlo(harness.Advertise("SIZE 10"))
				rcpts(c, "a", "b")
				send(c, "far more than this\r\n")
				Expect(replies(c, 2)).To(Equal("552 552"))
				Expect(srv.Messages()).To(BeEmpty())
				c.Expecting("250", mail)
			})
			It("words one recipient's success by a rule", func() {
				srv, c := lhlo(harness.WithRules(harness.On(harness.BODY).To("b@*").Reply(250, "2.6.0 taken")))
				rcpts(c, "a", "b")
				send(c, "hi\r\n")
				Expect(c.Reply()).To(Equal("250 2.0.0 Ok: queued as 1"))
				Expect(c.Reply()).To(Equal("250 2.6.0 taken"))
				Expect(onlyMessage(srv).Reply.Text()).To(Equal("2.0.0 Ok: queued as 1"))
				Expect(onlyMessage(srv).Envelope.Recipients[1].Final.Text()).To(Equal("2.6.0 taken"))
			})
			It("drops the connection between two replies", func(ctx SpecContext) {
				srv, c := lhlo(harness.WithRules(harness.On(harness.BODY).To("bad@*").Drop()))
				rcpts(c, "a", "bad", "b")
				send(c, "hi\r\n")
				Expect(replies(c, 1)).To(Equal("250"))
				c.ExpectFIN()
				Expect(ended(ctx, srv)).To(HaveEndedWith(harness.EndDropped))
				Expect(onlyMessage(srv).Envelope.To()).NotTo(ContainElement("bad@example.com"))
			})
			It("falls silent between two replies", func() {
				srv, c := lhlo(harness.WithRules(harness.On(harness.BODY).To("bad@*").Stall()))
				rcpts(c, "a", "bad", "b")
				send(c, "hi\r\n")
				Expect(replies(c, 1)).To(Equal("250"))
				c.Lines("NOOP")
				Eventually(func() string { return only(srv).Last() }).Should(Equal("NOOP"))
				Expect(only(srv).End).To(Equal(harness.StillOpen))
			})
			It("tells each of them of a store that fails", func() {
				srv := harness.NewServer(GinkgoT(), harness.LMTP(), harness.Advertise("CHUNKING"), harness.WithKeep(harness.Keep{Bytes: 100}))
				c := rawclient.Dial(srv)
				c.Reply()
				c.Expecting("250", "LHLO x")
				rcpts(c, "a", "b")
				send(c, strings.Repeat("x", 1000)+"\r\n")
				Expect(replies(c, 2)).To(Equal("451 451"))
			})
			It("shows every reply in the transcript, which reads back", func() {
				srv, c := lhlo(harness.WithRules(refuseBad))
				rcpts(c, "a", "bad", "b")
				send(c, "hi\r\n")
				Expect(replies(c, 3)).To(Equal("250 550 250"))
				c.Quit()
				text := only(srv).Transcript()
				Expect(strings.Count(text, "S: 250 2.0.0 Ok: queued as 1")).To(Equal(2))
				Expect(text).To(ContainSubstring("S: 550 5.1.1 Nobody here   <- rule: "))
				back, err := record.ParseTranscript(text)
				Expect(err).NotTo(HaveOccurred())
				Expect(back.Transcript()).To(Equal(text))
				Expect(only(srv)).To(SatisfyAll(HaveReply(harness.BODY, 250), HaveReply(harness.BODY, 550)))
			})
			It("serves a whole pipeline", func() {
				srv, c := lhlo(harness.WithRules(refuseBad))
				body := lastChunk("hi\r\n")
				for range 2 {
					c.Octets(mail + "\r\nRCPT TO:<a@example.com>\r\nRCPT TO:<bad@example.com>\r\n")
					if way == "DATA" {
						c.Lines("DATA")
						Expect(replies(c, 4)).To(Equal("250 250 250 354"))
						c.Octets("hi\r\n.\r\nNOOP\r\n")
						Expect(replies(c, 3)).To(Equal("250 550 250"))
						continue
					}
					c.Octets(body + "NOOP\r\n")
					Expect(replies(c, 6)).To(Equal("250 250 250 250 550 250"))
				}
				Expect(srv.Messages()).To(HaveLen(2))
			})
		})
	}

	It("answers a failed LAST for each recipient too", func() {
		_, c := lhlo(harness.WithRules(harness.On(harness.BDAT).Reply(452, "4.3.1 full")))
		rcpts(c, "a", "b")
		c.Octets(chunk("a") + lastChunk("b") + "NOOP\r\n")
		Expect(replies(c, 4)).To(Equal("452 503 503 250"))
	})
	It("calls OnMessage with the verdicts", func() {
		var to []string
		_, c := lhlo(harness.WithRules(refuseBad), harness.OnMessage(func(m *harness.Message) { to = m.Envelope.To() }))
		rcpts(c, "bad", "a")
		ways["DATA"](c, "hi\r\n")
		Expect(replies(c, 2)).To(Equal("550 250"))
		Expect(to).To(Equal([]string{"a@example.com"}))
	})
	It("lets a rule keep what it saw of the envelope", func() {
		var kept []harness.Envelope
		keep := harness.On(harness.RCPT).Do(func(x *harness.Exchange) *harness.Reply {
			kept = append(kept, x.Envelope)
			return nil
		})
		_, c := lhlo(harness.WithRules(keep))
		rcpts(c, "a", "b")
		ways["DATA"](c, "hi\r\n")
		replies(c, 2)
		Expect(finals(kept[1])).To(Equal([]int{0}))
	})
	It("answers a rule's Do for each recipient", func() {
		var seen []string
		_, c := lhlo(harness.WithRules(harness.On(harness.BODY).Do(func(x *harness.Exchange) *harness.Reply {
			seen = append(seen, x.Address)
			return nil
		})))
		rcpts(c, "a")
		ways["DATA"](c, "hi\r\n")
		Expect(replies(c, 1)).To(Equal("250"))
		Expect(seen).To(Equal([]string{"a@example.com"}))
	})
})
