package extensions_test

import (
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = Describe("REQUIRETLS, RFC 8689", func() {
	It("is offered and taken under TLS only", func() {
		srv := harness.NewServer(GinkgoT(), harness.Advertise("REQUIRETLS"), harness.WithSTARTTLS())
		c := rawclient.Dial(srv)
		c.Reply()
		Expect(c.Hello()).NotTo(ContainSubstring("REQUIRETLS"))
		c.Expecting("555", mail+" REQUIRETLS")
		Expect(c.StartTLS(srv.ClientTLSConfig())).To(Succeed())
		Expect(c.Hello()).To(ContainSubstring("REQUIRETLS"))
		c.Dialogue(mail+" REQUIRETLS=1", "501", mail+" REQUIRETLS REQUIRETLS", "501", mail+" requiretls", "250", rcpt, "250", "DATA", "354")
		c.Octets("x\r\n.\r\n")
		Expect(c.Reply()).To(HavePrefix("250"))
		Expect(onlyMessage(srv)).To(HaveMailParameter("REQUIRETLS", ""))
	})
	It("is not offered without TLS at all", func() {
		c := rawclient.Dial(advertising("REQUIRETLS"))
		c.Reply()
		Expect(c.Hello()).NotTo(ContainSubstring("REQUIRETLS"))
	})
})

var _ = Describe("LIMITS, RFC 9422", func() {
	It("says what holds anyhow", func() {
		c := rawclient.Dial(advertising("LIMITS"))
		c.Reply()
		Expect(c.Hello()).To(MatchRegexp(`LIMITS RCPTMAX=1000\r?(\n|$)`))
	})
	It("says what the server was given", func() {
		l := harness.DefaultLimits()
		l.Recipients, l.Transactions, l.Domains = 3, 2, 1
		c := rawclient.Dial(harness.NewServer(GinkgoT(), harness.Advertise("LIMITS"), harness.WithLimits(l)))
		c.Reply()
		Expect(c.Hello()).To(ContainSubstring("LIMITS RCPTMAX=3 MAILMAX=2 RCPTDOMAINMAX=1"))
	})
	It("holds RCPTMAX", func() {
		c := rawclient.Hello(advertising("LIMITS RCPTMAX=2"))
		c.Dialogue(mail, "250", rcpt, "250", rcpt, "250", rcpt, "452 4.5.3", "RSET", "250", mail, "250", rcpt, "250")
	})
	It("holds MAILMAX over the session, with those that failed", func() {
		c := rawclient.Hello(advertising("LIMITS MAILMAX=3"))
		c.Dialogue(mail, "250", "RSET", "250", "MAIL FROM:<x", "501", mail, "250", "RSET", "250", mail, "452 4.5.3")
	})
	It("holds RCPTDOMAINMAX over the session", func() {
		c := rawclient.Hello(advertising("LIMITS RCPTDOMAINMAX=2"))
		c.Dialogue(mail, "250", "RCPT TO:<a@one.example>", "250", "RCPT TO:<b@ONE.example>", "250", "RCPT TO:<a@two.example>", "250",
			"RCPT TO:<a@three.example>", "452 4.5.3", "RSET", "250",
			mail, "250", "RCPT TO:<a@three.example>", "452 4.5.3", "RCPT TO:<a@two.example>", "250")
	})
	It("counts no domain of a recipient that was refused", func() {
		srv := harness.NewServer(GinkgoT(), harness.Advertise("LIMITS RCPTDOMAINMAX=1"), harness.WithRules(harness.RejectRecipient("*@no.example", 550, "x")))
		rawclient.Hello(srv).Dialogue(mail, "250", "RCPT TO:<a@no.example>", "550", "RCPT TO:<a@yes.example>", "250")
	})
	It("asks for room at MAIL, for what was declared or for any message", func() {
		var mu sync.Mutex
		var asked []int
		room := func(octets int) bool {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, octets)
			return octets <= 1000
		}
		c := rawclient.Hello(harness.NewServer(GinkgoT(), harness.WithRoom(room)))
		c.Dialogue("MAIL FROM:<a@b.example> SIZE=1001", "452 4.3.1", rcpt, "503", "MAIL FROM:<a@b.example> SIZE=1000", "250", "RSET", "250",
			mail, "250", "RSET", "250", "MAIL FROM:<a", "501")
		mu.Lock()
		defer mu.Unlock()
		Expect(asked).To(Equal([]int{1001, 1000, 0}))
	})
	It("passes over what it does not know", func() {
		c := rawclient.Dial(advertising("LIMITS RCPTMAX=0 MAILMAX=x FUTURE=1 rcptdomainmax=1"))
		c.Reply()
		Expect(c.Hello()).To(ContainSubstring("LIMITS RCPTMAX=0 MAILMAX=x FUTURE=1 rcptdomainmax=1"))
		c.Dialogue(mail, "250", "RCPT TO:<a@one.example>", "250", "RCPT TO:<a@two.example>", "452")
	})
})

