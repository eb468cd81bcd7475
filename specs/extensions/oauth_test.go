package extensions_test

import (
	"encoding/json"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
	"github.com/smtpspec/smtpspec/sender"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

const token = "ya29.vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg"

func bearer(user, token string) string {
	return b64("n,a=" + user + ",\x01host=mx.harness.test\x01port=25\x01auth=Bearer " + token + "\x01\x01")
}

func xoauth2(user, token string) string {
	return b64("user=" + user + "\x01auth=Bearer " + token + "\x01\x01")
}

// attempt returns the only AUTH attempt of the only session.
func attempt(srv *harness.Server) harness.AuthAttempt {
	GinkgoHelper()
	Expect(only(srv).Auth).To(HaveLen(1))
	return only(srv).Auth[0]
}

// expectMasked looks at every form of the record.
func expectMasked(srv *harness.Server, secrets ...string) {
	GinkgoHelper()
	encoded, err := json.Marshal(srv.Report())
	Expect(err).NotTo(HaveOccurred())
	for _, secret := range secrets {
		Expect(string(encoded)).NotTo(ContainSubstring(secret))
		Expect(srv.Report().String()).NotTo(ContainSubstring(secret))
	}
}

var _ = Describe("OAuth", func() {
	for name, response := range map[string]func(user, token string) string{"OAUTHBEARER": bearer, "XOAUTH2": xoauth2} {
		Context("by "+name, func() {
			var (
				srv *harness.Server
				c   *rawclient.Client
			)
			BeforeEach(func() {
				srv = harness.NewServer(GinkgoT(), harness.WithUser("bat", token), harness.WithMechanisms(name))
				c = rawclient.Hello(srv)
			})

			It("takes the token of a user as an initial response", func() {
				c.Expecting("235 2.7.0", "AUTH "+name+" "+response("bat", token))
				Expect(attempt(srv)).To(Equal(harness.AuthAttempt{Mechanism: name, Username: "bat", OK: true, Initial: true}))
				Expect(only(srv)).To(HaveAuthenticatedAs("bat"))
				c.Expecting("503", "AUTH "+name)
				expectMasked(srv, response("bat", token), token)
			})
			It("takes it behind an empty challenge", func() {
				Expect(c.Ask("AUTH " + name)).To(Equal("334 "))
				c.Expecting("235", response("bat", token))
				Expect(attempt(srv)).To(Equal(harness.AuthAttempt{Mechanism: name, Username: "bat", OK: true}))
				expectMasked(srv, response("bat", token), token)
			})
			It("takes the token of package sender", func(ctx SpecContext) {
				opts := &sender.Options{Auth: &sender.Auth{Username: "bat", Token: token, Mechanisms: []string{name}, AllowClear: true}}
				_, err := sender.SendMail(ctx, srv.Addr(), opts, "dorj@example.mn", []string{"bat@example.com"}, []byte("x\r\n"))
				Expect(err).NotTo(HaveOccurred())
				Expect(srv.Messages()).To(HaveLen(1))
			})
			It("tells package sender that the token is bad", func(ctx SpecContext) {
				opts := &sender.Options{Auth: &sender.Auth{Username: "bat", Token: "no", Mechanisms: []string{name}, AllowClear: true}}
				_, err := sender.SendMail(ctx, srv.Addr(), opts, "dorj@example.mn", []string{"bat@example.com"}, []byte("x\r\n"))
				Expect(err).To(MatchError(ContainSubstring("535")))
			})

			DescribeTable("answers a bad token with an error challenge, and then 535", func(answer string) {
				Expect(c.Ask("AUTH " + name + " " + response("bat", "stolen"))).To(MatchRegexp("^334 [A-Za-z0-9+/=]+$"))
				c.Expecting("535 5.7.8", answer)
				Expect(attempt(srv)).To(Equal(harness.AuthAttempt{Mechanism: name, Username: "bat", Initial: true}))
				c.Expecting("235", "AUTH "+name+" "+response("bat", token))
				expectMasked(srv, "stolen", b64("stolen"))
			},
				Entry("with nothing", ""),
				Entry("with ^A", b64("\x01")),
				Entry("with something else", b64("what?")),
				Entry("with the token once more", b64("n,,\x01auth=Bearer "+token+"\x01\x01")),
			)
			It("lets a client cancel at the error challenge", func() {
				c.Dialogue("AUTH "+name+" "+response("bat", "stolen"), "334", "*", "501 5.7.0", "NOOP", "250")
				Expect(attempt(srv).OK).To(BeFalse())
			})

			DescribeTable("lets no malformed response in", func(octets string) {
				reply := c.Ask("AUTH " + name + " " + b64(octets))
				if reply[:3] == "334" {
					reply = c.Ask("")
				}
				Expect(reply).To(MatchRegexp("^(501|535) "))
				c.Expecting("235", "AUTH "+name+" "+response("bat", token))
				Expect(srv.Violations()).To(BeEmpty())
			},
				Entry("one octet", "x"),
				Entry("^A", "\x01"),
				Entry("NUL", "\x00\x00\x00"),
				Entry("no token", "n,a=bat,\x01\x01"),
				Entry("no end", "user=bat\x01auth=Bearer "+token),
				Entry("another kind of token", "user=bat\x01auth=Basic "+token+"\x01\x01"),
				Entry("a port that is none", "n,a=bat,\x01port=x\x01auth=Bearer "+token+"\x01\x01"),
				Entry("channel binding", "p=tls-unique,a=bat,\x01auth=Bearer "+token+"\x01\x01"),
				Entry("a pair without a value", "n,a=bat,\x01auth\x01\x01"),
			)
			It("takes an equals sign for an empty response", func() {
				reply := c.Ask("AUTH " + name + " =")
				if reply[:3] == "334" {
					reply = c.Ask(b64("\x01"))
				}
				Expect(reply).To(MatchRegexp("^(501|535) "))
				c.Expecting("250", "NOOP")
				Expect(srv.Violations()).To(BeEmpty())
			})
			It("refuses what is not base64", func() {
				c.Dialogue("AUTH "+name+" !!!", "501 5.5.2", "AUTH "+name, "334", "###", "501", "AUTH "+name, "334", "QQ", "501",
					"AUTH "+name+" "+response("bat", token), "235")
			})
			It("is cancelled by an asterisk", func() {
				c.Dialogue("AUTH "+name, "334", "*", "501 5.7.0", "AUTH "+name+" "+response("bat", token), "235")
			})
			It("passes on what the server's own check says", func() {
				srv := harness.NewServer(GinkgoT(), harness.WithMechanisms(name), harness.WithAuth(func(a harness.AuthAttempt) error {
					if a.Password() == token {
						return nil
					}
					return harness.Reply{Code: 454, Enhanced: "4.7.0", Lines: []string{"4.7.0 later"}}
				}))
				c := rawclient.Hello(srv)
				c.Dialogue("AUTH "+name+" "+response("bat", "x"), "334", "", "454 4.7.0 later", "AUTH "+name+" "+response("bat", token), "235")
			})
			It("waits for TLS on a server that has it", func() {
				srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", token), harness.WithMechanisms(name), harness.WithSTARTTLS())
				c := rawclient.Dial(srv)
				c.Reply()
				Expect(c.Hello()).NotTo(ContainSubstring("AUTH"))
				c.Expecting("50", "AUTH "+name+" "+response("bat", token))
				expectMasked(srv, token, response("bat", token))
			})
		})
	}

	It("decodes the name of OAUTHBEARER", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("a,b=c", token), harness.WithMechanisms("OAUTHBEARER"))
		rawclient.Hello(srv).Expecting("235", "AUTH OAUTHBEARER "+bearer("a=2Cb=3Dc", token))
		Expect(attempt(srv).Username).To(Equal("a,b=c"))
	})
})
