package nodes_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/daemon"
)

// retention is the lock that a node takes before it removes anything.
const retention = `(hashtextextended('smtpspec retention smtpspec', 0))`

var _ = Describe("Retention", func() {
	It("is one daemon's at a time", func(ctx SpecContext) {
		database := inbox(ctx)
		a, b := pairOver(database, "--keep", "20")
		other := connect(ctx, database)
		_, err := other.Exec(ctx, "select pg_advisory_lock"+retention)
		Expect(err).NotTo(HaveOccurred())
		load := daemon.NewLoad("kept")
		load.Send(a.SMTP, 40)
		load.Send(b.SMTP, 40)
		Expect(b.IDs("")).To(HaveLen(80), "a daemon did not wait for its turn")

		_, err = other.Exec(ctx, "select pg_advisory_unlock"+retention)
		Expect(err).NotTo(HaveOccurred())
		Eventually(a.IDs).WithArguments("").WithTimeout(patience).Should(HaveLen(20))
		Expect(b.IDs("")).To(Equal(a.IDs("")))
	})

	It("removes no more than the bounds ask for while both take mail", func(ctx SpecContext) {
		a, b := pair(ctx, "--keep", "20")
		atA, atB := daemon.NewLoad("left"), daemon.NewLoad("right")
		done := make(chan struct{})
		go func() {
			defer GinkgoRecover()
			defer close(done)
			atB.Send(b.SMTP, 100)
		}()
		atA.Send(a.SMTP, 100)
		Eventually(done).WithTimeout(patience).Should(BeClosed())
		Eventually(a.IDs).WithArguments("").WithTimeout(patience).Should(HaveLen(20))
		Eventually(func() int { return a.Metric("store_evicted_total") + b.Metric("store_evicted_total") }).
			WithTimeout(patience).Should(Equal(180))
		Expect(a.IDs("")).To(HaveLen(20))
	})
})
