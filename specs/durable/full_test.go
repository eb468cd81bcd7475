package durable_test

import (
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/sender"
	"github.com/smtpspec/smtpspec/specs/internal/daemon"
	"github.com/smtpspec/smtpspec/specs/internal/needed"
)

// fill sends messages until one is refused, and returns those that were taken,
// and the code of the refusal.
func fill(d *daemon.Daemon) (taken map[string]string, code int) {
	GinkgoHelper()
	taken = map[string]string{}
	body := strings.Repeat("a line of a message that fills a disk\r\n", 1000)
	for len(taken) < 1000 {
		result, err := d.Try("bat@example.com", "Subject: filling\r\n\r\n"+body)
		var failed *sender.SendError
		if errors.As(err, &failed) {
			code, _, _ := failed.SMTP()
			return taken, code
		}
		id, err := daemon.QueuedAs(result.Final)
		Expect(err).NotTo(HaveOccurred())
		taken[id] = "Subject: filling\r\n\r\n" + body
	}
	Fail("the disk never became full")
	return nil, 0
}

// ready returns the answer to whether mail would be taken.
func ready(d *daemon.Daemon) int {
	GinkgoHelper()
	code, _, err := d.Request(http.MethodGet, "/readyz", "")
	Expect(err).NotTo(HaveOccurred())
	return code
}

// limited is a command whose files may not grow beyond some blocks of 512
// octets.
func limited(command []string, blocks string) *exec.Cmd {
	GinkgoHelper()
	if _, err := exec.LookPath("sh"); err != nil {
		needed.Missing("sh, to set a limit with, is missing; every Unix has one")
	}
	return exec.Command("sh", append([]string{"-c", "trap '' XFSZ; ulimit -f " + blocks + `; exec "$0" "$@"`}, command...)...)
}

var _ = Describe("A disk that is full", func() {
	It("makes clients come later, and loses nothing that was taken", func() {
		disk := smallDisk("3m")
		path := filepath.Join(disk, "mail.db")
		d := start(path, toTheEnd)
		taken, code := fill(d)
		Expect(code).To(Equal(452))
		Expect(taken).NotTo(BeEmpty())
		d.ExpectWhole(taken)
		d.Kill()
		start(path, toTheEnd).ExpectWhole(taken)
	})

	It("takes mail again when there is room", func() {
		disk := smallDisk("3m")
		ballast := filepath.Join(disk, "ballast")
		Expect(os.WriteFile(ballast, make([]byte, 1<<20), 0o600)).To(Succeed())
		d := start(filepath.Join(disk, "mail.db"), toTheEnd)
		taken, _ := fill(d)
		Expect(os.Remove(ballast)).To(Succeed())
		id := d.Send("bat@example.com", "Subject: there is room\r\n\r\n")
		Expect(d.IDs("subject:room")).To(Equal([]string{id}))
		d.ExpectWhole(taken)
	})

	It("is not filled up by mail: MAIL is refused while too little is free, and readiness says so", func() {
		disk := smallDisk("90m")
		ballast := filepath.Join(disk, "ballast") // more than is to stay free, and than the search takes later: what comes within a second is not refused
		Expect(os.WriteFile(ballast, make([]byte, 70<<20), 0o600)).To(Succeed())
		d := start(filepath.Join(disk, "mail.db"), "--min-free", "10MB")
		Eventually(func() error {
			_, err := d.Try("bat@example.com", "Subject: filling\r\n\r\n"+strings.Repeat("a line of a message\r\n", 10_000))
			return err
		}).WithTimeout(patience).Should(MatchError(And(ContainSubstring("MAIL"), ContainSubstring("4.3.1"))))
		Eventually(func() int { return ready(d) }).WithTimeout(patience).Should(Equal(http.StatusServiceUnavailable))
		Expect(d.Metric("disk_has_room")).To(BeZero())
		Expect(os.Remove(ballast)).To(Succeed())
		Eventually(func() int { return ready(d) }).WithTimeout(patience).Should(Equal(http.StatusOK))
		d.Send("bat@example.com", "Subject: there is room\r\n\r\n")
	})

	It("is said at the beginning", func() {
		disk := smallDisk("64k")
		_ = os.WriteFile(filepath.Join(disk, "ballast"), make([]byte, 64<<10), 0o600) // as much as fits
		daemon.ExpectRefused(serving(filepath.Join(disk, "mail.db")), "the disk is full")
	})
})

var _ = It("makes clients come later when its file may not grow, and loses nothing that was taken", func() {
	path := newPath()
	d := daemon.StartBy(limited(serving(path, "--json"), "4096"))
	taken, code := fill(d)
	Expect(code).To(BeElementOf(451, 452))
	Expect(taken).NotTo(BeEmpty())
	d.ExpectWhole(taken)
	d.Kill()
	later := start(path)
	later.ExpectWhole(taken)
	later.Send("bat@example.com", "Subject: it may grow\r\n\r\n")
})
