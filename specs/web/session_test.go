package web

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/browser"
	"github.com/smtpspec/smtpspec/specs/internal/daemon"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

// pictures keeps the page as it looks in light, in dark, and on a phone.
func pictures(page *browser.Page, name string) {
	GinkgoHelper()
	page.Size(1400, 1400)
	page.Shot(name)
	Expect(page.Barriers()).To(BeEmpty())
	url := page.URL()
	browser.Eval[any](page, `document.cookie = "smtpspec_theme=dark; path=/"`)
	page.Go(browser.Eval[string](page, "location.origin") + url)
	page.Shot(name + "-dark")
	Expect(page.Barriers()).To(BeEmpty())
	page.Size(360, 780)
	expectNoOverflow(page)
	Expect(page.Barriers()).To(BeEmpty())
	page.Shot(name + "-360")
	browser.Eval[any](page, `document.cookie = "smtpspec_theme=; path=/; max-age=0"`)
	page.Size(1400, 900)
	page.Go(browser.Eval[string](page, "location.origin") + url)
}

// expectNoOverflow expects nothing to stand beyond the edge of the window.
func expectNoOverflow(page *browser.Page) {
	GinkgoHelper()
	Expect(browser.Eval[[]string](page, `[...document.querySelectorAll("body *")].filter((e) => {
		for (let p = e; p; p = p.parentElement) if (p.matches("pre, textarea, .hidden, .skip") || getComputedStyle(p).overflowX === "auto" && p.matches("pre, code")) return false;
		const box = e.getBoundingClientRect();
		return box.width > 0 && box.right > innerWidth + 1;
	}).slice(0, 5).map((e) => e.tagName + "." + (e.className.baseVal ?? e.className))`)).To(BeEmpty())
}

// onWire is a text with the line ends of the wire.
func onWire(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

// rule sets a fault.
func rule(d *daemon.Daemon, json string) string {
	GinkgoHelper()
	return idOf(d.Change("POST", "/api/rules", `{"rule":`+json+`}`))
}

func idOf(answer string) string {
	GinkgoHelper()
	var made struct{ ID string }
	Expect(json.Unmarshal([]byte(answer), &made)).To(Succeed())
	return made.ID
}

// dial speaks to the daemon in octets.
func dial(d *daemon.Daemon) *rawclient.Client {
	GinkgoHelper()
	conn, err := net.Dial("tcp", d.SMTP)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { conn.Close() })
	c := rawclient.Over(conn, rawclient.Patience)
	Expect(c.Reply()).To(HavePrefix("220"))
	return c
}

// newest waits for so many sessions and returns the ID of the newest one.
func newest(d *daemon.Daemon, n int) string {
	GinkgoHelper()
	var list daemon.Page
	Eventually(func() []daemon.Item { list = d.List("/api/sessions"); return list.Items }).Should(HaveLen(n))
	return list.Items[0].ID
}

