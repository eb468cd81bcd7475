package nodes_test

import (
	"maps"
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
		AddReportEntry("taken", len(taken), ReportEntryVisibilityFailureOrVerbose)
		AddReportEntry("not indexed when its daemon was killed", b.Metric("store_unindexed"), ReportEntryVisibilityFailureOrVerbose)
		acknowledged := slices.Collect(maps.Keys(taken))
		Expect(without(acknowledged, b.IDs("subject:flowing"))).To(BeEmpty(), "had a 250 and not found at once")
		// The database may still be at a commit that nobody was told of: what is
		// listed has to be found, and not the other way round.
		listed := b.IDs("")
		found := b.IDs("subject:flowing")
		Expect(without(listed, found)).To(BeEmpty(), "not found")
		Expect(without(acknowledged, listed)).To(BeEmpty(), "had a 250 and not listed")
		Expect(slices.Compact(slices.Sorted(slices.Values(found)))).To(HaveLen(len(found)), "found twice")
		Expect(len(found)).To(BeNumerically("<=", len(taken)+connections), "more is there than was sent")
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
		listed := again.IDs("")
		Expect(without(listed, again.IDs("subject:first OR subject:second"))).To(BeEmpty(), "not found")
	})
})

// without returns what is in all and not in some.
func without(all, some []string) []string {
	known := map[string]bool{}
	for _, id := range some {
		known[id] = true
	}
	return slices.DeleteFunc(slices.Clone(all), func(id string) bool { return known[id] })
}
