package delivery_test

import (
	"crypto/tls"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

const ready = "220 2.0.0 Ready to start TLS\r\n"

var _ = Describe("Octets in clear around STARTTLS", func() {
	DescribeTable("come in the 220's segment with Trail, and the client's TLS sees them", func(w transport) {
		const trail = "250-mx.example\r\n250 AUTH PLAIN\r\n"
		srv := w.server(harness.On(harness.STARTTLS).Trail([]byte(trail)))
		t, c := tapped(srv)
		c.Reply()
		c.Hello()
		before := len(t.heard())
		c.Lines("STARTTLS")
		segment := make([]byte, 4096)
		n, err := t.Read(segment)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(segment[:n])).To(Equal(ready + trail))

		unread := &prepended{t, strings.NewReader(trail)}
		err = tls.Client(unread, srv.ClientTLSConfig()).Handshake()
		Expect(err).To(BeAssignableToTypeOf(tls.RecordHeaderError{}))
		header := err.(tls.RecordHeaderError).RecordHeader
		Expect(string(header[:])).To(Equal("250-m"))
		Expect(only(srv).Commands[1].Reply.Octets()).To(Equal(string(t.heard()[before:])))
	}, Entry("over TCP", tcp), Entry("in memory", memory))

	It("are nothing to a client that drops them", func() {
		srv := tcp.server(harness.On(harness.STARTTLS).Trail([]byte("250 AUTH PLAIN\r\n")))
		t, c := tapped(srv)
		c.Reply()
		c.Hello()
		c.Lines("STARTTLS")
		_, err := t.Read(make([]byte, 4096))
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Handshake(srv.ClientTLSConfig())).To(Succeed())
		c.Hello()
		c.Quit()
	})

	injected := func(rules ...harness.Rule) (*harness.Session, *rawclient.Client) {
		srv := tcp.server(rules...)
		c := rawclient.Hello(srv)
		c.Octets("STARTTLS\r\nEHLO evil.example\r\nMAIL FROM:<evil@example.mn>\r\n")
		Expect(c.Reply()).To(HavePrefix("220 "))
		Expect(c.Handshake(srv.ClientTLSConfig())).To(Succeed())
		if len(rules) > 0 {
			Expect(c.Reply()).To(HavePrefix("250-mx.harness.test"))
			Expect(c.Reply()).To(HavePrefix("250 2.1.0"))
		}
		c.Expecting("250", "NOOP")
		return only(srv), c
	}

	It("are obeyed under TLS with KeepPlaintext, and recorded", func() {
		got, c := injected(harness.On(harness.STARTTLS).KeepPlaintext())
		Expect(got.Verbs()).To(Equal([]string{"EHLO", "STARTTLS", "EHLO", "MAIL", "NOOP"}))
		Expect(got.Hello).To(Equal("evil.example"))
		Expect(got.Anomalies).To(ContainElement(HaveField("Kind", "octets-behind-starttls")))
		c.Dialogue(rcpt, "250", "DATA", "354")
	})

	It("are dropped without it, and an anomaly", func() {
		got, c := injected()
		Expect(got.Verbs()).To(Equal([]string{"EHLO", "STARTTLS", "NOOP"}))
		Expect(got.Anomalies).To(ContainElement(HaveField("Kind", "octets-behind-starttls")))
		c.Expecting("503", mail)
	})

	It("are no more than a handshake if they are one, with KeepPlaintext too", func() {
		srv := tcp.server(harness.On(harness.STARTTLS).KeepPlaintext())
		c := rawclient.Hello(srv)
		Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
		c.Hello()
		Expect(c.Send(text)).To(HavePrefix("250"))
		c.Quit()
	})

	It("hold nothing up where every answer is held", func() {
		srv := tcp.server(harness.On(harness.ANY).Hold())
		c := rawclient.Dial(srv)
		c.Lines("EHLO x", "STARTTLS")
		for _, want := range []string{"220 mx", "250-mx", "220 2.0.0"} {
			Expect(c.Reply()).To(HavePrefix(want))
		}
		Expect(c.Handshake(srv.ClientTLSConfig())).To(Succeed())
		c.Lines("EHLO x", "QUIT")
		Expect(c.Reply()).To(HavePrefix("250-mx"))
		Expect(c.Reply()).To(HavePrefix("221"))
		c.ExpectFIN()
	})
})

// prepended is a connection whose first octets were read already.
type prepended struct {
	*tap
	first *strings.Reader
}

func (p *prepended) Read(b []byte) (int, error) {
	if p.first.Len() > 0 {
		return p.first.Read(b)
	}
	return p.tap.Read(b)
}
