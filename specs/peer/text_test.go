package peer_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"net"
	"net/smtp"
	"net/textproto"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = Describe("A step of a script as text", func() {
	It("S: and C: are a dialogue", func(ctx SpecContext) {
		srv := reading(`
			# a whole session
			S: 220 peer.example
			C: EHLO *
			S: 250-peer.example
			S: 250 8BITMIME
			C: MAIL FROM:<*@example.mn>*
			S: 250 ok
			C: rcpt to:*
			S: 550 5.1.1 үгүй
			C: QUIT
			S: 221 bye`)
		c := rawclient.Dial(srv)
		Expect(c.Reply()).To(Equal("220 peer.example"))
		Expect(c.Hello()).To(Equal("250-peer.example\r\n250 8BITMIME"))
		c.Dialogue("MAIL FROM:<a@example.mn> SIZE=5", "250 ok", "RCPT TO:<x>", "550 5.1.1 үгүй", "QUIT", "221 bye")
		c.ExpectFIN()
		Expect(ended(ctx, srv).End).To(Equal(harness.EndQuit))
	})

	It("C: that is not met is a violation", func() {
		script, err := harness.ParsePeer("S: 220 x\nC: EHLO *\nS: 250 x")
		Expect(err).NotTo(HaveOccurred())
		srv, complaints := complaining(script)
		c := rawclient.Dial(srv)
		c.Reply()
		c.Lines("HELO x")
		c.ExpectFIN()
		Expect(complaints()).To(Equal(`harness: WithPeer: expected "EHLO *", the client sent "HELO x"`))
	})

	It("S> is octets, and a write for each", func(ctx SpecContext) {
		srv := reading(`S> "220-a\r\n2"
			wait 1ms
			S> "20 b\r\n\x00"
			close`)
		rest, err := rawclient.Dial(srv).Rest()
		Expect(err).NotTo(HaveOccurred())
		Expect(rest).To(Equal("220-a\r\n220 b\r\n\x00"))
		Expect(told(ended(ctx, srv))).To(Equal(rest))
		Expect(srv.Sessions()[0].EndDetail).To(Equal("closed by the peer's script"))
	})

	It("C. is message data", func(ctx SpecContext) {
		srv := reading("S: 354 go on\nC. data\nS: 250 ok\nC: QUIT\nS: 221 bye")
		c := rawclient.Dial(srv)
		c.Reply()
		c.Octets("QUIT\r\n..\r\n.\r\n")
		Expect(c.Reply()).To(Equal("250 ok"))
		c.Expecting("221", "QUIT")
		Expect(ended(ctx, srv).Verbs()).To(Equal([]string{"BODY", "QUIT"}))
		Expect(srv.Sessions()[0].Commands[0].Size).To(Equal(len("QUIT\r\n.\r\n")))
	})

	It("starttls is a handshake, and what comes behind is inside TLS", func(ctx SpecContext) {
		srv := reading("S: 220 x\nC: EHLO *\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nstarttls\nC: EHLO *\nS: 250 secret\nC: QUIT\nS: 221 bye",
			harness.WithSTARTTLS())
		c := rawclient.Dial(srv)
		c.Reply()
		c.Hello()
		Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
		Expect(c.Hello()).To(Equal("250 secret"))
		c.Quit()
		got := ended(ctx, srv)
		Expect(got.TLS.Version).To(Equal("TLS 1.3"))
		Expect(got.Verbs()).To(Equal([]string{"EHLO", "STARTTLS", "EHLO", "QUIT"}))
	})

	It("starttls drops what came before the handshake, and a client that breaks it is no violation", func(ctx SpecContext) {
		srv := reading("S: 220 x\nC: STARTTLS\nS: 220 go\nstarttls\nC: NOOP\nS: 250 ok", harness.WithSTARTTLS())
		c := rawclient.Dial(srv)
		c.Reply()
		c.Octets("STARTTLS\r\nRSET\r\n")
		c.Reply()
		Expect(c.Handshake(srv.ClientTLSConfig())).To(Succeed())
		c.Expecting("250", "NOOP")
		Expect(ended(ctx, srv).Anomalies).To(ContainElement(HaveField("Kind", "octets-behind-starttls")))

		c = rawclient.Dial(srv)
		c.Reply()
		Expect(c.StartTLS(&tls.Config{ServerName: "other.example"})).NotTo(Succeed())
		c.Close()
		Eventually(func() harness.End { return srv.Sessions()[1].End }).Should(Equal(harness.EndTLSFailed))
	})

	It("silence reads on, half-close closes one direction, reset breaks it", func(ctx SpecContext) {
		c := rawclient.Dial(reading("S: 220 x\nhalf-close\nsilence"))
		Expect(c.Reply()).To(Equal("220 x"))
		c.ExpectFIN()
		c.Lines("EHLO x")
		c.Close()

		c = rawclient.Dial(reading("S: 220 x\nC: EHLO *\nreset"))
		c.Reply()
		c.Lines("EHLO x")
		c.ExpectReset()
	})

	It("half-close inside TLS is an end in order", func(ctx SpecContext) {
		srv := reading("S: 220 x\nhalf-close\nC: QUIT", harness.WithImplicitTLS())
		conn, err := srv.Dial(ctx)
		Expect(err).NotTo(HaveOccurred())
		defer conn.Close()
		config := srv.ClientTLSConfig()
		config.MaxVersion = tls.VersionTLS12
		below := &lastRecord{Conn: conn}
		c := rawclient.Over(tls.Client(below, config), rawclient.Patience)
		Expect(c.Reply()).To(Equal("220 x"))
		c.ExpectFIN()
		const alert = 21
		Expect(below.kind()).To(BeEquivalentTo(alert))
		c.Lines("QUIT")
		Expect(ended(ctx, srv).Verbs()).To(Equal([]string{"QUIT"}))
	})
})

