package durable_test

import (
	"bytes"
	"encoding/binary"
	"net"
	"os"
	"strconv"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/daemon"
)

// filled is the file of a store that was closed in good order.
func filled() string {
	GinkgoHelper()
	path := newPath()
	d := start(path)
	daemon.NewLoad("kept").Send(d.SMTP, 50)
	d.Stop()
	return path
}

// overwrite puts octets at a place of a file.
func overwrite(path string, at int64, octets []byte) {
	GinkgoHelper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	Expect(err).NotTo(HaveOccurred())
	defer f.Close()
	_, err = f.WriteAt(octets, at)
	Expect(err).NotTo(HaveOccurred())
}

// occupied is an address that somebody else listens on.
func occupied() string {
	GinkgoHelper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(l.Close)
	return l.Addr().String()
}

var _ = Describe("serve does not begin", func() {
	It("with a file that another serve has open", func() {
		path := newPath()
		d := start(path)
		daemon.ExpectRefused(serving(path), path, "in use by process "+strconv.Itoa(d.PID()))
		d.Send("bat@example.com", "Subject: undisturbed\r\n\r\n")
	})

	It("with a file that is damaged", func() {
		path := filled()
		overwrite(path, 2*8192, bytes.Repeat([]byte("damage"), 20_000))
		before, err := os.ReadFile(path)
		Expect(err).NotTo(HaveOccurred())
		daemon.ExpectRefused(serving(path), path, "damaged")
		after, err := os.ReadFile(path)
		Expect(err).NotTo(HaveOccurred())
		Expect(bytes.Equal(before, after)).To(BeTrue(), "it was changed")
	})

	It("with a file that is no database", func() {
		path := newPath()
		Expect(os.WriteFile(path, []byte("remember the milk"), 0o600)).To(Succeed())
		daemon.ExpectRefused(serving(path), path, "damaged")
	})

	It("with a file of a later version", func() {
		path := filled()
		const userVersion = 60 // its place in a database's header
		overwrite(path, userVersion, binary.BigEndian.AppendUint32(nil, 99))
		daemon.ExpectRefused(serving(path), path, "later version")
	})

	DescribeTable("on an address that is taken, and leaves no store open",
		func(flag string) {
			path, address := newPath(), occupied()
			daemon.ExpectRefused(serving(path, flag, address), address, "in use")
			start(path).Send("bat@example.com", "Subject: free\r\n\r\n")
		},
		Entry("for the API", "--listen"),
		Entry("for SMTP", "--smtp"),
		Entry("for SMTP with TLS", "--smtps"),
		Entry("for LMTP", "--lmtp"),
	)

	It("on an address that is taken, and makes no store", func() {
		path := newPath()
		daemon.ExpectRefused(serving(path, "--listen", occupied()), "in use")
		Expect(path).NotTo(BeAnExistingFile())
	})
})
