// Package needed says what a spec does where something that it needs is missing:
// it fails on the project's own machines, and is skipped anywhere else.
package needed

import (
	"os"

	"github.com/onsi/ginkgo/v2"
)

// Everything says that nothing may be missing: .ci/run sets SMTPSPEC_CI.
func Everything() bool { return os.Getenv("SMTPSPEC_CI") != "" }

// Missing ends a spec that cannot run: why says what is missing and how to get
// it, in one line.
func Missing(why string) {
	ginkgo.GinkgoHelper()
	if Everything() {
		ginkgo.Fail(why)
	}
	ginkgo.Skip(why)
}
