// Package waits_test runs what the README shows of waiting for mail.
package waits_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/smtpspec/smtpspec/specs/internal/daemon"
)

func TestWaits(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Waiting for mail in any language")
}

var smtpspec string // the path of the command

var _ = SynchronizedBeforeSuite(func() []byte { return []byte(daemon.Build()) }, func(path []byte) { smtpspec = string(path) })

var _ = SynchronizedAfterSuite(func() {}, gexec.CleanupBuildArtifacts)