// recorded sends a message with a parameter of MAIL.
func recorded(keyword, param string) {
	GinkgoHelper()
	srv := advertising(keyword)
	c := rawclient.Hello(srv)
	c.Dialogue(mail+" "+param, "250", rcpt, "250", "DATA", "354")
	c.Octets("x\r\n.\r\n")
	Expect(c.Reply()).To(HavePrefix("250"))
	key, value, _ := strings.Cut(param, "=")
	Expect(onlyMessage(srv)).To(HaveMailParameter(key, value))
}

// malformed expects a 501 for a parameter of MAIL.
func malformed(keyword, param string) {
	GinkgoHelper()
	rawclient.Hello(advertising(keyword)).Dialogue(mail+" "+param, "501 5.5.4", mail, "250")
}

var _ = Describe("DELIVERBY, RFC 2852", func() {
	DescribeTable("is recorded", func(param string) { recorded("DELIVERBY", param) },
		Entry(nil, "BY=120;R"), Entry(nil, "BY=120;rt"), Entry(nil, "BY=-120;N"),
		Entry(nil, "BY=+999999999;NT"), Entry(nil, "BY=0;N"), Entry(nil, "BY=-999999999;N"))
	DescribeTable("is refused where it is malformed", func(param string) { malformed("DELIVERBY", param) },
		Entry(nil, "BY"), Entry(nil, "BY=120"), Entry(nil, "BY=;R"), Entry(nil, "BY=120;X"), Entry(nil, "BY=120;T"),
		Entry(nil, "BY=120;RTT"), Entry(nil, "BY=0;R"), Entry(nil, "BY=-1;R"), Entry(nil, "BY=1234567890;R"),
		Entry(nil, "BY=0x10;N"), Entry(nil, "BY=1_0;N"), Entry(nil, "BY=--1;N"), Entry(nil, "BY=1;R;R"))
	It("is refused where it is not offered", func() {
		rawclient.Hello(harness.NewServer(GinkgoT())).Expecting("555", mail+" BY=120;R")
	})
})

var _ = Describe("MT-PRIORITY, RFC 6710", func() {
	DescribeTable("is recorded", func(param string) { recorded("MT-PRIORITY", param) },
		Entry(nil, "MT-PRIORITY=0"), Entry(nil, "MT-PRIORITY=9"), Entry(nil, "MT-PRIORITY=-9"))
	DescribeTable("is refused where it is malformed", func(param string) { malformed("MT-PRIORITY", param) },
		Entry(nil, "MT-PRIORITY"), Entry(nil, "MT-PRIORITY=10"), Entry(nil, "MT-PRIORITY=-10"), Entry(nil, "MT-PRIORITY=+5"),
		Entry(nil, "MT-PRIORITY=-0"), Entry(nil, "MT-PRIORITY=05"), Entry(nil, "MT-PRIORITY=high"))
	It("is refused where it is not offered", func() {
		rawclient.Hello(harness.NewServer(GinkgoT())).Expecting("555", mail+" MT-PRIORITY=1")
	})
})
