package auth_test

import (
	"errors"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

func kinds(srv *harness.Server) []string {
	var all []string
	for _, a := range srv.Sessions()[0].Anomalies {
		all = append(all, a.Kind)
	}
	return all
}

var _ = Describe("When AUTH may come", func() {
	plain := "AUTH PLAIN " + b64("\x00bat\x00s3cret")

	It("gets 503 the second time", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", "s3cret"))
		c := rawclient.Hello(srv)
		c.Dialogue(plain, "235", plain, "503", "AUTH CRAM-MD5", "503", "NOOP", "250")
		Expect(srv.Sessions()[0].Auth).To(HaveLen(1))
		Expect(kinds(srv)).To(ContainElement("auth-sequence"))
	})

	It("gets 503 inside a transaction, which goes on", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", "s3cret"))
		c := rawclient.Hello(srv)
		c.Dialogue("MAIL FROM:<a@example.mn>", "250", plain, "503", "RCPT TO:<b@example.com>", "250",
			plain, "503", "RSET", "250", plain, "235")
	})

	It("gets 503 inside a transaction after an empty reverse-path too", func() {
		c := rawclient.Hello(harness.NewServer(GinkgoT(), harness.WithUser("bat", "s3cret")))
		c.Dialogue("MAIL FROM:<>", "250", plain, "503")
	})

	It("gets 502 before EHLO, after HELO, and where it is not offered", func() {
		c := rawclient.Dial(harness.NewServer(GinkgoT(), harness.WithUser("bat", "s3cret")))
		c.Reply()
		c.Dialogue(plain, "502", "HELO client.example", "250", plain, "502")
		c = rawclient.Hello(harness.NewServer(GinkgoT()))
		c.Dialogue(plain, "502", "NOOP", "250")
	})

	Context("with TLS to be had", func() {
		It("offers CRAM-MD5 alone before it, and refuses PLAIN and LOGIN", func() {
			srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", "s3cret"), harness.WithSTARTTLS())
			c := rawclient.Dial(srv)
			c.Reply()
			Expect(c.Hello()).To(MatchRegexp(`(?m)^250[- ]AUTH CRAM-MD5\r?$`))
			c.Dialogue(plain, "538", "AUTH LOGIN", "538", "NOOP", "250")
			Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
			Expect(c.Hello()).To(MatchRegexp(`(?m)^250[- ]AUTH CRAM-MD5 PLAIN LOGIN\r?$`))
			c.Expecting("235", plain)
		})
		It("offers all of them if the test allows that", func() {
			c := rawclient.Hello(harness.NewServer(GinkgoT(), harness.WithUser("bat", "s3cret"),
				harness.WithSTARTTLS(), harness.AllowPlaintextAuth(true)))
			c.Expecting("235", plain)
		})
	})

	It("offers the mechanisms of the option, in its order", func() {
		c := rawclient.Dial(harness.NewServer(GinkgoT(), harness.WithUser("bat", "s3cret"), harness.WithMechanisms("login", "PLAIN")))
		c.Reply()
		Expect(c.Hello()).To(MatchRegexp(`(?m)^250[- ]AUTH LOGIN PLAIN\r?$`))
		c.Dialogue("AUTH CRAM-MD5", "504", plain, "235")
	})

	Context("with RequireAuth", func() {
		It("answers MAIL with 530 until the client has signed in", func() {
			srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", "s3cret"), harness.RequireAuth())
			c := rawclient.Hello(srv)
			c.Dialogue("MAIL FROM:<a@example.mn>", "530 5.7.0", "RCPT TO:<b@example.com>", "503", "DATA", "503",
				"AUTH PLAIN "+b64("\x00bat\x00wrong"), "535", "MAIL FROM:<a@example.mn>", "530",
				plain, "235")
			Expect(c.Send("Subject: х\r\n\r\nСайн уу")).To(HavePrefix("250"))
			Expect(srv.Messages()).To(HaveLen(1))
		})
		It("cannot be had without users", func() {
			t := &rawclient.FakeTest{}
			harness.NewServer(t, harness.RequireAuth())
			Expect(t.Fatals()).To(ContainSubstring("RequireAuth() needs WithUser"))
		})
	})

	It("stays signed in over RSET and further messages", func() {
		c := rawclient.Hello(harness.NewServer(GinkgoT(), harness.WithUser("bat", "s3cret"), harness.RequireAuth()))
		c.Dialogue(plain, "235", "RSET", "250")
		Expect(c.Send("one")).To(HavePrefix("250"))
		Expect(c.Send("two")).To(HavePrefix("250"))
		c.Hello()
		c.Expecting("250", "MAIL FROM:<a@example.mn>")
	})
})

var _ = Describe("WithAuth", func() {
	deciding := func(f func(harness.AuthAttempt) error) *rawclient.Client {
		return rawclient.Hello(harness.NewServer(GinkgoT(), harness.WithAuth(f)))
	}
	plain := "AUTH PLAIN " + b64("захирал\x00бат\x00s3cret")

	It("gets the whole attempt", func() {
		var got []string
		c := deciding(func(a harness.AuthAttempt) error {
			got = append(got, a.Mechanism, a.Identity, a.Username, a.Password())
			return nil
		})
		c.Expecting("235", plain)
		Expect(got).To(Equal([]string{"PLAIN", "захирал", "бат", "s3cret"}))
	})
	It("may prove a CRAM-MD5 digest, which has no password", func() {
		c := deciding(func(a harness.AuthAttempt) error {
			if a.Password() != "" || !a.Proves("s3cret") {
				return errors.New("no")
			}
			return nil
		})
		c.Expecting("235", cramResponse(c.Ask("AUTH CRAM-MD5"), "bat", "s3cret"))
	})
	It("sends a Reply as it is", func() {
		c := deciding(func(harness.AuthAttempt) error {
			return harness.Reply{Code: 454, Enhanced: "4.7.0", Lines: []string{"4.7.0 Түр хүлээнэ үү 100%"}}
		})
		c.Dialogue(plain, "454 4.7.0 Түр хүлээнэ үү 100%", "MAIL FROM:<a@example.mn>", "250")
	})
	It("sends 535 for any other error, and not the error's text", func() {
		c := deciding(func(harness.AuthAttempt) error { return errors.New("database is down") })
		reply := c.Ask(plain)
		Expect(reply).To(HavePrefix("535 5.7.8"))
		Expect(reply).NotTo(ContainSubstring("database"))
	})
	It("decides for itself whom the reply of one attempt concerns", func() {
		n := 0
		c := deciding(func(harness.AuthAttempt) error {
			if n++; n == 1 {
				return harness.Reply{Code: 454, Lines: []string{"later"}}
			}
			return errors.New("no")
		})
		c.Dialogue(plain, "454", plain, "535")
	})
	It("may panic without harm: 451 or 535, a violation, and the session goes on", func() {
		t := &rawclient.FakeTest{}
		srv := harness.NewServer(t, harness.WithAuth(func(harness.AuthAttempt) error { panic("эвдэрсэн") }))
		c := rawclient.Hello(srv)
		c.Dialogue(plain, "4", "NOOP", "250")
		Expect(srv.Violations()).To(HaveLen(1))
		t.End()
		Expect(t.Errors()).To(ContainSubstring("эвдэрсэн"))
	})
})
