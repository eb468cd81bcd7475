// Package peer_test runs servers whose whole dialogue is a script, in Go and as
// text.
package peer_test

import (
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"
)

// suiteT is for the specs in virtual time: testing/synctest needs a
// *testing.T.
var suiteT *testing.T

func TestPeer(t *testing.T) {
	suiteT = t
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(time.Minute) // of what comes at once, on a busy machine too
	RunSpecs(t, "Peers that follow a script")
}

var _ = BeforeEach(func() {
	before := gleak.Goroutines()
	DeferCleanup(func() { Eventually(gleak.Goroutines).ShouldNot(gleak.HaveLeaked(before)) })
})
