package delivery_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = DescribeTableSubtree("An answer that leaves in its own way", func(w transport) {
	const line = "250 2.0.0 дуслаар\r\n"
	noop := harness.On(harness.NOOP).Once().Reply(250, "2.0.0 дуслаар")

	DescribeTable("is whole behind its last piece, and the session goes on", func(rule harness.Rule, want string) {
		srv := w.server(rule)
		c := w.hello(srv)
		c.Lines("NOOP", "RSET")
		Expect(c.Exactly(len(want))).To(Equal(want))
		Expect(c.Reply()).To(HavePrefix("250"))
		Expect(c.Send(text)).To(HavePrefix("250"))
		c.Quit()
		Expect(only(srv).Commands[1].Reply.Octets()).To(Equal(want))
		Expect(only(srv).End).To(Equal(harness.EndQuit))
		Expect(rule.Hits()).To(Equal(1))
	},
		Entry("Split", noop.Split(1, 4, 12, 13, 20), line),
		Entry("Split with Delay", noop.Split(5).Delay(time.Millisecond), line),
		Entry("Drip of one octet", noop.Drip(1, time.Microsecond), line),
		Entry("Drip without a pause", noop.Drip(2, 0), line),
		Entry("Drip of more than there is", noop.Drip(1000, time.Hour), line),
		Entry("Hold", noop.Hold(), line),
		Entry("Early", noop.Early([]byte("\x00\xff")), "\x00\xff"+line),
		Entry("Trail: a reply that nobody asked for", noop.Trail([]byte("250 one more\r\n")), line+"250 one more\r\n"),
		Entry("Early and Trail and Split", noop.Early([]byte("250-")).Trail([]byte("тэгээд\n")).Split(2, 30), "250-"+line+"тэгээд\n"),
		Entry("ReplyRaw of any octets", harness.On(harness.NOOP).ReplyRaw(everyOctet()).Once(), string(everyOctet())),
	)

	It("answers a command before it came, with Trail", func() {
		srv := w.server(harness.On(harness.MAIL).Trail([]byte("550 5.1.1 No such user\r\n")))
		c := w.hello(srv)
		c.Expecting("250", mail)
		c.Expecting("550 5.1.1", rcpt)
		Expect(c.Reply()).To(HavePrefix("250 2.1.5"))
	})

	It("keeps the order of replies to a client that pipelines", func() {
		srv := w.server(harness.On(harness.MAIL).Hold(), harness.On(harness.RCPT).Occurrence(1).Drip(3, 0),
			harness.On(harness.RCPT).Occurrence(2).Hold(), harness.On(harness.DATA).Split(1, 2))
		c := w.hello(srv)
		c.Lines(mail, rcpt, rcpt, "DATA")
		for _, want := range []string{"250 2.1.0", "250 2.1.5", "250 2.1.5", "354"} {
			Expect(c.Reply()).To(HavePrefix(want))
		}
		c.Octets(text + "\r\n.\r\n")
		Expect(c.Reply()).To(HavePrefix("250"))
	})
}, overEach())

func everyOctet() []byte {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	return append(all, "\n250 so be it\r\n"...)
}

// reads is what each Read of a client returns, which in a bubble is what the
// server wrote since the one before.
func reads(rule harness.Rule, octets string) (all []string) {
	GinkgoHelper()
	synctest.Test(suiteT, func(t *testing.T) {
		defer GinkgoRecover()
		srv := harness.NewServer(t, harness.InMemory(), harness.WithRules(rule), harness.ReportTo(GinkgoT()))
		conn, err := srv.Dial(t.Context())
		Expect(err).NotTo(HaveOccurred())
		defer conn.Close()
		_, err = conn.Write([]byte(octets))
		Expect(err).NotTo(HaveOccurred())
		for {
			synctest.Wait()
			conn.SetReadDeadline(time.Now().Add(time.Minute))
			buf := make([]byte, 1<<16)
			n, err := conn.Read(buf)
			if err != nil {
				break
			}
			all = append(all, string(buf[:n]))
		}
	})
	return all
}

var _ = Describe("In virtual time the reads of a client are the segments of the server", func() {
	const greeting = "220 mx.harness.test ESMTP ready\r\n"
	at := harness.On(harness.CONNECT)
	It("with Split", func() {
		Expect(reads(at.Split(1, 5, 31), "")).To(Equal([]string{"2", "20 m", "x.harness.test ESMTP ready", "\r\n"}))
	})
	It("with Drip", func() {
		Expect(reads(at.Drip(1, time.Second), "")).To(Equal(strings.Split(greeting, "")))
	})
	It("with Early and Trail, which are in the answer's", func() {
		Expect(reads(at.Early([]byte("a")).Trail([]byte("b")), "")).To(Equal([]string{"a" + greeting + "b"}))
	})
	It("with Hold, which joins two", func() {
		Expect(reads(harness.On(harness.RSET).Hold(), "RSET\r\nNOOP\r\n")).To(Equal([]string{greeting + "250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n"}))
		Expect(reads(at.Hold(), "NOOP\r\n")).To(Equal([]string{greeting + "250 2.0.0 Ok\r\n"}))
	})
})

var _ = Describe("A held answer", func() {
	DescribeTable("is sent alone once no other will come", func(w transport) {
		srv := w.server(harness.On(harness.NOOP).Hold())
		conn, err := srv.Dial(context.Background())
		Expect(err).NotTo(HaveOccurred())
		defer conn.Close()
		c := rawclient.Over(conn, rawclient.Patience)
		c.Reply()
		c.Lines("NOOP")
		c.ExpectSilence(20 * time.Millisecond)
		Expect(conn.(interface{ CloseWrite() error }).CloseWrite()).To(Succeed())
		Expect(c.Reply()).To(HavePrefix("250"))
		c.ExpectFIN()
		Expect(only(srv).End).To(Equal(harness.EndClientClosed))
	}, Entry("over TCP", tcp), Entry("in memory", memory))
})
