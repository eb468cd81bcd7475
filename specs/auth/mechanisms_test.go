package auth_test

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// cramResponse answers a 334 reply by RFC 2195.
func cramResponse(reply, user, password string) string {
	GinkgoHelper()
	challenge, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(reply, "334 "))
	Expect(err).NotTo(HaveOccurred())
	mac := hmac.New(md5.New, []byte(password))
	mac.Write(challenge)
	return b64(user + " " + hex.EncodeToString(mac.Sum(nil)))
}

// attempt returns the only AUTH attempt of the only session.
func attempt(srv *harness.Server) harness.AuthAttempt {
	GinkgoHelper()
	Expect(srv.Sessions()).To(HaveLen(1))
	Expect(srv.Sessions()[0].Auth).To(HaveLen(1))
	return srv.Sessions()[0].Auth[0]
}

var _ = Describe("The mechanisms", func() {
	var (
		srv *harness.Server
		c   *rawclient.Client
	)
	BeforeEach(func() {
		srv = harness.NewServer(GinkgoT(), harness.WithUser("бат", "нууц үг"))
		c = rawclient.Hello(srv)
	})

	Context("PLAIN", func() {
		It("takes an initial response", func() {
			c.Expecting("235 2.7.0", "AUTH PLAIN "+b64("\x00бат\x00нууц үг"))
			Expect(attempt(srv)).To(Equal(harness.AuthAttempt{Mechanism: "PLAIN", Username: "бат", OK: true, Initial: true}))
		})
		It("asks for a response with an empty challenge", func() {
			Expect(c.Ask("AUTH PLAIN")).To(Equal("334 "))
			c.Expecting("235", b64("\x00бат\x00нууц үг"))
			Expect(attempt(srv).Initial).To(BeFalse())
		})
		It("records the authorization identity", func() {
			c.Expecting("235", "AUTH PLAIN "+b64("захирал\x00бат\x00нууц үг"))
			Expect(attempt(srv).Identity).To(Equal("захирал"))
		})
		It("is known in any case of letters", func() {
			c.Expecting("235", "auth plain "+b64("\x00бат\x00нууц үг"))
			Expect(attempt(srv).Mechanism).To(Equal("PLAIN"))
		})
		DescribeTable("refuses credentials that are not those of a user", func(user, password string) {
			c.Expecting("535 5.7.8", "AUTH PLAIN "+b64("\x00"+user+"\x00"+password))
			Expect(attempt(srv).OK).To(BeFalse())
			c.Expecting("250", "NOOP")
		},
			Entry("a wrong password", "бат", "нууц"),
			Entry("no password", "бат", ""),
			Entry("an unknown user", "дорж", "нууц үг"),
			Entry("nobody", "", ""),
			Entry("a password with one octet more", "бат", "нууц үг "),
		)
	})

	Context("LOGIN", func() {
		It("asks for the name and for the password", func() {
			Expect(c.Ask("AUTH LOGIN")).To(Equal("334 " + b64("Username:")))
			Expect(c.Ask(b64("бат"))).To(Equal("334 " + b64("Password:")))
			c.Expecting("235", b64("нууц үг"))
			Expect(attempt(srv)).To(Equal(harness.AuthAttempt{Mechanism: "LOGIN", Username: "бат", OK: true}))
		})
		It("takes the name as an initial response", func() {
			c.Dialogue("AUTH LOGIN "+b64("бат"), "334", b64("нууц үг"), "235")
			Expect(attempt(srv).Initial).To(BeTrue())
		})
		It("refuses a wrong password", func() {
			c.Dialogue("AUTH LOGIN", "334", b64("бат"), "334", b64("нууц"), "535", "NOOP", "250")
		})
	})

	Context("CRAM-MD5", func() {
		It("takes the digest over its challenge", func() {
			c.Expecting("235", cramResponse(c.Ask("AUTH CRAM-MD5"), "бат", "нууц үг"))
			Expect(attempt(srv)).To(Equal(harness.AuthAttempt{Mechanism: "CRAM-MD5", Username: "бат", OK: true}))
		})
		It("refuses a digest made with another password", func() {
			c.Expecting("535", cramResponse(c.Ask("AUTH CRAM-MD5"), "бат", "нууц"))
		})
		It("refuses the digest of an earlier challenge", func() {
			old := cramResponse(c.Ask("AUTH CRAM-MD5"), "бат", "нууц үг")
			c.Dialogue("*", "501", "AUTH CRAM-MD5", "334", old, "535")
		})
		It("takes no initial response, RFC 4954 §4", func() {
			c.Dialogue("AUTH CRAM-MD5 "+b64("бат 00"), "501", "NOOP", "250")
		})
	})

	It("takes the next attempt after a refused one", func() {
		c.Dialogue("AUTH PLAIN "+b64("\x00бат\x00x"), "535", "AUTH PLAIN "+b64("\x00бат\x00нууц үг"), "235")
		session := srv.Sessions()[0]
		Expect(session.Auth).To(HaveLen(2))
		Expect(session.Auth[0].OK).To(BeFalse())
		Expect(session.Auth[1].OK).To(BeTrue())
	})
})
