//go:build unix

package durable_test

import (
	"os"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/daemon"
)

// On Windows a folder's mode forbids nothing, and of a file the lock beside it
// is what is seen first.
var _ = Describe("serve does not begin", func() {
	It("in a folder that it may not write", func() {
		folder := GinkgoT().TempDir()
		Expect(os.Chmod(folder, 0o500)).To(Succeed())
		daemon.ExpectRefused(bound(serving(filepath.Join(folder, "mail.db"))), folder, "cannot be written")
		daemon.ExpectRefused(bound(serving(filepath.Join(folder, "new", "mail.db"))), folder, "cannot be written")
	})

	It("with a file that it may only read", func() {
		path := filled()
		Expect(os.Chmod(path, 0o400)).To(Succeed())
		daemon.ExpectRefused(bound(serving(path)), path, "cannot be written")
	})
})
