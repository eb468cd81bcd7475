// Package paths_test runs the four client paths (Dial, Mail/Rcpt, Data and
// SendMail) with net/smtp and with package sender, and looks at envelope, body
// and dialogue.
package paths_test

import (
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestPaths(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(time.Minute) // of what comes at once, on a busy machine too
	RunSpecs(t, "the four client paths")
}
