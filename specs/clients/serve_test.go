package clients_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness/record"
)

// daemon is a running smtpspec serve --json.
type daemon struct {
	smtp, smtps string // the ports
	lmtp        string // the port, "" without
	ca          string
	events      chan event // closed at the end of its output
	process     *exec.Cmd
}

// event is a line of its output; which fields are there depends on Event.
type event struct {
	Event    string
	ID       string
	SMTP     string
	SMTPS    string
	LMTP     string
	CA       string
	Subject  string
	Size     int
	Envelope struct {
		From string
		To   []string
	}
	Greeting record.Reply
	Client   map[string]string
	Commands []record.Command
	Auth     []record.AuthAttempt
	TLS      *record.TLS
	End      record.End
	Messages []string
}

func startDaemon(flags ...string) *daemon {
	GinkgoHelper()
	dir := GinkgoT().TempDir()
	d := &daemon{ca: filepath.Join(dir, "ca.pem"), events: make(chan event, 100)}
	args := append([]string{"serve", "--json", "--smtp", "127.0.0.1:0", "--smtps", "127.0.0.1:0", "--ca-out", d.ca,
		"--listen", "127.0.0.1:0", "--store", "memory"}, flags...)
	d.process = exec.Command(smtpspec, args...)
	d.process.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0")
	d.process.Stderr = GinkgoWriter
	out, err := d.process.StdoutPipe()
	Expect(err).NotTo(HaveOccurred())
	Expect(d.process.Start()).To(Succeed())
	go d.read(out)
	DeferCleanup(d.stop)
	first := d.next()
	Expect(first.Event).To(Equal("listening"))
	_, d.smtp, err = net.SplitHostPort(first.SMTP)
	Expect(err).NotTo(HaveOccurred())
	_, d.smtps, err = net.SplitHostPort(first.SMTPS)
	Expect(err).NotTo(HaveOccurred())
	if first.LMTP != "" {
		_, d.lmtp, err = net.SplitHostPort(first.LMTP)
		Expect(err).NotTo(HaveOccurred())
	}
	return d
}

func (d *daemon) read(out io.Reader) {
	defer close(d.events)
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		e := event{Event: "no JSON: " + lines.Text()}
		_ = json.Unmarshal(lines.Bytes(), &e)
		d.events <- e
	}
}

// next returns the next event; there is always one more until the end.
func (d *daemon) next() event {
	GinkgoHelper()
	var e event
	Eventually(d.events).WithTimeout(patience).Should(Receive(&e))
	return e
}

// stop ends the server in good order.
func (d *daemon) stop() {
	Expect(d.process.Process.Signal(os.Interrupt)).To(Succeed())
	Eventually(d.events).WithTimeout(patience).Should(BeClosed())
	Expect(d.process.Wait()).To(Succeed())
}
