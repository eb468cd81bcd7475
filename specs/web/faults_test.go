package web

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/crypto/bcrypt"

	"github.com/smtpspec/smtpspec/specs/internal/browser"
	"github.com/smtpspec/smtpspec/specs/internal/daemon"
)

// outcome is what became of a try to send: the error, how long it took, and how
// many messages the daemon has then.
type outcome struct {
	err  error
	took time.Duration
	mail int
}

// attempt sends a message over TLS, signed in.
func attempt(d *daemon.Daemon, to string) outcome {
	began := time.Now()
	err := func() error {
		conn, err := net.Dial("tcp", d.SMTP)
		if err != nil {
			return err
		}
		defer conn.Close()
		c, err := smtp.NewClient(conn, "127.0.0.1")
		if err != nil {
			return err
		}
		if err := c.StartTLS(&tls.Config{InsecureSkipVerify: true}); err != nil {
			return err
		}
		if err := c.Auth(smtp.PlainAuth("", "bat", "secret", "127.0.0.1")); err != nil {
			return err
		}
		if err := c.Mail("bat@example.mn"); err != nil {
			return err
		}
		if err := c.Rcpt(to); err != nil {
			return err
		}
		w, err := c.Data()
		if err != nil {
			return err
		}
		if _, err := w.Write([]byte(onWire(letter("Fault", strings.Repeat("0123456789", 20))))); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		return c.Quit()
	}()
	var reply *textproto.Error
	if errors.As(err, &reply) {
		err = fmt.Errorf("%d %s", reply.Code, reply.Msg)
	}
	return outcome{err, time.Since(began), d.List("/api/messages").Total}
}

