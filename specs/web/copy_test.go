package web

import (
	"encoding/json"
	"os/exec"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/daemon"
	"github.com/smtpspec/smtpspec/specs/internal/needed"
)

var _ = Describe("Copy as test", func() {
	var d *daemon.Daemon
	BeforeEach(func() { d = daemon.Start(command, "--store", "memory", "--no-starttls") })

	It("gives a spec and a line that waits for a message", func(ctx SpecContext) {
		deliver(ctx, d, letter("It's 'quoted' $(id)", "Your code is 482913."))
		page := chromium.Open(home(d) + "/view/latest")
		page.Click(".copying summary")
		Eventually(func() string { return page.Text("#copy-go") }).Should(And(
			ContainSubstring(`HaveSubject("It's 'quoted' $(id)")`), ContainSubstring(`BeSentTo("oyun@example.net")`)))
		line := page.Text("#copy-curl")
		Expect(line).To(ContainSubstring("/api/wait"))
		Expect(page.Count("#copy-rule")).To(Equal(0))
		page.Click(`[data-copy-from="#copy-curl"]`)
		Eventually(func() string { return page.Text(`[data-copy-from="#copy-curl"]`) }).Should(Equal("Copied"))
		pictures(page, "copy-message")
		Expect(page.Faults()).To(BeEmpty())

		if _, err := exec.LookPath("curl"); err != nil {
			needed.Missing("there is no curl: install Debian's curl")
		}
		out, err := exec.Command("sh", "-c", line).Output()
		Expect(err).NotTo(HaveOccurred())
		var waited struct{ Items []daemon.Item }
		Expect(json.Unmarshal(out, &waited)).To(Succeed())
		Expect(waited.Items).To(ConsistOf(HaveField("Subject", "It's 'quoted' $(id)")))
	})

	It("gives a rule that refuses as it was refused", func() {
		first := rule(d, `{"on":"RCPT","to":"a@*","reply":"452 4.2.2 Mailbox full"}`)
		_, err := d.Try("a@example.net", onWire(letter("x", "y")))
		Expect(err).To(HaveOccurred())
		page := chromium.Open(home(d) + "/sessions/" + newest(d, 1))
		page.Click(".copying summary")
		Eventually(func() string { return page.Text("#copy-go") }).Should(ContainSubstring("HaveReply(harness.RCPT, 452)"))
		text := page.Text("#copy-rule")
		pictures(page, "copy-session")

		d.Change("DELETE", "/api/rules/"+first, "")
		rule(d, text)
		_, err = d.Try("a@example.net", onWire(letter("x", "y")))
		Expect(err).To(MatchError(ContainSubstring("452 4.2.2 Mailbox full")))
		_, err = d.Try("b@example.net", onWire(letter("x", "y")))
		Expect(err).NotTo(HaveOccurred())
		Expect(page.Faults()).To(BeEmpty())
	})
})
