package hostile_test

import (
	"context"
	"io"
	"net"
	"runtime"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/specs/internal/rawclient"
)

// inUse returns what the process holds, after a collection.
func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// peakOf returns by how much the memory in use grows, at most, while f runs.
func peakOf(f func()) int64 {
	GinkgoHelper()
	before, peak := inUse(), int64(0)
	done, sampled := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(sampled)
		ticks := time.NewTicker(20 * time.Millisecond)
		defer ticks.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticks.C:
				peak = max(peak, inUse()-before)
			}
		}
	}()
	f()
	close(done)
	<-sampled
	return peak
}

var _ = Describe("Memory", func() {
	It("of an idle connection is less than 32 KiB, both ends, and comes back", Serial, func(ctx SpecContext) {
		const connections = 2000
		srv := harness.NewServer(GinkgoT(), harness.InMemory(), harness.WithMaxSessions(connections), harness.WithKeep(harness.Keep{Sessions: 1}))
		before := inUse()
		var all []net.Conn
		for range connections {
			conn, err := srv.Dial(ctx)
			Expect(err).NotTo(HaveOccurred())
			all = append(all, conn)
			_, err = io.ReadFull(conn, make([]byte, len("220 mx.harness.test ESMTP ready\r\n")))
			Expect(err).NotTo(HaveOccurred())
		}
		each := (inUse() - before) / connections
		AddReportEntry("octets of an idle connection, both ends", each, ReportEntryVisibilityFailureOrVerbose)
		Expect(each).To(BeNumerically("<", 32<<10))
		for _, conn := range all {
			conn.Close()
		}
		Expect(srv.WaitIdle(ctx)).To(Succeed())
		Eventually(func() int64 { return inUse() - before }).Should(BeNumerically("<", 4<<20))
	})

	It("is flat under 20,000 RCPT: at least 100 taken, then 452, then 421", func() {
		srv := harness.NewServer(GinkgoT(), harness.InMemory())
		c := rawclient.Hello(srv)
		c.Expecting("250", "MAIL FROM:<>")
		count := map[string]int{}
		peak := peakOf(func() {
			for range 20_000 {
				if c.TryOctets("RCPT TO:<bat@example.com>\r\n") != nil {
					break
				}
				reply, err := c.TryReply()
				if err != nil {
					break
				}
				count[reply[:3]]++
			}
		})
		Expect(count["250"]).To(Equal(1000))
		Expect(count["452"]).To(BeNumerically(">", 8000))
		Expect(count["421"]).To(Equal(1))
		Expect(peak).To(BeNumerically("<", 32<<20))
	})

	It("is flat under pipelined commands whose replies nobody reads", func() {
		limits := harness.DefaultLimits()
		limits.Errors = 1 << 30
		srv := harness.NewServer(GinkgoT(), harness.InMemory(), harness.WithLimits(limits), harness.WithTimeout(200*time.Millisecond))
		conn, err := srv.Dial(context.Background())
		Expect(err).NotTo(HaveOccurred())
		defer conn.Close()
		c := rawclient.Over(conn, rawclient.Patience)
		peak := peakOf(func() {
			flood := []byte("EHLO x\r\nNOOP\r\nXYZZY\r\n")
			for _, err := c.Write(flood); err == nil; _, err = c.Write(flood) {
			}
		})
		Expect(peak).To(BeNumerically("<", 16<<20))
	})
})
