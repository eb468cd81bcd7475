package clients_test

import (
	"fmt"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/smtpspec/smtpspec/specs/internal/needed"
)

func TestClients(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Real clients and smtpspec serve")
}

// smtpspec is the path of the command, which is built once.
var smtpspec string

var _ = SynchronizedBeforeSuite(func() []byte {
	path, err := gexec.Build("github.com/smtpspec/smtpspec/cmd/smtpspec", raceFlags...)
	Expect(err).NotTo(HaveOccurred())
	return []byte(path)
}, func(path []byte) {
	smtpspec = string(path)
})

var _ = SynchronizedAfterSuite(func() {}, gexec.CleanupBuildArtifacts)

var _ = It("finds clients to test with", func() {
	found := 0
	for _, c := range clients {
		if why := c.missing(); why == "" {
			found++
		} else if needed.Everything() {
			Fail(fmt.Sprintf("%s: %s", why, c.install))
		}
	}
	Expect(found).To(BeNumerically(">", 0), "no client is installed; apt-get install -y curl python3")
})
