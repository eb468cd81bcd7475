package auth_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = Describe("An AUTH exchange that goes wrong", func() {
	var (
		srv *harness.Server
		c   *rawclient.Client
	)
	BeforeEach(func() {
		srv = harness.NewServer(GinkgoT(), harness.WithUser("bat", "s3cret"))
		c = rawclient.Hello(srv)
	})

	DescribeTable("is refused with its code, and the session goes on", func(code string, lines ...string) {
		for _, line := range lines[:len(lines)-1] {
			c.Expecting("334", line)
		}
		c.Expecting(code, lines[len(lines)-1])
		Expect(srv.Sessions()[0].Auth).To(BeEmpty())
		c.Dialogue("NOOP", "250", "AUTH PLAIN "+b64("\x00bat\x00s3cret"), "235")
	},
		Entry("PLAIN cancelled with *", "501", "AUTH PLAIN", "*"),
		Entry("LOGIN cancelled at the name", "501", "AUTH LOGIN", "*"),
		Entry("LOGIN cancelled at the password", "501", "AUTH LOGIN", b64("bat"), "*"),
		Entry("CRAM-MD5 cancelled", "501", "AUTH CRAM-MD5", "*"),
		Entry("* as the initial response", "501", "AUTH PLAIN *"),
		Entry("an empty initial response to PLAIN", "501", "AUTH PLAIN ="),
		Entry("= as a response", "501", "AUTH PLAIN", "="),
		Entry("an empty response", "501", "AUTH PLAIN", ""),
		Entry("an initial response that is not base64", "501", "AUTH PLAIN !!!!"),
		Entry("a response that is not base64", "501", "AUTH PLAIN", "AGJhdABz$$$"),
		Entry("base64 without its padding", "501", "AUTH PLAIN AGJhdABzM2NyZXQ"),
		Entry("a name that is not base64", "501", "AUTH LOGIN", "б"),
		Entry("a password that is not base64", "501", "AUTH LOGIN", b64("bat"), "s3cret!"),
		Entry("PLAIN without any NUL", "501", "AUTH PLAIN "+b64("bat s3cret")),
		Entry("PLAIN with one NUL", "501", "AUTH PLAIN "+b64("bat\x00s3cret")),
		Entry("PLAIN with three NULs", "501", "AUTH PLAIN "+b64("\x00bat\x00s3cret\x00")),
		Entry("CRAM-MD5 without a blank", "501", "AUTH CRAM-MD5", b64("bat")),
		Entry("control octets in a response", "501", "AUTH PLAIN", "AGJh\x00dAA="),
		Entry("control octets in the command", "501", "AUTH PLAIN AGJh\x01dAA="),
		Entry("no mechanism", "501", "AUTH"),
		Entry("no mechanism behind a blank", "501", "AUTH "),
		Entry("an unknown mechanism", "504", "AUTH XOAUTH2 "+b64("user=bat")),
		Entry("a mechanism beyond ASCII", "501", "AUTH БАТ"),
	)

	It("does not count the blank behind the mechanism as an initial response", func() {
		c.Dialogue("AUTH PLAIN ", "334", b64("\x00bat\x00s3cret"), "235")
		Expect(attempt(srv).Initial).To(BeFalse())
	})

	DescribeTable("meets an over-long line: one 500, and the next command is understood", func(octets int) {
		c.Expecting("334", "AUTH PLAIN")
		c.Dialogue(strings.Repeat("A", octets), "500 5.5.6", "NOOP", "250")
		Expect(srv.Sessions()[0].Auth).To(BeEmpty())
		c.Dialogue("AUTH PLAIN "+b64("\x00bat\x00s3cret"), "235")
	},
		Entry("just over the limit", 12288),
		Entry("far over it", 200_000),
	)

	It("takes a response of the longest line that RFC 4954 asks for", func() {
		c.Dialogue("AUTH PLAIN", "334", strings.Repeat("A", 12284), "501", "NOOP", "250")
	})

	It("is refused when it came over-long in the command itself", func() {
		c.Dialogue("AUTH PLAIN "+strings.Repeat("A", 5000), "500 5.5.2", "NOOP", "250")
	})

	It("leaves nothing behind when the client hangs up in the middle", func(ctx SpecContext) {
		c.Expecting("334", "AUTH LOGIN")
		c.Octets("YmF0")
		c.Close()
		sessions, err := srv.WaitForSessions(ctx, 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(sessions[0].End).To(Equal(harness.EndClientClosed))
		Expect(sessions[0].Transcript()).NotTo(ContainSubstring("YmF0"))
	})
})
