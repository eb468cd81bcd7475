package extensions_test

import (
	"crypto/tls"
	"encoding/base64"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/xdg-go/scram"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/sender"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

// converse runs an exchange of SCRAM up to the reply that is no challenge, or
// up to the server's last word if it may not leave.
func converse(c *rawclient.Client, mechanism string, conv *scram.ClientConversation, leave bool) string {
	GinkgoHelper()
	first, err := conv.Step("")
	Expect(err).NotTo(HaveOccurred())
	reply := c.Ask("AUTH " + mechanism + " " + b64(first))
	for strings.HasPrefix(reply, "334 ") {
		challenge, err := base64.StdEncoding.DecodeString(reply[4:])
		Expect(err).NotTo(HaveOccurred())
		answer, err := conv.Step(string(challenge))
		Expect(err).NotTo(HaveOccurred())
		if conv.Done() && !leave {
			return reply
		}
		reply = c.Ask(b64(answer))
	}
	return reply
}

// client returns SCRAM's client with a user and a password.
func client(mechanism, user, password, identity string) *scram.Client {
	GinkgoHelper()
	hash := scram.SHA256
	if strings.HasPrefix(mechanism, "SCRAM-SHA-1") {
		hash = scram.SHA1
	}
	c, err := hash.NewClient(user, password, identity)
	Expect(err).NotTo(HaveOccurred())
	return c
}

// exporter is the channel binding of a client under TLS.
func exporter(c *rawclient.Client) scram.ChannelBinding {
	GinkgoHelper()
	state := c.Conn().(*tls.Conn).ConnectionState()
	binding, err := scram.NewTLSExporterBinding(&state)
	Expect(err).NotTo(HaveOccurred())
	return binding
}

var _ = Describe("SCRAM, RFC 5802", func() {
	for _, name := range []string{"SCRAM-SHA-256", "SCRAM-SHA-1"} {
		Context(name, func() {
			var (
				srv *harness.Server
				c   *rawclient.Client
			)
			BeforeEach(func() {
				srv = harness.NewServer(GinkgoT(), harness.WithUser("bat", "pencil"), harness.WithMechanisms(name))
				c = rawclient.Hello(srv)
			})

			It("signs in, and shows that the server knows the password", func() {
				conv := client(name, "bat", "pencil", "boss").NewConversation()
				Expect(converse(c, name, conv, true)).To(HavePrefix("235 2.7.0"))
				Expect(conv.Valid()).To(BeTrue())
				Expect(attempt(srv)).To(Equal(harness.AuthAttempt{Mechanism: name, Identity: "boss", Username: "bat", OK: true, Initial: true}))
				expectMasked(srv, "pencil", b64("n,a=boss,n=bat"), "p=")
				c.Expecting("503", "AUTH "+name)
			})
			It("begins with an empty challenge where the client gave no response", func() {
				conv := client(name, "bat", "pencil", "").NewConversation()
				first, _ := conv.Step("")
				Expect(c.Ask("AUTH " + name)).To(Equal("334 "))
				c.Expecting("334 ", b64(first))
				c.Dialogue("*", "501", "NOOP", "250")
			})
			DescribeTable("refuses with 535", func(user, password string) {
				Expect(converse(c, name, client(name, user, password, "").NewConversation(), true)).To(HavePrefix("535 5.7.8"))
				Expect(attempt(srv)).To(Equal(harness.AuthAttempt{Mechanism: name, Username: user, Initial: true}))
				Expect(converse(c, name, client(name, "bat", "pencil", "").NewConversation(), true)).To(HavePrefix("235"))
			},
				Entry("a wrong password", "bat", "pencils"),
				Entry("an unknown user", "dorj", "pencil"),
			)
			It("does not sign in a client that cancels at the server's last word", func() {
				Expect(converse(c, name, client(name, "bat", "pencil", "").NewConversation(), false)).To(HavePrefix("334"))
				c.Expecting("501 5.7.0", "*")
				Expect(only(srv).Auth).To(BeEmpty())
				Expect(converse(c, name, client(name, "bat", "pencil", "").NewConversation(), true)).To(HavePrefix("235"))
			})
			It("does not sign in a client that sends no base64 there", func() {
				Expect(converse(c, name, client(name, "bat", "pencil", "").NewConversation(), false)).To(HavePrefix("334"))
				c.Expecting("501", "!")
				Expect(converse(c, name, client(name, "bat", "pencil", "").NewConversation(), true)).To(HavePrefix("235"))
			})
			DescribeTable("answers what is malformed with 501, and goes on", func(octets string) {
				c.Dialogue("AUTH "+name+" "+b64(octets), "501 5.5.2", "NOOP", "250")
				Expect(only(srv).Auth).To(BeEmpty())
				Expect(converse(c, name, client(name, "bat", "pencil", "").NewConversation(), true)).To(HavePrefix("235"))
			},
				Entry("one octet", "x"),
				Entry("commas", ",,,,,,"),
				Entry("no nonce", "n,,n=bat"),
				Entry("an extension", "n,,m=x,n=bat,r=y"),
				Entry("channel binding without -PLUS", "p=tls-exporter,,n=bat,r=abc"),
				Entry("a name that is not encoded right", "n,,n=b=at,r=abc"),
			)
			It("takes an equals sign for an empty response", func() {
				c.Dialogue("AUTH "+name+" =", "501", "NOOP", "250")
			})
			It("ends behind a final message that is malformed", func() {
				c.Dialogue("AUTH "+name+" "+b64("n,,n=bat,r=abc"), "334", b64("c=biws,r=wrong,p=AAAA"), "535", "NOOP", "250")
			})
			It("signs package sender in", func(ctx SpecContext) {
				opts := &sender.Options{Auth: &sender.Auth{Username: "bat", Password: "pencil", Identity: "boss", Mechanisms: []string{name}}}
				_, err := sender.SendMail(ctx, srv.Addr(), opts, "dorj@example.mn", []string{"bat@example.com"}, []byte("x\r\n"))
				Expect(err).NotTo(HaveOccurred())
				Expect(srv.Messages()).To(HaveLen(1))
				Expect(srv.Sessions()[1].Auth).To(ConsistOf(HaveField("OK", true)))
			})
		})

		Context(name+"-PLUS", func() {
			secured := func(mechanisms ...string) (*harness.Server, *rawclient.Client) {
				GinkgoHelper()
				srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", "pencil"), harness.WithMechanisms(mechanisms...), harness.WithSTARTTLS())
				c := rawclient.Hello(srv)
				Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
				Expect(c.Hello()).To(ContainSubstring("AUTH " + strings.Join(mechanisms, " ")))
				return srv, c
			}

			It("binds the exchange to the TLS session", func() {
				srv, c := secured(name+"-PLUS", name)
				conv := client(name, "bat", "pencil", "").NewConversationWithChannelBinding(exporter(c))
				Expect(converse(c, name+"-PLUS", conv, true)).To(HavePrefix("235"))
				Expect(attempt(srv).Mechanism).To(Equal(name + "-PLUS"))
				Expect(only(srv).TLS.Version).To(Equal("TLS 1.3"))
			})
			It("refuses an exchange from another TLS session", func() {
				_, other := secured(name + "-PLUS")
				_, c := secured(name + "-PLUS")
				conv := client(name, "bat", "pencil", "").NewConversationWithChannelBinding(exporter(other))
				Expect(converse(c, name+"-PLUS", conv, true)).To(HavePrefix("535"))
			})
			It("refuses a client that binds nothing", func() {
				_, c := secured(name + "-PLUS")
				c.Expecting("535", "AUTH "+name+"-PLUS "+b64("n,,n=bat,r=abc"))
			})
			It("refuses a client that was kept from seeing it", func() {
				_, c := secured(name+"-PLUS", name)
				c.Expecting("535", "AUTH "+name+" "+b64("y,,n=bat,r=abc"))
			})
			It("takes the same client where it is not offered", func() {
				_, c := secured(name)
				conv := client(name, "bat", "pencil", "").NewConversationAdvertisingChannelBinding()
				Expect(converse(c, name, conv, true)).To(HavePrefix("235"))
			})
			It("is not offered in clear", func() {
				srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", "pencil"), harness.WithMechanisms(name+"-PLUS", name), harness.WithSTARTTLS())
				c := rawclient.Dial(srv)
				c.Reply()
				Expect(c.Hello()).To(ContainSubstring("AUTH " + name))
				c.Expecting("538", "AUTH "+name+"-PLUS")
			})
		})
	}

	It("prepares passwords as clients do, RFC 4013", func(ctx SpecContext) {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("бат", "e\u0301\u00a0ﬁ"), harness.WithMechanisms("SCRAM-SHA-256"))
		c := rawclient.Hello(srv)
		conv := client("SCRAM-SHA-256", "бат", "\u00e9 fi", "").NewConversation()
		Expect(converse(c, "SCRAM-SHA-256", conv, true)).To(HavePrefix("235"))
	})
	It("needs users whose password the server knows", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithMechanisms("SCRAM-SHA-256", "PLAIN"),
			harness.WithAuth(func(harness.AuthAttempt) error { return nil }))
		c := rawclient.Dial(srv)
		c.Reply()
		Expect(c.Hello()).To(HaveSuffix("AUTH PLAIN"))
		c.Expecting("504", "AUTH SCRAM-SHA-256")
	})
})