var _ = Describe("Sessions", func() {
	var d *daemon.Daemon
	BeforeEach(func() {
		d = daemon.Start(command, "--store", "memory", "--user", "bat:op3n-s3same", "--allow-plaintext-auth")
	})

	It("say in one sentence why mail was refused", func() {
		rule(d, `{"on":"RCPT","to":"gone@*","reply":"550 5.1.1 No such user"}`)
		_, err := d.Try("gone@example.net", onWire(letter("Order", "x")))
		Expect(err).To(HaveOccurred())
		newest(d, 1)

		page := chromium.Open(home(d) + "/")
		page.Click(`[data-place="sessions"]`)
		Eventually(page.URL).Should(Equal("/sessions"))
		page.Click(`[data-kind="refused"]`)
		Eventually(page.URL).Should(Equal("/sessions?show=refused"))
		Expect(page.Text(".row-session.refused")).To(ContainSubstring("550"))
		page.Click(".row-session .client a")
		Eventually(func() string { return page.Text(".why .sentence") }).Should(And(
			ContainSubstring("refused the recipient <gone@example.net> with 550 5.1.1 No such user"),
			Or(ContainSubstring("said QUIT"), ContainSubstring("RSET"), ContainSubstring("hung up"))))
		Expect(page.Text(".why")).To(And(ContainSubstring("there is no such mailbox"), ContainSubstring("is final"),
			ContainSubstring(`On(RCPT).To("gone@*").Reply(550, "5.1.1 No such user")`)))
		page.Click(".why .sentence a")
		Expect(page.Text(".line:target .s")).To(ContainSubstring("550"))
		Expect(page.Text(".line:target .by code")).To(ContainSubstring("On(RCPT)"))
		pictures(page, "session-refused")
		Expect(page.Faults()).To(BeEmpty())
	})

	It("show time, TLS, sign-in, groups, data and what was wrong", func() {
		c, err := smtp.Dial(d.SMTP)
		Expect(err).NotTo(HaveOccurred())
		Expect(c.StartTLS(&tls.Config{InsecureSkipVerify: true, ServerName: "mail.example.net"})).To(Succeed())
		Expect(c.Auth(smtp.PlainAuth("", "bat", "op3n-s3same", "127.0.0.1"))).To(Succeed())
		Expect(c.Mail("bat@example.mn")).To(Succeed())
		Expect(c.Rcpt("oyun@example.net")).To(Succeed())
		w, err := c.Data()
		Expect(err).NotTo(HaveOccurred())
		_, err = fmt.Fprint(w, onWire(letter("Нууц", strings.Repeat("text\n", 2000))))
		Expect(err).NotTo(HaveOccurred())
		Expect(w.Close()).To(Succeed())
		Expect(c.Quit()).To(Succeed())
		id := newest(d, 1)

		page := chromium.Open(home(d) + "/sessions/" + id)
		Expect(page.Text(".why.good")).To(ContainSubstring("Nothing was refused"))
		Expect(page.Text(".line.tls.shake, .line.tls .shake")).To(And(ContainSubstring("TLS 1.3"), ContainSubstring("mail.example.net")))
		Expect(page.Count(".line.command.tls")).To(BeNumerically(">=", 6))
		Expect(page.Count(".line.command:not(.tls)")).To(Equal(2), "EHLO and STARTTLS went in clear")
		Expect(page.Text(".facts .attempt.accepted")).To(ContainSubstring("PLAIN bat"))
		Expect(page.Text(".masked")).To(ContainSubstring("masked"))
		Expect(page.Text(".line.data")).To(ContainSubstring("kB"))
		Expect(page.Count(".stretch rect.server")).To(BeNumerically(">=", 6))
		Expect(page.Count(".axis text")).To(BeNumerically(">", 1))
		secret := base64.StdEncoding.EncodeToString([]byte("\x00bat\x00op3n-s3same"))
		for _, text := range []string{browser.Eval[string](page, "document.documentElement.outerHTML"), d.Text("/api/sessions/" + id + "/transcript")} {
			Expect(text).To(ContainSubstring("AUTH PLAIN ****"))
			Expect(text).NotTo(Or(ContainSubstring("op3n-s3same"), ContainSubstring(secret)))
		}
		Expect(strings.TrimSpace(page.Text("#transcript"))).To(Equal(strings.TrimSpace(d.Text("/api/sessions/" + id + "/transcript"))))
		pictures(page, "session-tls")
		Expect(page.Faults()).To(BeEmpty())
	})

	It("bracket what came in one go, and mark anomalies on their line", func() {
		c := dial(d)
		c.Ask("EHLO client.example")
		c.Octets("MAIL FROM:<bat@example.mn>\r\nRCPT TO:<a@example.net>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n")
		for range 4 {
			c.Reply()
		}
		c.Octets("Subject: x\r\n\r\nbare\nline\r\n.\r\n")
		Expect(c.Reply()).To(HavePrefix("250"))
		c.Octets("NOOP\n")
		Expect(c.Reply()).To(HavePrefix("250"))
		Expect(c.Ask("XYZZY <script>alert(1)</script>\x1b[2J\u202e")).To(HavePrefix("5"))
		c.Close()
		id := newest(d, 1)

		page := chromium.Open(home(d) + "/sessions/" + id)
		Expect(page.Count(".line.group.first")).To(Equal(1))
		Expect(page.Count(".line.group.last")).To(Equal(1))
		Expect(page.Count(".line.group")).To(Equal(4))
		Expect(page.Text("#line-7 .note")).To(And(ContainSubstring("LF"), ContainSubstring("RFC 5321 §2.3.8"), ContainSubstring("Fix:")))
		Expect(page.Text("#line-8 .c")).To(And(ContainSubstring(`<script>alert(1)</script>\x1b[2J\u202e`)))
		Expect(page.Text(".why")).To(And(ContainSubstring("refused the command XYZZY"), ContainSubstring("hung up without QUIT"), ContainSubstring("1 message of this session was taken")))
		pictures(page, "session-anomalies")
		Expect(page.Faults()).To(BeEmpty())
	})

	It("stand as a tab of their messages, whose lines are marked", func() {
		c := dial(d)
		c.Ask("EHLO client.example")
		for i := range 2 {
			c.Dialogue("MAIL FROM:<bat@example.mn>", "250", fmt.Sprintf("RCPT TO:<a%d@example.net>", i), "250", "DATA", "354")
			c.Octets(fmt.Sprintf("Subject: m%d\r\n\r\nx\r\n.\r\n", i))
			Expect(c.Reply()).To(HavePrefix("250"))
		}
		page := chromium.Open(home(d) + "/view/latest?tab=session")
		page.Click(`[data-tab="session"]`)
		Eventually(func() string { return page.Text("#tab") }).Should(ContainSubstring("still open"))
		c.Quit()
		newest(d, 1)

		page.Click(`[data-tab="text"]`)
		Eventually(func() int { return page.Count("#tab.tab-text") }).Should(Equal(1))
		page.Click(`[data-tab="session"]`)
		Eventually(func() int { return page.Count("#tab .line.own") }).Should(Equal(4))
		Expect(page.Text("#tab .line.own .c")).To(ContainSubstring("MAIL"))
		Expect(page.Text("#tab .line.own:has(+ .line.data) ")).To(ContainSubstring("DATA"))
		Expect(page.Text("#tab #line-7")).To(ContainSubstring("a1@example.net"))
		Expect(page.Count("#tab #line-7.own")).To(Equal(1))
		pictures(page, "session-tab")
		page.Click(".facts a[href^='/sessions/']")
		Eventually(page.URL).Should(HavePrefix("/sessions/"))
		Expect(page.Faults()).To(BeEmpty())
	})

	It("are listed by kind, and come while one looks", func() {
		d.Send("oyun@example.net", onWire(letter("Good", "x")))
		c := dial(d)
		c.Ask("EHLO aborted.example")
		c.Close()
		newest(d, 2)
		page := chromium.Open(home(d) + "/sessions")
		Eventually(func() int { return page.Count(".row-session") }).Should(Equal(2))
		Expect(page.Text(".row-session.aborted")).To(And(ContainSubstring("aborted.example"), ContainSubstring("hung up")))

		rule(d, `{"on":"MAIL","reply":"451 4.3.0 Later"}`)
		_, err := d.Try("a@example.net", onWire(letter("x", "y")))
		Expect(err).To(HaveOccurred())
		Eventually(func() int { return page.Count(".row-session") }).Should(Equal(3))
		Expect(page.Text(".row-session")).To(ContainSubstring("451"))
		Expect(page.Text("#sessions-count")).To(Equal("3"))
		pictures(page, "sessions")
		for kind, n := range map[string]int{"mail": 1, "refused": 1, "aborted": 1, "anomalies": 1} {
			page.Click(`[data-kind="` + kind + `"]`)
			Eventually(func() int { return page.Count(`[data-kind="` + kind + `"][aria-current]`) }).Should(Equal(1))
			Expect(page.Count(".row-session")).To(Equal(n), kind)
		}
		Expect(page.Faults()).To(BeEmpty())
	})

	It("are read on where a page ends, and of one run only if that is asked for", func() {
		for range 70 {
			conn, err := net.Dial("tcp", d.SMTP)
			Expect(err).NotTo(HaveOccurred())
			_, _ = fmt.Fprint(conn, "QUIT\r\n")
			_, _ = io.Copy(io.Discard, conn)
			conn.Close()
		}
		d.Send("bat+run-one@example.net", onWire(letter("In a run", "x")))
		Eventually(func() int { return d.List("/api/sessions").Total }).Should(Equal(71))
		page := chromium.Open(home(d) + "/sessions")
		Expect(page.Count(".row-session")).To(BeNumerically(">=", 50))
		browser.Eval[any](page, `document.querySelector(".more-sessions")?.scrollIntoView()`)
		Eventually(func() int { return page.Count(".row-session") }).Should(Equal(71))
		page.Go(home(d) + "/sessions?run=one")
		Expect(page.Count(".row-session")).To(Equal(1))
		Expect(page.Faults()).To(BeEmpty())
	})
})
