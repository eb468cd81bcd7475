// Package scope_test lets several processes of one run use one server: process
// 1 starts it, every spec has a scope of it, and no spec sees what another one
// does.
package scope_test

import (
	"errors"
	"io"
	"net/smtp"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/sender"
)

func TestScope(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Scopes of one server")
}

const (
	shop    = "shop@example.mn"
	subject = "Захиалга 42"
	mail    = "From: shop@example.mn\r\nSubject: =?utf-8?b?0JfQsNGF0LjQsNC70LPQsA==?= 42\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nСайн байна уу\r\n"
)

// shared is what process 1 tells the others of its server.
var shared string

var _ = SynchronizedBeforeSuite(func(ctx SpecContext) []byte {
	srv, err := harness.Listen(ctx, harness.WithSTARTTLS(), harness.Strict())
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(srv.Close)
	s, err := srv.Share()
	Expect(err).NotTo(HaveOccurred())
	return []byte(s)
}, func(b []byte) { shared = string(b) })

// join returns the scope of the running spec.
func join() *harness.Scope {
	GinkgoHelper()
	return harness.Join(GinkgoT(), shared)
}

// send sends the mail with net/smtp, and leaves with QUIT whatever becomes of
// it: the server is strict.
func send(scope *harness.Scope, to ...string) error {
	c, err := smtp.Dial(scope.Addr())
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.StartTLS(scope.ClientTLSConfig()); err != nil {
		return err
	}
	return errors.Join(transact(c, to), c.Quit())
}

func transact(c *smtp.Client, to []string) error {
	if err := c.Mail(shop); err != nil {
		return err
	}
	for _, address := range to {
		if err := c.Rcpt(address); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, mail); err != nil {
		return err
	}
	return w.Close()
}

// options are those with which package sender reaches the server of a scope.
func options(scope *harness.Scope) *sender.Options {
	return &sender.Options{Security: sender.STARTTLS, TLSConfig: scope.ClientTLSConfig()}
}
