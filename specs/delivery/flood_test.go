package delivery_test

import (
	"bufio"
	"io"
	"runtime"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
)

const endless = 1 << 60

var _ = DescribeTableSubtree("Flood", func(w transport) {
	It("sends as many octets of reply lines as it says, before the last line", func() {
		const n = 1_000_003
		srv := w.server(harness.On(harness.EHLO).Once().Flood(n))
		c := w.dial(srv)
		c.Reply()
		c.Lines("EHLO client.example")
		whole, flooded := c.Reply()+"\r\n", 0
		for line := range strings.Lines(whole) {
			Expect(len(line)).To(BeNumerically("<=", 512))
			if strings.HasPrefix(line, "250-more") || strings.HasPrefix(line, "250-mmm") {
				flooded += len(line)
			}
		}
		Expect(flooded).To(Equal(n))
		Expect(whole).To(HavePrefix("250-mx.harness.test\r\n250-PIPELINING"))
		Expect(strings.Split(whole, "\r\n")[strings.Count(whole, "\n")-1]).To(HavePrefix("250 "))

		Expect(len(c.Hello())).To(Equal(len(whole) - n - 2))
		c.Quit()
		Expect(len(only(srv).Transcript())).To(BeNumerically("<", 3000))
		Expect(only(srv).Transcript()).To(ContainSubstring("(1000003 octets of reply lines)"))
	})

	It("ends when the client hangs up", func(ctx SpecContext) {
		srv := w.server(harness.On(harness.EHLO).Flood(endless))
		c := w.dial(srv)
		c.Reply()
		c.Lines("EHLO client.example")
		c.Conn().SetReadDeadline(time.Time{})
		_, err := io.CopyN(io.Discard, c.Conn(), 1<<20)
		Expect(err).NotTo(HaveOccurred())
		c.Close()
		Expect(ended(ctx, srv).End).To(Or(Equal(harness.EndClientReset), Equal(harness.EndClientClosed)))
	})

	It("waits for a client that never reads, and ends with Close", func() {
		srv := w.server(harness.On(harness.EHLO).Flood(endless))
		c := w.dial(srv)
		c.Reply()
		c.Lines("EHLO client.example")
		Eventually(func() []string { return only(srv).Verbs() }).Should(Equal([]string{"EHLO"}))
		began := time.Now()
		Expect(srv.Close()).To(Succeed())
		Expect(time.Since(began)).To(BeNumerically("<", 2*time.Second))
		Expect(only(srv).End).To(Equal(harness.EndServerClosed))
	})

	It("keeps none of it in memory", func() {
		srv := w.server(harness.On(harness.EHLO).Flood(endless))
		c := w.dial(srv)
		c.Reply()
		c.Lines("EHLO client.example")
		c.Conn().SetReadDeadline(time.Time{})
		in := bufio.NewReaderSize(c.Conn(), 64<<10)
		_, err := io.CopyN(io.Discard, in, 1<<20)
		Expect(err).NotTo(HaveOccurred())
		before := heap()
		_, err = io.CopyN(io.Discard, in, 16<<20)
		Expect(err).NotTo(HaveOccurred())
		Expect(heap() - before).To(BeNumerically("<", 4<<20))
	})
}, overEach())

func heap() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
