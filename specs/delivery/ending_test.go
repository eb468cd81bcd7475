package delivery_test

import (
	"crypto/tls"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = DescribeTableSubtree("HalfClose", func(w transport) {
	It("ends the server's direction behind the reply, and records what the client goes on to say", func(ctx SpecContext) {
		srv := w.server(harness.On(harness.MAIL).HalfClose())
		c := w.hello(srv)
		c.Expecting("250 2.1.0", mail)
		c.ExpectFIN()
		c.Lines(rcpt, "DATA", "QUIT")
		c.Close()
		got := ended(ctx, srv)
		Expect(got.Verbs()).To(Equal([]string{"EHLO", "MAIL", "RCPT", "DATA", "QUIT"}))
		Expect(got.End).To(Equal(harness.EndClientClosed))
		for _, c := range got.Commands[2:] {
			Expect(c.Reply.Octets()).To(BeEmpty())
		}
		Expect(got.Farewell.Octets()).To(BeEmpty())
	})

	It("takes no message whose reply could not be sent", func(ctx SpecContext) {
		srv := w.server(harness.On(harness.DATA).HalfClose())
		c := w.hello(srv)
		c.Begin()
		c.ExpectFIN()
		c.Octets(text + "\r\n.\r\nNOOP\r\n")
		c.Close()
		got := ended(ctx, srv)
		Expect(got.Verbs()).To(Equal([]string{"EHLO", "MAIL", "RCPT", "DATA", "BODY", "NOOP"}))
		Expect(got.End).To(Equal(harness.EndClientClosed))
		Expect(srv.Messages()).To(BeEmpty())
	})

	It("leaves a client that says too much to itself", func(ctx SpecContext) {
		limits := harness.DefaultLimits()
		limits.Commands = 20
		w.options = append(w.options, harness.WithLimits(limits))
		srv := w.server(harness.On(harness.MAIL).HalfClose())
		c := w.hello(srv)
		c.Expecting("250 2.1.0", mail)
		c.ExpectFIN()
		for range limits.Commands - 1 { // one too many, with EHLO and MAIL
			c.Lines("NOOP")
		}
		got := ended(ctx, srv)
		Expect(got.End).To(Equal(harness.EndRefused))
		Expect(got.Farewell.Octets()).To(BeEmpty())
	})

	It("says nothing when the server shuts down", func(ctx SpecContext) {
		srv := w.server(harness.On(harness.NOOP).HalfClose())
		c := w.hello(srv)
		c.Expecting("250", "NOOP")
		c.ExpectFIN()
		Expect(srv.Shutdown(ctx)).To(Succeed())
		Expect(only(srv).End).To(Equal(harness.EndServerClosed))
		Expect(only(srv).Farewell.Octets()).To(BeEmpty())
	})
}, overEach())

var _ = DescribeTable("The end of a connection is one in order, though the client says more than is read", func(w transport, rule harness.Rule) {
	srv := w.server(rule)
	c := w.hello(srv)
	c.Octets("NOOP\r\n" + strings.Repeat("x", 60_000))
	rest, err := c.Rest()
	Expect(err).NotTo(HaveOccurred())
	Expect(rest).To(Equal(only(srv).Commands[1].Reply.Octets()))
	Expect(only(srv).End).To(Equal(harness.EndDropped))
},
	Entry("with ThenDrop over TCP", tcp, harness.On(harness.NOOP).ThenDrop()),
	Entry("with ThenDrop in memory", memory, harness.On(harness.NOOP).ThenDrop()),
	Entry("with ThenDrop inside TLS", insideTLS, harness.On(harness.NOOP).ThenDrop()),
	Entry("with ThenDrop and NoCloseNotify", insideTLS, harness.On(harness.NOOP).ThenDrop().NoCloseNotify()),
	Entry("with Drop over TCP", tcp, harness.On(harness.NOOP).Drop()),
	Entry("with Drop inside TLS", insideTLS, harness.On(harness.NOOP).Drop()),
)

var _ = Describe("The end of a connection inside TLS", func() {
	// types are the content types of all records that a client gets.
	types := func(rule harness.Rule, newest uint16) []byte {
		GinkgoHelper()
		srv := insideTLS.server(rule)
		config := srv.ClientTLSConfig()
		config.MaxVersion = newest
		t, c := tapped(srv)
		Expect(c.Handshake(config)).To(Succeed())
		Expect(c.Reply()).To(HavePrefix("220 "))
		c.ExpectFIN()
		return tlsRecords(t.heard())
	}
	const alert, data = 21, 23
	drop := harness.On(harness.CONNECT).ThenDrop()

	It("is an alert, and not only that of the network", func() {
		all := types(drop, tls.VersionTLS12)
		Expect(all[len(all)-2:]).To(Equal([]byte{data, alert}))
	})
	It("is that of the network alone with NoCloseNotify", func() {
		all := types(drop.NoCloseNotify(), tls.VersionTLS12)
		Expect(all).NotTo(ContainElement(byte(alert)))
		Expect(all[len(all)-1]).To(Equal(byte(data)))
	})
	It("lacks a record with TLS 1.3 too, which hides what the record is", func() {
		all := types(drop, tls.VersionTLS13)
		Expect(types(drop.NoCloseNotify(), tls.VersionTLS13)).To(Equal(all[:len(all)-1]))
	})
	It("lacks the alert behind Drop", func() {
		srv := insideTLS.server(harness.On(harness.NOOP).Drop().NoCloseNotify())
		t, c := tapped(srv)
		Expect(c.Handshake(srv.ClientTLSConfig())).To(Succeed())
		c.Reply()
		before := len(t.heard())
		c.Lines("NOOP")
		c.ExpectFIN()
		Expect(t.heard()[before:]).To(BeEmpty())
		Expect(only(srv).End).To(Equal(harness.EndDropped))
	})
	It("is what it always is in clear", func() {
		srv := tcp.server(harness.On(harness.NOOP).ThenDrop().NoCloseNotify())
		c := rawclient.Hello(srv)
		c.Expecting("250", "NOOP")
		c.ExpectFIN()
	})
})
