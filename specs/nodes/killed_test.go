package nodes_test

import (
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/daemon"
)

var _ = Describe("A daemon that is killed in the middle of a load", func() {
	It("leaves every message that had its 250 to the other, whole and found", func(ctx SpecContext) {
		a, b := pair(ctx)
		const connections = 6
		load := daemon.NewLoad("flowing")
		reached, ended := load.Flow(a.SMTP, connections, 300)
		Eventually(reached).WithTimeout(patience).Should(BeClosed())
		a.Kill()
		Eventually(ended).WithTimeout(patience).Should(BeClosed())

		taken := load.Taken()
		AddReportEntry("taken", len(taken))
		AddReportEntry("not indexed when its daemon was killed", b.Metric("store_unindexed"))
		found := b.IDs("subject:flowing")
		listed := b.IDs("")
		Expect(found).To(Equal(listed))
		Expect(len(slices.Compact(slices.Sorted(slices.Values(listed))))).To(Equal(len(listed)), "messages are listed twice")
		Expect(len(listed)).To(BeNumerically("<=", len(taken)+connections), "more is there than was sent")
		for id := range taken {
			Expect(found).To(ContainElement(id))
		}
		b.ExpectWhole(taken)
	})

	It("does not disturb what the other takes, and can come back", func(ctx SpecContext) {
		database := inbox(ctx)
		a, b := pairOver(database)
		atA, atB := daemon.NewLoad("first"), daemon.NewLoad("second")
		reached, endedAtA := atA.Flow(a.SMTP, 3, 50)
		Eventually(reached).WithTimeout(patience).Should(BeClosed())
		further, endedAtB := atB.Flow(b.SMTP, 3, 100)
		a.Kill()
		Eventually(endedAtA).WithTimeout(patience).Should(BeClosed())
		Eventually(further).WithTimeout(patience).Should(BeClosed())
		Expect(endedAtB).NotTo(BeClosed())
		again := daemon.Start(smtpspec, "--store", database)
		b.Kill()
		Eventually(endedAtB).WithTimeout(patience).Should(BeClosed())
		again.ExpectWhole(atA.Taken())
		again.ExpectWhole(atB.Taken())
		Expect(again.IDs("subject:first OR subject:second")).To(Equal(again.IDs("")))
	})
})
