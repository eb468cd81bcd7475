package durable_test

import (
	"math/rand/v2"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/daemon"
)

var _ = It("has every message that had its 250, once and whole, after it was killed twenty times", func() {
	const connections, times = 5, 20
	path, load := newPath(), daemon.NewLoad("flowing")
	moment := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 0))
	for range times {
		d := start(path)
		reached, ended := load.Flow(d.SMTP, connections, 1+moment.IntN(60))
		Eventually(reached).WithTimeout(patience).Should(BeClosed())
		d.Kill()
		Eventually(ended).WithTimeout(patience).Should(BeClosed())
	}

	d, taken := start(path), load.Taken()
	d.ExpectWhole(taken)
	listed := d.All("")
	Expect(len(listed)).To(BeNumerically("<=", len(taken)+times*connections), "more is there than was sent")
	subjects, ids := map[string]bool{}, map[string]bool{}
	for _, item := range listed {
		Expect(subjects).NotTo(HaveKey(item.Subject), "a message is listed twice")
		subjects[item.Subject], ids[item.ID] = true, true
	}
	for id := range taken {
		Expect(ids).To(HaveKey(id))
	}
	Expect(d.All("subject:flowing")).To(Equal(listed))
})
