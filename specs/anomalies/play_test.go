package anomalies_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

// play is what a client does behind the greeting. Whoever runs it hangs up.
type play func(c *rawclient.Client, srv *harness.Server)

// nothing is a play in which the client says nothing.
func nothing(*rawclient.Client, *harness.Server) {}

// talk sends lines one by one, each when the reply to the one before is there.
func talk(lines ...string) play {
	return func(c *rawclient.Client, _ *harness.Server) {
		for _, line := range lines {
			c.Ask(line)
		}
	}
}

// hello is talk behind EHLO.
func hello(lines ...string) play { return talk(append([]string{"EHLO client.example"}, lines...)...) }

// quits is hello with a QUIT at its end.
func quits(lines ...string) play { return hello(append(lines, "QUIT")...) }

// atOnce sends octets behind EHLO in one segment, and reads so many replies.
func atOnce(octets string, replies int) play {
	return func(c *rawclient.Client, _ *harness.Server) {
		c.Hello()
		c.Octets(octets)
		for range replies {
			c.Reply()
		}
	}
}

// unended sends octets to which no reply comes.
func unended(octets string) play { return atOnce(octets, 0) }

const (
	mail = "MAIL FROM:<dorj@example.mn>"
	rcpt = "RCPT TO:<bat@example.com>"
)

// sends has one transaction with this data, without its final dot, and quits.
func sends(data string) play { return transaction(mail, data) }

func transaction(mail, data string) play {
	return func(c *rawclient.Client, _ *harness.Server) {
		c.Hello()
		c.Dialogue(mail, "250", rcpt, "250", "DATA", "354")
		c.Octets(data + ".\r\n")
		Expect(c.Reply()).To(HavePrefix("250"))
		c.Quit()
	}
}

// chunks has one transaction whose data goes by BDAT, and quits.
func chunks(mail, data string) play {
	return func(c *rawclient.Client, _ *harness.Server) {
		c.Hello()
		c.Dialogue(mail, "250", rcpt, "250")
		c.Octets(bdat(data))
		Expect(c.Reply()).To(HavePrefix("250"))
		c.Quit()
	}
}

func plainBehindSTARTTLS(c *rawclient.Client, srv *harness.Server) {
	c.Hello()
	c.Octets("STARTTLS\r\nNOOP\r\n")
	Expect(c.Reply()).To(HavePrefix("220"))
	Expect(c.Handshake(srv.ClientTLSConfig())).To(Succeed())
	c.Quit()
}

func plainForClientHello(c *rawclient.Client, _ *harness.Server) {
	c.Hello()
	c.Octets("STARTTLS\r\n")
	Expect(c.Reply()).To(HavePrefix("220"))
	c.Octets("EHLO client.example\r\n")
}

func underTLS(lines ...string) play {
	return func(c *rawclient.Client, srv *harness.Server) {
		c.Hello()
		Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
		quits(lines...)(c, srv)
	}
}

// run plays one session from its first octet to its end, and returns its
// record.
func run(srv *harness.Server, p play) *harness.Session {
	GinkgoHelper()
	c := rawclient.Dial(srv)
	Expect(c.Reply()).To(HavePrefix("220"))
	p(c, srv)
	return ended(srv, c)
}

// ended hangs up and waits for the end of the session.
func ended(srv *harness.Server, c *rawclient.Client) *harness.Session {
	GinkgoHelper()
	c.Conn().Close()
	Eventually(func() harness.End { return only(srv).End }).ShouldNot(Equal(harness.StillOpen))
	return only(srv)
}

func only(srv *harness.Server) *harness.Session {
	GinkgoHelper()
	sessions := srv.Sessions()
	Expect(sessions).To(HaveLen(1))
	return sessions[0]
}

func kinds(s *harness.Session) (all []string) {
	for _, a := range s.Anomalies {
		all = append(all, a.Kind)
	}
	return all
}

// first returns the first anomaly of a kind.
func first(s *harness.Session, kind string) harness.Anomaly {
	GinkgoHelper()
	for _, a := range s.Anomalies {
		if a.Kind == kind {
			return a
		}
	}
	Fail("no " + kind + " in\n" + s.Transcript())
	return harness.Anomaly{}
}
