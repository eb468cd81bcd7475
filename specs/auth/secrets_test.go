package auth_test

import (
	"encoding/json"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

const secret = "correct-horse-battery"

// expectNoSecret looks at every form that the record has.
func expectNoSecret(srv *harness.Server) {
	GinkgoHelper()
	encoded, err := json.Marshal(srv.Report())
	Expect(err).NotTo(HaveOccurred())
	var raw strings.Builder
	for _, c := range srv.Sessions()[0].Commands {
		raw.Write(c.Raw())
		raw.WriteString(c.Arg + c.Verb + c.Line)
	}
	for _, a := range srv.Sessions()[0].Anomalies {
		raw.WriteString(a.Octets + a.Text)
	}
	for _, text := range []string{srv.Report().String(), string(encoded), raw.String()} {
		for _, word := range []string{secret, b64(secret[:7]), strings.TrimRight(b64(secret[:7]), "="), b64(secret), b64("\x00bat\x00" + secret), strings.ToUpper(b64(secret))} {
			Expect(text).NotTo(ContainSubstring(word))
		}
	}
}

var _ = Describe("Secrets", func() {
	initial := "AUTH PLAIN " + b64("\x00bat\x00"+secret)
	response := b64("\x00bat\x00" + secret)

	DescribeTable("stay out of the record", func(lines ...string) {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", secret))
		c := rawclient.Hello(srv)
		for _, line := range lines {
			c.Ask(line)
		}
		expectNoSecret(srv)
		Expect(srv.Sessions()[0].Transcript()).To(ContainSubstring("****"))
	},
		Entry("of PLAIN", "AUTH PLAIN", response),
		Entry("of PLAIN with an initial response", initial),
		Entry("of LOGIN", "AUTH LOGIN", b64("bat"), b64(secret)),
		Entry("of LOGIN with an initial response", "AUTH LOGIN "+b64("bat"), b64(secret)),
		Entry("of a refused attempt", "AUTH PLAIN "+b64("\x00bat\x00"+secret+"x")),
		Entry("of a command in small letters", strings.ToLower("AUTH PLAIN ")+response),
		Entry("behind more blanks than one", "AUTH  PLAIN  "+response),
		Entry("behind a tab", "AUTH\tPLAIN\t"+response),
		Entry("behind a blank at the start of the line", " "+initial),
		Entry("of a mechanism that is not known", "AUTH XOAUTH2 "+response),
		Entry("where the mechanism was left out", "AUTH "+response),
		Entry("of a short one where the mechanism was left out", "AUTH "+b64(secret[:7])),
		Entry("behind an equals sign, as old clients write it", "AUTH=PLAIN "+response),
		Entry("sent as they are, without base64", "AUTH PLAIN "+secret),
		Entry("with control octets", "AUTH PLAIN "+response+"\x01"),
		Entry("with control octets in a response", "AUTH PLAIN", response+"\x01"),
	)

	It("stay out when the client goes on sending them after a refusal", func() {
		for _, c := range refusals() {
			By(c.name)
			srv := harness.NewServer(GinkgoT(), c.options...)
			client := rawclient.Hello(srv)
			for _, line := range c.before {
				client.Ask(line)
			}
			client.Expecting(c.code, c.auth)
			client.Ask(b64("bat"))
			client.Ask(b64(secret))
			client.Ask(secret)
			expectNoSecret(srv)
			client.Expecting("250", "NOOP")
		}
	})

	It("stay out when the whole exchange came at once", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", secret), harness.WithRules(harness.RejectAuth()))
		c := rawclient.Hello(srv)
		c.Lines("AUTH LOGIN", b64("bat"), b64(secret), "QUIT")
		c.Rest()
		expectNoSecret(srv)
	})

	It("stay out behind an AUTH that is never answered", func(ctx SpecContext) {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", secret), harness.WithRules(harness.GoSilent(harness.AUTH)))
		c := rawclient.Hello(srv)
		c.Lines("AUTH LOGIN", b64("bat"), b64(secret))
		c.Close()
		_, err := srv.WaitForSessions(ctx, 1)
		Expect(err).NotTo(HaveOccurred())
		expectNoSecret(srv)
	})

	It("stay out when they came in clear behind STARTTLS", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", secret), harness.WithSTARTTLS())
		c := rawclient.Hello(srv)
		c.Lines("STARTTLS", initial)
		Expect(c.Reply()).To(HavePrefix("220"))
		expectNoSecret(srv)
	})

	It("stay out when they came behind a refused DATA", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", secret))
		c := rawclient.Hello(srv)
		c.Lines("DATA", initial)
		c.Rest()
		expectNoSecret(srv)
	})

	It("stay out of an over-long line and of one that was cut off", func(ctx SpecContext) {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", secret))
		c := rawclient.Hello(srv)
		c.Expecting("500", initial+strings.Repeat("A", 5000))
		c.Dialogue("AUTH PLAIN", "334", response+strings.Repeat("A", 13000), "500")
		c.Octets(initial)
		c.Close()
		_, err := srv.WaitForSessions(ctx, 1)
		Expect(err).NotTo(HaveOccurred())
		expectNoSecret(srv)
	})

	It("stay out of what a rule is shown", func() {
		var seen []string
		srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", secret), harness.WithRules(
			harness.On(harness.AUTH).Do(func(x *harness.Exchange) *harness.Reply {
				seen = append(seen, x.Command.Line, x.Command.Arg, string(x.Command.Raw()))
				return nil
			})))
		c := rawclient.Hello(srv)
		c.Expecting("235", initial)
		Expect(seen).To(Equal([]string{"AUTH PLAIN ****", "PLAIN ****", ""}))
	})

	It("leave the lines behind them readable once a command came again", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", secret))
		c := rawclient.Hello(srv)
		c.Dialogue("AUTH PLAIN "+b64("\x00bat\x00x"), "535", "NOOP", "250", "XYZZY", "500")
		Expect(srv.Sessions()[0].Last()).To(Equal("XYZZY"))
	})

	It("are kept where the test asks for them", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", secret), harness.RecordSecrets())
		c := rawclient.Hello(srv)
		c.Dialogue("AUTH LOGIN", "334", b64("bat"), "334", b64(secret), "235")
		Expect(attempt(srv).Password()).To(Equal(secret))
		Expect(srv.Sessions()[0].Transcript()).To(ContainSubstring(b64(secret)))
	})
	It("are not in an attempt otherwise", func() {
		srv := harness.NewServer(GinkgoT(), harness.WithUser("bat", secret))
		c := rawclient.Hello(srv)
		c.Expecting("235", initial)
		Expect(attempt(srv).Password()).To(BeEmpty())
		Expect(attempt(srv).Proves(secret)).To(BeFalse())
	})
})

