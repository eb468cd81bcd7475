// Package web has the specs of the inbox page: a real daemon, a real browser.
package web

import (
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/smtpspec/smtpspec/specs/internal/browser"
	"github.com/smtpspec/smtpspec/specs/internal/daemon"
)

func TestWeb(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(30 * time.Second)
	RunSpecs(t, "Web")
}

var (
	command  string
	chromium *browser.Browser
)

var _ = BeforeSuite(func() {
	chromium = browser.Start()
	command = daemon.Build()
	DeferCleanup(gexec.CleanupBuildArtifacts)
	DeferCleanup(func() { chromium.Close() })
})
