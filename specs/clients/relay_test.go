package clients_test

import (
	"os/exec"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness/record"
)

// How mail comes from other servers: by LMTP, and behind a proxy.
var _ = Describe("smtpspec serve behind other servers", func() {
	if swaks.missing() != "" {
		return
	}

	It("speaks LMTP with swaks", func(ctx SpecContext) {
		d := startDaemon("--lmtp", "127.0.0.1:0")
		session := relayed(ctx, d, d.lmtp, "--protocol", "LMTP")
		Expect(session.Commands[0].Verb).To(Equal("LHLO"))
	}, SpecTimeout(2*patience))

	It("believes the XCLIENT of swaks", func(ctx SpecContext) {
		d := startDaemon("--xclient-from", "127.0.0.0/8,::1")
		session := relayed(ctx, d, d.smtp, "--xclient-addr", "203.0.113.7", "--xclient-name", "shop.example.mn")
		Expect(session.Client).To(HaveKeyWithValue("ADDR", "203.0.113.7"))
		Expect(session.Client).To(HaveKeyWithValue("NAME", "shop.example.mn"))
	}, SpecTimeout(2*patience))

	for _, version := range []string{"1", "2"} {
		It("reads the PROXY header of swaks, version "+version, func(ctx SpecContext) {
			d := startDaemon("--proxy-from", "127.0.0.0/8,::1")
			family := map[string]string{"1": "TCP4", "2": "AF_INET"}[version]
			session := relayed(ctx, d, d.smtp, "--proxy-version", version, "--proxy-family", family,
				"--proxy-source", "203.0.113.9", "--proxy-source-port", "4711", "--proxy-dest", "127.0.0.1", "--proxy-dest-port", "25")
			Expect(session.Client).To(HaveKeyWithValue("ADDR", "203.0.113.9"))
			Expect(session.Client).To(HaveKeyWithValue("PORT", "4711"))
		}, SpecTimeout(2*patience))
	}
})

// relayed sends the message with swaks and returns the session.
func relayed(ctx SpecContext, d *daemon, port string, flags ...string) event {
	GinkgoHelper()
	args := append([]string{"--helo", "relay.example.mn", "--from", from, "--to", to, "--data", "@" + messageFile(),
		"--server", "127.0.0.1", "--port", port}, flags...)
	log := run(ctx, exec.Command("swaks", args...))
	Expect(d.next().Subject).To(Equal(subject), log)
	session := d.next()
	Expect(session.End).To(Equal(record.EndQuit), log)
	return session
}