// refusal is a way in which AUTH LOGIN is turned down at once.
type refusal struct {
	name, code, auth string
	options          []harness.Option
	before           []string
}

func refusals() []refusal {
	user := harness.WithUser("bat", secret)
	return []refusal{
		{name: "535 by a rule", code: "535", auth: "AUTH LOGIN", options: []harness.Option{user, harness.WithRules(harness.RejectAuth())}},
		{name: "454 by a rule", code: "454", auth: "AUTH LOGIN", options: []harness.Option{user, harness.WithRules(harness.On(harness.AUTH).Reply(454, "4.7.0 later"))}},
		{name: "334 by a rule", code: "334", auth: "AUTH LOGIN", options: []harness.Option{user, harness.WithRules(harness.On(harness.AUTH).Reply(334, "VXNlcm5hbWU6"))}},
		{name: "502 where it is not offered", code: "502", auth: "AUTH LOGIN"},
		{name: "503 inside a transaction", code: "503", auth: "AUTH LOGIN", options: []harness.Option{user}, before: []string{"MAIL FROM:<a@example.mn>"}},
		{name: "504 for an unknown mechanism", code: "504", auth: "AUTH XLOGIN", options: []harness.Option{user}},
		{name: "504 for one that was left out", code: "504", auth: "AUTH LOGIN", options: []harness.Option{user, harness.WithMechanisms("PLAIN")}},
		{name: "538 before TLS", code: "538", auth: "AUTH LOGIN", options: []harness.Option{user, harness.WithSTARTTLS()}},
		{name: "530 before TLS", code: "530", auth: "AUTH LOGIN", options: []harness.Option{user, harness.WithSTARTTLS(), harness.RequireTLS()}},
		{name: "501 for its syntax", code: "501", auth: "AUTH LOGIN !!!", options: []harness.Option{user}},
		{name: "501 for its octets", code: "501", auth: "AUTH LOGIN \x01", options: []harness.Option{user}},
		{name: "535 after an attempt", code: "535", auth: "AUTH PLAIN " + b64("\x00bat\x00no"), options: []harness.Option{user}},
	}
}
