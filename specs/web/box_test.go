package web

import (
	"context"
	"fmt"
	"time"

	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/sender"
	"github.com/smtpspec/smtpspec/specs/internal/browser"
	"github.com/smtpspec/smtpspec/specs/internal/daemon"
)

// inbox is a page over a daemon of its own.
type inbox struct {
	*browser.Page
	daemon *daemon.Daemon
}

// openInbox starts a daemon with mail, subjects "mail 1" up to "mail n", and
// opens a path of it.
func openInbox(ctx context.Context, n int, path string) *inbox {
	GinkgoHelper()
	d := daemon.Start(command, "--store", "memory", "--no-starttls")
	flood(ctx, d, "mail", n)
	b := &inbox{chromium.Open(home(d) + path), d}
	b.scripted()
	return b
}

// scripted waits until the page listens.
func (b *inbox) scripted() {
	GinkgoHelper()
	b.finds("html.scripted", 1)
}

// flood sends n short messages over one connection.
func flood(ctx context.Context, d *daemon.Daemon, name string, n int) {
	GinkgoHelper()
	c, err := sender.Dial(ctx, d.SMTP, &sender.Options{Security: sender.Plain, Hello: "client.example.mn"})
	Expect(err).NotTo(HaveOccurred())
	for i := range n {
		subject := fmt.Sprintf("%s %d", name, i+1)
		raw := onWire(letter(subject, "The text of "+subject+"."))
		_, err := c.Send(ctx, sender.Envelope{From: "bat@example.mn", To: []sender.Recipient{{Address: "oyun@example.net"}}}, []byte(raw))
		Expect(err).NotTo(HaveOccurred())
	}
	Expect(c.Quit(ctx)).To(Succeed())
}

// subjects are those of the rows that are shown, the first so many; 0 = all.
func (b *inbox) subjects(most int) []string {
	GinkgoHelper()
	all := browser.Eval[[]string](b.Page, `[...document.querySelectorAll(".row:not([hidden]) .subject")].map((s) => s.textContent)`)
	if most > 0 && len(all) > most {
		all = all[:most]
	}
	return all
}

// rowOf is the selector of the row with a subject.
func (b *inbox) rowOf(subject string) string {
	GinkgoHelper()
	id := browser.Eval[string](b.Page, fmt.Sprintf(`[...document.querySelectorAll(".row")].find((r) => r.querySelector(".subject").textContent === %q)?.id ?? ""`, subject))
	Expect(id).NotTo(BeEmpty(), "there is no row of %s", subject)
	return "#" + id
}

// sees waits for what a selector says.
func (b *inbox) sees(selector, text string) {
	GinkgoHelper()
	Eventually(func() string { return b.Text(selector) }).Should(ContainSubstring(text), selector)
}

// finds waits until so many elements are there.
func (b *inbox) finds(selector string, n int) {
	GinkgoHelper()
	Eventually(func() int { return b.Count(selector) }).Should(Equal(n), selector)
}

// found waits until the daemon finds so many messages.
func (b *inbox) found(query string, n int) {
	GinkgoHelper()
	Eventually(func() int { return len(b.daemon.All(query)) }).Should(Equal(n), query)
}

// at waits for a path and query.
func (b *inbox) at(url string) {
	GinkgoHelper()
	Eventually(b.URL).Should(Equal(url))
}

// good expects that nothing went wrong with the page.
func (b *inbox) good() {
	GinkgoHelper()
	Expect(b.Faults()).To(BeEmpty())
}

const (
	enter  = kb.Enter
	escape = kb.Escape
)

const shownRow = ".row:not([hidden])"

// patience bounds what takes a moment in a browser that shares a machine.
const patience = 60 * time.Second
