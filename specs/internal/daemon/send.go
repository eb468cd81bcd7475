package daemon

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/sender"
)

// Send sends one message, which has to be taken, and returns its ID.
func (d *Daemon) Send(to, raw string) string {
	GinkgoHelper()
	result, err := d.Try(to, raw)
	Expect(err).NotTo(HaveOccurred())
	id, err := QueuedAs(result.Final)
	Expect(err).NotTo(HaveOccurred())
	return id
}

// Try sends one message, which may be refused.
func (d *Daemon) Try(to, raw string) (*sender.Result, error) {
	o := &sender.Options{Security: sender.Plain, Hello: "client.example.mn", Timeout: patience}
	return sender.SendMail(context.Background(), d.SMTP, o, "shop@example.mn", []string{to}, []byte(raw))
}
