package anomalies_test

import (
	"encoding/json"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

const faulty = "S: x\r\n\r\none\ntwo\r\n"

var _ = Describe("A fault in message data", func() {
	It("says with which command it came, where it is, and what is around it", func() {
		s := run(harness.NewServer(GinkgoT()), sends(faulty))
		a := first(s, "bare-lf-in-data")
		Expect(s.Commands[a.Command-1].Verb).To(Equal("BODY"))
		Expect(a.Offset).To(Equal(strings.Index(faulty, "\ntwo")))
		Expect(s.Messages[0].Sent()[a.Offset]).To(Equal(byte('\n')))
		Expect(a.Octets).To(Equal(faulty))
		Expect(a.More).To(BeZero())
	})

	It("is listed five times for each kind, and then counted", func() {
		s := run(harness.NewServer(GinkgoT()), sends("S: x\r\n\r\n"+strings.Repeat("a\n", 100_000)+"\r\n"))
		Expect(kinds(s)).To(HaveExactElements(append(repeated("bare-lf-in-data", 5), "long-text-line")))
		Expect(s.Anomalies[3].More).To(BeZero())
		Expect(s.Anomalies[4].More).To(Equal(99_995))
		for _, a := range s.Anomalies {
			Expect(len(a.Octets)).To(BeNumerically("<=", 80))
		}
	})

	It("is bounded over all messages of a session", func() {
		srv := harness.NewServer(GinkgoT())
		s := run(srv, func(c *rawclient.Client, _ *harness.Server) {
			c.Hello()
			for range 50 {
				Expect(c.Send("S: x\r\n\r\n" + strings.Repeat("\n", 9))).To(HavePrefix("250"))
			}
			c.Quit()
		})
		Expect(s.Anomalies).To(HaveLen(200))
	})

	It("is the same for everybody who looks, at the same time too", func() {
		srv := harness.NewServer(GinkgoT())
		want := run(srv, sends(faulty)).Anomalies
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				defer GinkgoRecover()
				Expect(only(srv).Anomalies).To(Equal(want))
			})
		}
		all.Wait()
	})

	It("goes through JSON and through a transcript without loss", func() {
		s := run(harness.NewServer(GinkgoT()), sends("S: х\r\n\r\n.a\n\r\"b\x00 ##[c]\r\n"+strings.Repeat("\n", 9)+"\r\n"))
		Expect(len(s.Anomalies)).To(BeNumerically(">", 7))
		encoded, err := json.Marshal(s)
		Expect(err).NotTo(HaveOccurred())
		var decoded record.Session
		Expect(json.Unmarshal(encoded, &decoded)).To(Succeed())
		Expect(decoded.Anomalies).To(Equal(s.Anomalies))
		parsed, err := record.ParseTranscript(s.Transcript())
		Expect(err).NotTo(HaveOccurred())
		Expect(parsed.Anomalies).To(Equal(s.Anomalies))
	})

	It("is seen by OnSession, by a rule and in a report", func() {
		var ending []string
		var seen []string
		srv := harness.NewServer(GinkgoT(), harness.OnSession(func(s *harness.Session) { ending = kinds(s) }),
			harness.WithRules(harness.On(harness.QUIT).When(func(x *harness.Exchange) bool { seen = kinds(x.Session()); return false }).Reply(221)))
		run(srv, sends(faulty))
		Expect(ending).To(ConsistOf("bare-lf-in-data"))
		Expect(seen).To(ConsistOf("bare-lf-in-data"))
		Expect(srv.Report().String()).To(ContainSubstring("!! bare-lf-in-data: "))
	})

	It("fails a test that is Strict before the client has its 250", func() {
		t := &rawclient.FakeTest{}
		srv := harness.NewServer(t, harness.Strict())
		Expect(rawclient.Hello(srv).Send("S: x\r\n\r\none\ntwo")).To(HavePrefix("250"))
		Expect(srv.Violations()).To(HaveExactElements(harness.Violation{Session: 1, Command: 5, Rule: "Strict()", RFC: "RFC 5321 §2.3.8",
			Text: "bare-lf-in-data: message data held an LF without a CR before it at 11"}))
		Expect(only(srv).Anomalies).To(HaveLen(1), "found once")
	})

	It("is kept if the message was refused", func() {
		for _, opts := range [][]harness.Option{
			{harness.WithRules(harness.RejectMessage(554, "5.6.0 no"))},
			{harness.WithKeep(harness.Keep{Bytes: 1 << 20}), harness.WithRules(harness.On(harness.BODY).Drop())},
		} {
			srv := harness.NewServer(GinkgoT(), opts...)
			s := run(srv, func(c *rawclient.Client, _ *harness.Server) {
				c.Hello()
				c.Begin()
				c.Octets(faulty + ".\r\n")
				c.TryReply()
			})
			Expect(s.Messages).To(BeEmpty())
			Expect(kinds(s)).To(ContainElement("bare-lf-in-data"))
		}
	})

	It("goes with its message when that is forgotten", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithKeep(harness.Keep{Messages: 1}))
		s := run(srv, func(c *rawclient.Client, _ *harness.Server) {
			c.Hello()
			Expect(c.Send("S: x\r\n\r\none\ntwo")).To(HavePrefix("250"))
			Expect(kinds(only(srv))).To(ConsistOf("bare-lf-in-data"))
			Expect(c.Send("S: x\r\n\r\none\x00two")).To(HavePrefix("250"))
			c.Quit()
		})
		Expect(kinds(s)).To(ConsistOf("nul-in-data"))
	})

	It("is found in data that has no end: the client took LF.LF for one", func() {
		srv := harness.NewServer(GinkgoT())
		s := run(srv, func(c *rawclient.Client, _ *harness.Server) {
			c.Hello()
			c.Begin()
			c.Octets("S: x\n\nx\n.\n")
		})
		Expect(kinds(s)).To(HaveExactElements(repeated("bare-lf-in-data", 4)))
		Expect(s.Anomalies[3].Offset).To(Equal(9))
	})

	It("is not the beginning of an end that never came", func() {
		for _, end := range []string{"\r", "\r\n", "\r\n.", "\r\n.\r"} {
			s := run(harness.NewServer(GinkgoT()), func(c *rawclient.Client, _ *harness.Server) {
				c.Hello()
				c.Begin()
				c.Octets("S: x" + end)
			})
			Expect(s.Anomalies).To(BeEmpty(), "behind %q", end)
		}
	})

	It("is found in long data, in several pieces, and in chunks", func() {
		long := "S: x\r\n\r\n" + strings.Repeat(strings.Repeat("a", 70)+"\r\n", 10_000)
		for _, p := range []play{sends(long + "\x00\r\n"), chunks(mail, long+"\x00")} {
			a := first(run(harness.NewServer(GinkgoT(), chunking), p), "nul-in-data")
			Expect(a.Offset).To(Equal(len(long)))
		}
	})

	It("is found once with LMTP, whoever is told of the message", func() {
		for _, opts := range [][]harness.Option{nil, {harness.Strict()}, {harness.WithRules(harness.RejectMessage(554, "no"))}} {
			t := &rawclient.FakeTest{}
			srv := harness.NewServer(t, append(opts, harness.LMTP())...)
			s := run(srv, func(c *rawclient.Client, _ *harness.Server) {
				c.Dialogue("LHLO client.example", "250", mail, "250", rcpt, "250", "RCPT TO:<dulmaa@example.com>", "250", "DATA", "354")
				c.Octets(faulty + ".\r\n")
				c.Reply()
				c.Reply()
				c.Quit()
			})
			Expect(kinds(s)).To(ConsistOf("bare-lf-in-data"))
			t.End()
		}
	})

	It("is found in a session whose dialogue is a script", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithPeer(func(p *harness.Peer) error {
			p.Reply(220, "ready")
			for _, answer := range []int{250, 250, 354} {
				if _, err := p.ReadLine(); err != nil {
					return err
				}
				p.Reply(answer, "ok")
			}
			m, err := p.ReadData()
			if err != nil {
				return err
			}
			return p.Accept(m, "dorj@example.mn", "bat@example.com")
		}))
		s := run(srv, func(c *rawclient.Client, _ *harness.Server) {
			c.Expecting("250", "MAIL FROM:<dorj@example.mn> BODY=8BITMIME")
			c.Octets("RCPT TO:<bat@example.com>\n")
			c.Reply()
			c.Expecting("354", "DATA")
			c.Octets("S: x\r\n\r\nСайн\nуу\r\n.\r\n")
			c.ExpectFIN()
		})
		Expect(kinds(s)).To(ConsistOf("bare-lf", "bare-lf-in-data"))
	})
})

func repeated(kind string, n int) (all []any) {
	for range n {
		all = append(all, kind)
	}
	return all
}
