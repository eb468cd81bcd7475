package time_test

import (
	"context"
	"net"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

// suite is the test that bubbles are made of: GinkgoT cannot make one.
var suite *testing.T

func TestTime(t *testing.T) {
	suite = t
	RegisterFailHandler(Fail)
	RunSpecs(t, "Time, seen from the client")
}

// inBubble makes a spec of f in virtual time. A server inside belongs to the
// bubble's own test, whose cleanups run in the bubble.
func inBubble(f func(b bubble)) func() {
	return func() {
		synctest.Test(suite, func(t *testing.T) {
			defer GinkgoRecover()
			f(bubble{t})
		})
	}
}

type bubble struct{ t *testing.T }

func (b bubble) server(options ...harness.Option) *harness.Server {
	return harness.NewServer(b.t, append(options, harness.InMemory(), harness.ReportTo(GinkgoT()))...)
}

// dial connects until the bubble ends.
func (b bubble) dial(srv *harness.Server) net.Conn {
	GinkgoHelper()
	conn, err := srv.Dial(context.Background())
	Expect(err).NotTo(HaveOccurred())
	b.t.Cleanup(func() { conn.Close() })
	return conn
}

// client connects without any patience of its own.
func (b bubble) client(srv *harness.Server) *rawclient.Client {
	GinkgoHelper()
	return rawclient.Over(b.dial(srv), 0)
}

// hello connects and says EHLO.
func (b bubble) hello(srv *harness.Server) *rawclient.Client {
	GinkgoHelper()
	c := b.client(srv)
	Expect(c.Reply()).To(HavePrefix("220"))
	c.Hello()
	return c
}

// pass lets time go by. The time is that of synctest, and costs nothing.
func pass(d time.Duration) { <-time.After(d) }

// took returns how long f takes in virtual time.
func took(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}

func only(srv *harness.Server) *harness.Session {
	GinkgoHelper()
	Expect(srv.Sessions()).To(HaveLen(1))
	return srv.Sessions()[0]
}