var _ = Describe("The page of faults", func() {
	var (
		d    *daemon.Daemon
		page *browser.Page
	)
	BeforeEach(func() {
		d = daemon.Start(command, "--store", "memory", "--user", "bat:secret")
		page = chromium.Open(home(d) + "/faults")
	})
	hits := func() string { return page.Text("[data-hits]") }

	DescribeTable("sets a common fault by a click, and counts while one looks", func(name, to string, mail int, failure string) {
		preset := `[data-preset][aria-label="Set: ` + name + `"]`
		page.Click(preset)
		Eventually(hits).Should(Equal("0"))
		Eventually(func() string { return page.Text("#faults-count") }).Should(Equal("1"))
		got := attempt(d, to)
		if failure == "" {
			Expect(got.err).NotTo(HaveOccurred())
			Expect(got.took).To(BeNumerically(">=", 2*time.Second))
		} else {
			Expect(got.err).To(MatchError(ContainSubstring(failure)))
		}
		Expect(got.mail).To(Equal(mail))
		Eventually(hits).ShouldNot(Equal("0"))
		Expect(page.Faults()).To(BeEmpty())
	},
		Entry(nil, "Greylisting", "a@example.net", 0, "451 4.7.1"),
		Entry(nil, "Unknown user", "nobody@example.net", 0, "550 5.1.1"),
		Entry(nil, "Mailbox full", "a@example.net", 0, "452 4.2.2"),
		Entry(nil, "Message too big", "a@example.net", 0, "552 5.3.4"),
		Entry(nil, "Try later, at the end", "a@example.net", 0, "451 4.3.0"),
		Entry(nil, "Shutting down", "a@example.net", 0, "421 4.3.2"),
		Entry(nil, "Slow server", "a@example.net", 1, ""),
		Entry(nil, "Connection lost in the data", "a@example.net", 0, "EOF"),
		Entry(nil, "Final reply lost", "a@example.net", 1, "EOF"),
		Entry(nil, "TLS not available", "a@example.net", 0, "454 4.7.0"),
		Entry(nil, "Wrong password", "a@example.net", 0, "535 5.7.8"),
	)

	It("lets the second try through a greylist", func() {
		page.Click(`[data-preset][aria-label="Set: Greylisting"]`)
		Eventually(hits).Should(Equal("0"))
		Expect(attempt(d, "a@example.net").err).To(MatchError(ContainSubstring("451")))
		Expect(attempt(d, "a@example.net").mail).To(Equal(1))
		Eventually(hits).Should(Equal("1"))
		pictures(page, "faults")
		Expect(page.Faults()).To(BeEmpty())
	})

	It("takes a rule in JSON, gives it to a run, and removes it", func() {
		d.Change("POST", "/api/runs", `{"name":"job-7"}`)
		page.Go(home(d) + "/faults")
		page.Type("#rule-text", `{"on":"RCPT","to":"<b>*","reply":"550 5.1.1 <script>alert(1)</script>"}`)
		page.Click("[data-rule-form] button")
		Eventually(func() string { return page.Text("[data-rule] code") }).Should(ContainSubstring(`On(RCPT).To("<b>*")`))
		browser.Eval[any](page, `(() => { const s = document.querySelector("[data-scope-of]"); s.value = "job-7"; s.dispatchEvent(new Event("change", {bubbles: true})); })()`)
		Eventually(func() string { return d.Text("/api/rules") }).Should(ContainSubstring(`"run":"job-7"`))
		page.Go(home(d) + "/faults?run=job-7")
		Expect(page.Count("[data-rule]")).To(Equal(1))
		page.Click("[data-remove]")
		Eventually(func() int { return page.Count("[data-rule]") }).Should(Equal(0))
		Expect(page.Text("#rules")).To(ContainSubstring("No fault is set"))
		Expect(d.Text("/api/rules")).To(ContainSubstring(`"items":[]`))
		Expect(page.Faults()).To(BeEmpty())
	})

	It("lists what the daemon was given, and takes it back", func() {
		given := daemon.Start(command, "--store", "memory", "--user", "bat:secret", "--rule", `{"on":"RCPT","to":"bad@*","reply":"550 5.1.1 No such user"}`)
		page.Go(home(given) + "/faults")
		Expect(page.Text("[data-rule] code")).To(ContainSubstring(`On(RCPT).To("bad@*")`))
		Expect(attempt(given, "bad@example.net").err).To(MatchError(ContainSubstring("550 5.1.1")))
		Eventually(hits).Should(Equal("1"))
		page.Click("[data-remove]")
		Eventually(func() int { return page.Count("[data-rule]") }).Should(Equal(0))
		Expect(attempt(given, "bad@example.net").err).NotTo(HaveOccurred())
	})

	DescribeTable("shows in place what is wrong with a rule", func(text, says, marked string) {
		page.Type("#rule-text", text)
		page.Click("[data-rule-form] button")
		Eventually(func() string { return page.Text("#rule-wrong p") }).Should(ContainSubstring(says))
		Expect(page.Text("#rule-wrong mark")).To(Equal(marked))
		Expect(browser.Eval[string](page, `(() => { const t = document.getElementById("rule-text"); return t.value.slice(t.selectionStart, t.selectionEnd); })()`)).To(Equal(marked))
		page.Shot("faults-wrong")
		Expect(page.Count("[data-rule]")).To(Equal(0))
	},
		Entry(nil, `{"on":"RCPT","too":"бат"}`, "too", `"`),
		Entry(nil, `{"on":"бат","to":[1]}`, "stage", `"`),
		Entry(nil, `{"on":"RCPT" x}`, "not JSON", "x"),
	)

	It("says so where faults are not one's to set", func() {
		sum, err := bcrypt.GenerateFromPassword([]byte("pw"), bcrypt.MinCost)
		Expect(err).NotTo(HaveOccurred())
		file := filepath.Join(GinkgoT().TempDir(), "auth")
		Expect(os.WriteFile(file, []byte("oyun:write:"+string(sum)+"\n"), 0o600)).To(Succeed())
		guarded := daemon.Start(command, "--store", "memory", "--auth", file)
		_, port, _ := net.SplitHostPort(guarded.HTTP)
		page.Go("http://oyun:pw@127.0.0.1:" + port + "/faults")
		page.Go("http://127.0.0.1:" + port + "/faults")
		page.Click("[data-preset]")
		Eventually(func() string { return page.Text("#fault-alert") }).Should(And(ContainSubstring("admin"), ContainSubstring("you have write")))
		page.Shot("faults-forbidden")
	})
})
