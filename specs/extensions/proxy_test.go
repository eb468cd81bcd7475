package extensions_test

import (
	"net"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	proxyproto "github.com/pires/go-proxyproto"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

// signature begins a header of version 2.
const signature = "\r\n\r\n\x00\r\nQUIT\n"

// header2 is a header of version 2.
func header2(source, destination net.Addr) string {
	GinkgoHelper()
	b, err := proxyproto.HeaderProxyFromAddrs(2, source, destination).Format()
	Expect(err).NotTo(HaveOccurred())
	return string(b)
}

func tcp(addr string) net.Addr {
	GinkgoHelper()
	a, err := net.ResolveTCPAddr("tcp", addr)
	Expect(err).NotTo(HaveOccurred())
	return a
}

var _ = Describe("The PROXY protocol", func() {
	proxied := func(options ...harness.Option) (*harness.Server, *rawclient.Client) {
		GinkgoHelper()
		srv := harness.NewServer(GinkgoT(), append(options, harness.AcceptPROXY("127.0.0.0/8"))...)
		return srv, rawclient.Dial(srv)
	}

	DescribeTable("says for whom a trusted address connects", func(header func() string, want map[string]string) {
		srv, c := proxied()
		c.Octets(header())
		Expect(c.Reply()).To(HavePrefix("220"))
		c.Hello()
		Expect(c.Send("x")).To(HavePrefix("250"))
		Expect(only(srv).Client).To(Equal(want))
		Expect(only(srv).Remote).To(HavePrefix("127.0.0.1:"))
		Expect(only(srv).Anomalies).To(BeEmpty())
	},
		Entry("version 1, IPv4", func() string { return "PROXY TCP4 203.0.113.9 192.0.2.1 5000 25\r\n" },
			map[string]string{"PROTO": "PROXY v1", "ADDR": "203.0.113.9", "PORT": "5000", "DESTADDR": "192.0.2.1", "DESTPORT": "25"}),
		Entry("version 1, IPv6", func() string { return "PROXY TCP6 2001:db8::9 2001:db8::1 5000 25\r\n" },
			map[string]string{"PROTO": "PROXY v1", "ADDR": "2001:db8::9", "PORT": "5000", "DESTADDR": "2001:db8::1", "DESTPORT": "25"}),
		Entry("version 1, UNKNOWN", func() string { return "PROXY UNKNOWN anything at all\r\n" },
			map[string]string{"PROTO": "PROXY v1 LOCAL"}),
		Entry("version 2, IPv4", func() string { return header2(tcp("203.0.113.9:5000"), tcp("192.0.2.1:25")) },
			map[string]string{"PROTO": "PROXY v2", "ADDR": "203.0.113.9", "PORT": "5000", "DESTADDR": "192.0.2.1", "DESTPORT": "25"}),
		Entry("version 2, IPv6", func() string { return header2(tcp("[2001:db8::9]:5000"), tcp("[2001:db8::1]:25")) },
			map[string]string{"PROTO": "PROXY v2", "ADDR": "2001:db8::9", "PORT": "5000", "DESTADDR": "2001:db8::1", "DESTPORT": "25"}),
		Entry("version 2, LOCAL", func() string { return signature + "\x20\x00\x00\x00" },
			map[string]string{"PROTO": "PROXY v2 LOCAL"}),
		Entry("version 2, a Unix socket", func() string {
			return header2(&net.UnixAddr{Net: "unix", Name: "/a"}, &net.UnixAddr{Net: "unix", Name: "/b"})
		}, map[string]string{"PROTO": "PROXY v2"}),
	)

	It("may come with the first commands in one segment", func() {
		srv, c := proxied()
		c.Octets("PROXY TCP4 203.0.113.9 192.0.2.1 5000 25\r\nEHLO x\r\n" + mail + "\r\n")
		Expect(replies(c, 3)).To(Equal("220 250 250"))
		Expect(only(srv)).To(HaveCommands("EHLO", "MAIL"))
	})
	It("comes before TLS", func() {
		srv, c := proxied(harness.WithImplicitTLS())
		c.Octets(header2(tcp("203.0.113.9:5000"), tcp("192.0.2.1:465")))
		Expect(c.Handshake(srv.ClientTLSConfig())).To(Succeed())
		Expect(c.Reply()).To(HavePrefix("220"))
		c.Hello()
		Expect(c.Send("x")).To(HavePrefix("250"))
		Expect(only(srv)).To(HaveUsedTLS())
		Expect(only(srv).Client).To(HaveKeyWithValue("ADDR", "203.0.113.9"))
	})
	It("leaves STARTTLS as it is", func() {
		srv, c := proxied(harness.WithSTARTTLS())
		c.Octets("PROXY TCP4 203.0.113.9 192.0.2.1 5000 25\r\nEHLO x\r\n")
		Expect(replies(c, 2)).To(Equal("220 250"))
		Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
		c.Hello()
		Expect(only(srv).Client).To(HaveKeyWithValue("ADDR", "203.0.113.9"))
	})

	DescribeTable("ends the connection where the header is broken", func(ctx SpecContext, octets string) {
		srv, c := proxied()
		c.TryOctets(octets)
		rest, _ := c.Rest()
		Expect(rest).To(BeEmpty())
		Expect(ended(ctx, srv)).To(HaveEndedWith(harness.EndRefused))
		Expect(only(srv).EndDetail).To(HavePrefix("no PROXY header from a trusted address"))
	},
		Entry("none", "EHLO x\r\n"),
		Entry("the word alone", "PROXY\r\n"),
		Entry("another word", "PROXYTCP4 203.0.113.9 192.0.2.1 5000 25\r\n"),
		Entry("a port beyond 65535", "PROXY TCP4 203.0.113.9 192.0.2.1 70000 25\r\n"),
		Entry("a name as the address", "PROXY TCP4 localhost 192.0.2.1 5000 25\r\n"),
		Entry("IPv6 as IPv4", "PROXY TCP4 2001:db8::1 192.0.2.1 5000 25\r\n"),
		Entry("a bare LF", "PROXY TCP4 203.0.113.9 192.0.2.1 5000 25\n"),
		Entry("no end", "PROXY TCP4 "+strings.Repeat("1", 200)),
		Entry("version 2 of version 3", signature+"\x31\x11\x00\x00"),
		Entry("version 2 with an unknown family", signature+"\x21\x99\x00\x00"),
		Entry("version 2 with too few octets", signature+"\x21\x11\x00\x01x"),
		Entry("version 2 with far too many", signature+"\x21\x11\xff\xff"),
		Entry("a handshake", "\x16\x03\x01\x00\x05hello"),
		Entry("NUL", strings.Repeat("\x00", 20)),
	)

	It("tells of a client that never sends one", func(ctx SpecContext) {
		srv, c := proxied()
		c.Close()
		Expect(ended(ctx, srv)).To(HaveEndedWith(harness.EndRefused))
	})
	It("waits for it no longer than for a command", func(ctx SpecContext) {
		srv, c := proxied(harness.WithTimeout(1))
		c.ExpectFIN()
		Expect(ended(ctx, srv)).To(HaveEndedWith(harness.EndTimedOut))
	})
	It("does not hold up the end of the server", func(ctx SpecContext) {
		srv, c := proxied()
		Eventually(srv.Sessions).Should(HaveLen(1))
		Expect(srv.Shutdown(ctx)).To(Succeed())
		c.ExpectFIN()
		Expect(only(srv)).To(HaveEndedWith(harness.EndServerClosed))
	})

	DescribeTable("is refused from others", func(octets, codes string) {
		srv := harness.NewServer(GinkgoT(), harness.AcceptPROXY("10.0.0.0/8"))
		c := rawclient.Dial(srv)
		Expect(c.Reply()).To(HavePrefix("220"))
		c.Octets(octets)
		Expect(replies(c, len(strings.Fields(codes)))).To(Equal(codes))
		Expect(only(srv).Client).To(BeNil())
	},
		Entry("version 1", "PROXY TCP4 203.0.113.9 192.0.2.1 5000 25\r\n", "500"),
		Entry("version 2, whose octets are lines", signature+"\x21\x11\x00\x0c", "500 500 501 221"),
	)

	Context("together with XCLIENT", func() {
		It("makes nobody trusted for the other", func() {
			srv := harness.NewServer(GinkgoT(), harness.AcceptPROXY("127.0.0.1"), harness.AcceptXCLIENT("10.0.0.0/8"))
			c := rawclient.Dial(srv)
			c.Octets("PROXY TCP4 203.0.113.9 192.0.2.1 5000 25\r\n")
			Expect(c.Reply()).To(HavePrefix("220"))
			Expect(c.Hello()).NotTo(ContainSubstring("XCLIENT"))

			srv = harness.NewServer(GinkgoT(), harness.AcceptPROXY("10.0.0.0/8"), harness.AcceptXCLIENT("127.0.0.1"))
			c = rawclient.Dial(srv)
			Expect(c.Reply()).To(HavePrefix("220"))
			Expect(c.Hello()).To(ContainSubstring("XCLIENT"))
		})
		It("asks whether the client behind the balancer is trusted", func() {
			srv := harness.NewServer(GinkgoT(), harness.AcceptPROXY("127.0.0.1"), harness.AcceptXCLIENT("127.0.0.1", "203.0.113.9"))
			for addr, offered := range map[string]bool{"203.0.113.9": true, "203.0.113.10": false} {
				c := rawclient.Dial(srv)
				c.Octets("PROXY TCP4 " + addr + " 192.0.2.1 5000 25\r\n")
				Expect(c.Reply()).To(HavePrefix("220"))
				Expect(strings.Contains(c.Hello(), "XCLIENT")).To(Equal(offered), addr)
			}
		})
	})
})
