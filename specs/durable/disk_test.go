package durable_test

import (
	"os"
	"os/exec"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/needed"
)

// smallDisk mounts a file system of a size, where that is allowed.
func smallDisk(size string) string {
	GinkgoHelper()
	dir := GinkgoT().TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", dir).CombinedOutput(); err != nil {
		needed.Missing("a small disk, which only root may mount: " + err.Error() + " " + string(out))
	}
	DeferCleanup(func() { Expect(exec.Command("umount", "--lazy", dir).Run()).To(Succeed()) })
	return dir
}

// bound is a command that has to respect what files allow to their owner, which
// root need not.
func bound(command []string) []string {
	GinkgoHelper()
	if os.Geteuid() != 0 {
		return command
	}
	if _, err := exec.LookPath("setpriv"); err != nil {
		needed.Missing("root may write everywhere, and setpriv to forbid it is missing: apt-get install -y util-linux, or do not run this as root")
	}
	return append([]string{"setpriv", "--bounding-set=-all", "--inh-caps=-all"}, command...)
}
