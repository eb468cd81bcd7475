package nodes_test

import (
	"net"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("SIGTERM", func() {
	It("ends a daemon cleanly that clients wait at, and leaves the other at work", func(ctx SpecContext) {
		a, b := pair(ctx)
		id := a.Send("bat@example.com", welcome)
		live := a.Events(ctx, "/api/events")
		answered := make(chan int, 1)
		go func() {
			status, _, _ := a.Request("GET", "/api/wait?q=subject:never&timeout=15s", "")
			answered <- status
		}()
		Eventually(a.Metric).WithArguments("http_waits").WithTimeout(patience).Should(Equal(1))
		idle, err := net.Dial("tcp", a.SMTP)
		Expect(err).NotTo(HaveOccurred())
		defer idle.Close()

		a.Stop()
		Eventually(live).WithTimeout(patience).Should(BeClosed())
		Eventually(answered).WithTimeout(patience).Should(Receive(Equal(503)))
		later := b.Send("bat@example.com", welcome)
		Expect(b.IDs("")).To(Equal([]string{later, id}))
		b.Stop()
	})
})
