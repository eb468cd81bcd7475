// Package durable_test kills smtpspec serve, fills its disk and spoils its
// file.
package durable_test

import (
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/smtpspec/smtpspec/specs/internal/daemon"
)

func TestDurable(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "What a 250 is worth, and what keeps serve from beginning")
}

// patience bounds what takes a moment.
const patience = 20 * time.Second

var smtpspec string // the path of the command

var _ = SynchronizedBeforeSuite(func() []byte { return []byte(daemon.Build()) }, func(path []byte) { smtpspec = string(path) })

var _ = SynchronizedAfterSuite(func() {}, gexec.CleanupBuildArtifacts)

// newPath is where a store can begin.
func newPath() string {
	GinkgoHelper()
	return filepath.Join(GinkgoT().TempDir(), "mail.db")
}

// serving is a command that serves from a file.
func serving(path string, flags ...string) []string {
	return append([]string{smtpspec}, daemon.Serving(append([]string{"--store", "sqlite:" + path}, flags...)...)...)
}

// start serves from a file.
func start(path string, flags ...string) *daemon.Daemon {
	GinkgoHelper()
	return daemon.Start(smtpspec, append([]string{"--store", "sqlite:" + path}, flags...)...)
}

// toTheEnd has a daemon fill its disk.
const toTheEnd = "--min-free=0"
