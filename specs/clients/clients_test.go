package clients_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness/record"
)

// realClient is a program that people send mail with.
type realClient struct {
	name, install string
	// command sends a message over a way.
	command func(d *daemon, way way, message string) *exec.Cmd
	// read takes a line of its log apart.
	read   func(line string) (side, string)
	noQuit bool // its log ends before QUIT
	// lacks says what an installed client cannot do; nil: nothing.
	lacks func() string
}

var clients = []*realClient{curl, swaks, msmtp, python}

// missing says why the client cannot be used here, "" if it can.
func (c *realClient) missing() string {
	if _, err := exec.LookPath(c.name); err != nil {
		return c.name + " is not installed"
	}
	if c.lacks != nil {
		return c.lacks()
	}
	return ""
}

// way is how a message goes out.
type way string

const (
	plain       way = "plain"
	startTLS    way = "STARTTLS and AUTH"
	implicitTLS way = "implicit TLS"
)

const (
	from, to       = "bat@example.mn", "anna@example.com"
	user, password = "ann", "s3cret-pass"
	subject        = "Төлбөр"
	patience       = 30 * time.Second
)

// message has a line that begins with a dot, and a subject in Cyrillic.
const message = "From: bat@example.mn\r\nTo: anna@example.com\r\n" +
	"Subject: =?UTF-8?B?0KLTqdC70LHTqdGA?=\r\n" +
	"Date: Mon, 02 Jan 2006 15:04:05 +0800\r\nMessage-ID: <1@example.mn>\r\n\r\n" +
	".a line that begins with a dot\r\n"

func messageFile() string {
	path := filepath.Join(GinkgoT().TempDir(), "message.eml")
	Expect(os.WriteFile(path, []byte(message), 0o600)).To(Succeed())
	return path
}

var _ = Describe("smtpspec serve", func() {
	for _, c := range clients {
		if c.missing() != "" {
			continue
		}
		for _, way := range []way{plain, startTLS, implicitTLS} {
			It("tells what "+c.name+" and the server said: "+string(way), func(ctx SpecContext) {
				c.check(ctx, way)
			}, SpecTimeout(2*patience))
		}
	}
})

func (c *realClient) check(ctx context.Context, way way) {
	GinkgoHelper()
	flags := []string{"--user", user + ":" + password}
	if way == plain {
		flags = []string{"--no-starttls"}
	}
	d := startDaemon(flags...)
	log := run(ctx, c.command(d, way, messageFile()))

	caught := d.next()
	Expect(caught.Event).To(Equal("message"))
	Expect(caught.Subject).To(Equal(subject))
	Expect(caught.Envelope.From).To(Equal(from))
	Expect(caught.Envelope.To).To(HaveExactElements(to))

	session := d.next()
	Expect(session.Event).To(Equal("session"))
	Expect(session.End).To(Equal(record.EndQuit))
	Expect(session.Messages).To(HaveExactElements(caught.ID))
	c.compare(session, log)
	checkSecurity(session, way)
}

// run returns what a client printed; ctx ends one that hangs.
func run(ctx context.Context, cmd *exec.Cmd) string {
	GinkgoHelper()
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	Expect(cmd.Start()).To(Succeed())
	defer context.AfterFunc(ctx, func() { cmd.Process.Kill() })()
	err := cmd.Wait()
	Expect(err).NotTo(HaveOccurred(), log.String())
	return log.String()
}

// compare holds the record against what the client says.
func (c *realClient) compare(session event, log string) {
	GinkgoHelper()
	want, got := reported(log, c.read), recorded(session)
	if c.noQuit {
		got = got.withoutQuit()
	}
	Expect(got.Client).To(HaveExactElements(want.Client), log)
	Expect(got.Server).To(HaveExactElements(want.Server), log)
	Expect(want.Server).NotTo(BeEmpty(), log)
}

func checkSecurity(session event, way way) {
	GinkgoHelper()
	if way == plain {
		Expect(session.TLS).To(BeNil())
		Expect(session.Auth).To(BeEmpty())
		return
	}
	Expect(session.TLS).NotTo(BeNil())
	Expect(session.TLS.Implicit).To(Equal(way == implicitTLS))
	Expect(session.TLS.ServerName).To(BeElementOf("localhost", ""), "not every client sends SNI")
	Expect(session.Auth).To(HaveLen(1))
	Expect(session.Auth[0].OK).To(BeTrue())
	Expect(session.Auth[0].Username).To(Equal(user))
}