// lastRecord knows of which kind the last TLS record was that came.
type lastRecord struct {
	net.Conn
	all bytes.Buffer
}

func (l *lastRecord) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	l.all.Write(p[:n])
	return n, err
}

func (l *lastRecord) kind() (kind byte) {
	for b := l.all.Bytes(); len(b) >= 5; b = b[min(len(b), 5+int(b[3])<<8+int(b[4])):] {
		kind = b[0]
	}
	return kind
}

var _ = Describe("A script in an archive", func() {
	It("is the file peer, beside others", func(ctx SpecContext) {
		srv := reading("How it ends.\n-- job.json --\n{}\n-- peer --\nS: 220 x\nC: QUIT\nS: 221 bye\n-- want --\nS: no step of it\n")
		c := rawclient.Dial(srv)
		c.Reply()
		c.Quit()
		Expect(ended(ctx, srv).End).To(Equal(harness.EndQuit))
	})
	It("names the line of the archive in an error", func() {
		_, err := harness.ParsePeer("-- peer --\nS: 220 x\n\nsay 250 x\n")
		Expect(err).To(MatchError(HavePrefix(`script line 4: "say 250 x" is no step; write S:, S>, C:`)))
	})
})

var _ = Describe("A script in virtual time", func() {
	It("lets a client wait for minutes, in no time", func() {
		synctest.Test(suiteT, func(t *testing.T) {
			defer GinkgoRecover()
			script, err := harness.ParsePeer("S: 220-wait\nwait 4m\nS: 220 x\nC: EHLO *\nwait 6m\nS: 250 x\nC: *\nS: 250 y")
			Expect(err).NotTo(HaveOccurred())
			srv := harness.NewServer(t, harness.InMemory(), harness.WithPeer(script), harness.ReportTo(GinkgoT()))
			conn, err := srv.Dial(t.Context())
			Expect(err).NotTo(HaveOccurred())
			defer conn.Close()
			began := time.Now()
			c := rawclient.Over(conn, 5*time.Minute)
			Expect(c.Reply()).To(Equal("220-wait\r\n220 x"))
			Expect(time.Since(began)).To(Equal(4 * time.Minute))
			c.Lines("EHLO x")
			_, err = c.TryReply()
			ne, ok := err.(net.Error)
			Expect(ok && ne.Timeout()).To(BeTrue())
			Expect(srv.Sessions()[0].Greeting.Lines).To(Equal([]string{"wait", "x"}))
		})
	})

	It("hangs up on a client that says nothing, without a word", func() {
		synctest.Test(suiteT, func(t *testing.T) {
			defer GinkgoRecover()
			srv := harness.NewServer(t, harness.InMemory(), harness.WithPeer(steps(greet, expect("*"))), harness.ReportTo(GinkgoT()))
			conn, err := srv.Dial(t.Context())
			Expect(err).NotTo(HaveOccurred())
			defer conn.Close()
			c := rawclient.Over(conn, 0)
			c.Reply()
			c.ExpectFIN()
			Expect(srv.Sessions()[0].End).To(Equal(harness.EndTimedOut))
		})
	})
})

