// Package delivery_test looks at how an answer leaves the server, and at what a
// client sees of it in octets: pieces, segments, floods, silence, half a
// connection, and every way to spoil TLS.
package delivery_test

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

func TestDelivery(t *testing.T) {
	suiteT = t
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(time.Minute) // of what comes at once, on a busy machine too
	RunSpecs(t, "How an answer leaves")
}

// Whatever a rule does to a session, the server is gone behind Close.
var _ = BeforeEach(func() {
	before := gleak.Goroutines()
	DeferCleanup(func() { Eventually(gleak.Goroutines).ShouldNot(gleak.HaveLeaked(before)) })
})
