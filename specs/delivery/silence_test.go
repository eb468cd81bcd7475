package delivery_test

import (
	"context"
	"errors"
	"os"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

var _ = DescribeTableSubtree("StopReading", func(w transport) {
	It("neither answers nor reads, until the client's writes block", func() {
		srv := w.server(harness.On(harness.NOOP).StopReading())
		c := w.hello(srv)
		c.Lines("NOOP", "RSET")
		c.ExpectSilence(20 * time.Millisecond)
		Expect(only(srv).Verbs()).To(Equal([]string{"EHLO", "NOOP"}))
		Expect(writeUntilBlocked(c)).To(BeNumerically("<", 64<<20))
		Expect(only(srv).Verbs()).To(Equal([]string{"EHLO", "NOOP"}))
		Expect(only(srv).End).To(Equal(harness.StillOpen))
	})

	It("ends at once with Close", func() {
		srv := w.server(harness.On(harness.NOOP).StopReading())
		c := w.hello(srv)
		c.Lines("NOOP")
		c.ExpectSilence(20 * time.Millisecond)
		began := time.Now()
		Expect(srv.Close()).To(Succeed())
		Expect(time.Since(began)).To(BeNumerically("<", time.Second))
		Expect(only(srv).End).To(Equal(harness.EndServerClosed))
	})

	It("outlives its client, and ends with Close all the same", func() {
		srv := w.server(harness.On(harness.NOOP).StopReading())
		c := w.hello(srv)
		c.Lines("NOOP")
		c.ExpectSilence(20 * time.Millisecond)
		c.Close()
		Expect(srv.Close()).To(Succeed())
		Expect(only(srv).End).To(Equal(harness.EndServerClosed))
	})
}, overEach())

// writeUntilBlocked writes lines until none go through any more, and returns
// how many octets did.
func writeUntilBlocked(c *rawclient.Client) (n int) {
	GinkgoHelper()
	lines := make([]byte, 64<<10)
	for n < 64<<20 {
		c.Conn().SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
		m, err := c.Conn().Write(lines)
		if n += m; err != nil {
			Expect(errors.Is(err, os.ErrDeadlineExceeded)).To(BeTrue(), "%v", err)
			return n
		}
	}
	return n
}

var _ = Describe("A stalled session", func() {
	It("says nothing to a client that begins TLS", func() {
		srv := tcp.server(harness.On(harness.CONNECT).Stall())
		c := rawclient.Dial(srv)
		c.Octets("\x16\x03\x01\x00\x05hello\n")
		c.ExpectSilence(20 * time.Millisecond)
		Expect(only(srv).End).To(Equal(harness.StillOpen))
	})

	It("says nothing when the server shuts down", func(ctx SpecContext) {
		srv := tcp.server(harness.On(harness.NOOP).Stall())
		c := rawclient.Hello(srv)
		c.Lines("NOOP")
		c.ExpectSilence(20 * time.Millisecond)
		ctx1, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		Expect(srv.Shutdown(ctx1)).To(Succeed())
		rest, _ := c.Rest()
		Expect(rest).To(BeEmpty())
		Expect(only(srv).End).To(Equal(harness.EndServerClosed))
	})
})