// The dialogues of servers that were met in the world, and what they did to a
// client.
var _ = Describe("A real dialogue", func() {
	It("greets with several lines, and pauses between them", func(ctx SpecContext) {
		srv := reading(`
			S: 220-mx.example ESMTP
			wait 5ms
			S: 220-We do not authorize the use of this system
			wait 5ms
			S: 220 for unsolicited mail
			C: EHLO *
			S: 250 mx.example
			C: QUIT
			S: 221 bye`)
		c, err := smtp.Dial(srv.Addr())
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Hello("client.example")).To(Succeed())
		Expect(c.Quit()).To(Succeed())
		got := ended(ctx, srv)
		Expect(got.Greeting.Code).To(Equal(220))
		Expect(got.Greeting.Lines).To(HaveLen(3))
		Expect(got.Greeting.Raw).To(BeEmpty())
		Expect(got.Commands[0].Pipelined).To(BeFalse())
	})

	It("answers EHLO with two codes in one reply, whose end one client never finds", func() {
		synctest.Test(suiteT, func(t *testing.T) {
			defer GinkgoRecover()
			script, err := harness.ParsePeer("S: 220 x\nC: EHLO *\nS: 250-mx.example\nS: 550 no\nC: HELO *\nS: 250 x")
			Expect(err).NotTo(HaveOccurred())
			srv := harness.NewServer(t, harness.InMemory(), harness.WithPeer(script), harness.ReportTo(GinkgoT()))
			conn, err := srv.Dial(t.Context())
			Expect(err).NotTo(HaveOccurred())
			conn.SetDeadline(time.Now().Add(time.Minute))
			c, err := smtp.NewClient(conn, srv.Hostname())
			Expect(err).NotTo(HaveOccurred())
			Expect(c.Hello("client.example")).To(MatchError(ContainSubstring("timeout")))
			Expect(c.Close()).To(Succeed())
			ehlo := srv.Sessions()[0].Commands[0]
			Expect(ehlo.Reply.Octets()).To(Equal("250-mx.example\r\n550 no\r\n"))
			Expect(ehlo.Reply.Code).To(Equal(550))
			Expect(ehlo.More).To(BeEmpty())
		})
	})

	It("sends 250 to DATA", func(ctx SpecContext) {
		srv := reading("S: 220 x\nC: EHLO *\nS: 250 x\nC: MAIL FROM:*\nS: 250 x\nC: RCPT TO:*\nS: 250 x\nC: DATA\nS: 250 ok\nC: QUIT\nS: 221 bye")
		c, err := smtp.Dial(srv.Addr())
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Mail("a@example.mn")).To(Succeed())
		Expect(c.Rcpt("b@example.com")).To(Succeed())
		_, err = c.Data()
		var unexpected *textproto.Error
		Expect(errors.As(err, &unexpected)).To(BeTrue())
		Expect(unexpected.Code).To(Equal(250))
		Expect(c.Quit()).To(Succeed())
		Expect(ended(ctx, srv).Verbs()).To(Equal([]string{"EHLO", "MAIL", "RCPT", "DATA", "QUIT"}))
		Expect(srv.Messages()).To(BeEmpty())
	})
})
