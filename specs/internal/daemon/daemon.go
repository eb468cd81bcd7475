// Package daemon runs smtpspec serve as a process of its own, for specs that
// need what only a process has: signals, crashes, limits.
package daemon

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"
)

// patience bounds what takes a moment.
const patience = 20 * time.Second

// Build makes the command and returns its path. gexec.CleanupBuildArtifacts
// removes it.
func Build() string {
	GinkgoHelper()
	path, err := gexec.Build("github.com/smtpspec/smtpspec/cmd/smtpspec")
	Expect(err).NotTo(HaveOccurred())
	return path
}

// Daemon is a running smtpspec serve. Start makes one.
type Daemon struct {
	SMTP string // HOST:PORT
	HTTP string // HOST:PORT

	process *exec.Cmd
	client  *http.Client
	first   chan string   // the first line of its output
	ended   chan struct{} // closed behind Wait
}

// Start runs serve on free ports, and returns when it takes mail. It ends with
// the spec, in good order.
func Start(command string, flags ...string) *Daemon {
	GinkgoHelper()
	return StartBy(exec.Command(command, Serving(flags...)...))
}

// Serving returns the arguments of a serve on free ports; what flags say comes
// last and counts.
func Serving(flags ...string) []string {
	return append([]string{"serve", "--json", "--smtp", "127.0.0.1:0", "--listen", "127.0.0.1:0"}, flags...)
}

// StartBy is Start for a command that ends up as a serve.
func StartBy(process *exec.Cmd) *Daemon {
	GinkgoHelper()
	d := &Daemon{process: process, client: &http.Client{Transport: &http.Transport{}},
		first: make(chan string, 1), ended: make(chan struct{})}
	process.Env = environment()
	process.Stderr = GinkgoWriter
	out, err := process.StdoutPipe()
	Expect(err).NotTo(HaveOccurred())
	Expect(process.Start()).To(Succeed())
	DeferCleanup(d.Stop)
	go d.read(out)
	d.listening()
	return d
}

// environment is without settings of whoever runs the specs.
func environment() []string {
	var own []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "SMTPSPEC_") {
			own = append(own, v)
		}
	}
	return own
}

// read returns when nobody holds the output open any more.
func (d *Daemon) read(out io.Reader) {
	defer close(d.ended)
	lines := bufio.NewReader(out)
	line, _ := lines.ReadString('\n')
	d.first <- line
	_, _ = io.Copy(io.Discard, lines)
	_ = d.process.Wait()
}

func (d *Daemon) listening() {
	GinkgoHelper()
	var line string
	Eventually(d.first).WithTimeout(patience).Should(Receive(&line))
	var event struct{ Event, SMTP, HTTP string }
	Expect(json.Unmarshal([]byte(line), &event)).To(Succeed(), "it says %q", line)
	Expect(event.Event).To(Equal("listening"))
	d.SMTP, d.HTTP = event.SMTP, event.HTTP
}

// Stop ends the daemon as a service manager does, and expects a clean end of
// it and of all that it may have started. One that has ended is left alone.
func (d *Daemon) Stop() {
	GinkgoHelper()
	d.client.CloseIdleConnections()
	select {
	case <-d.ended:
		return
	default:
	}
	Expect(d.process.Process.Signal(syscall.SIGTERM)).To(Succeed())
	Eventually(d.ended).WithTimeout(patience).Should(BeClosed())
	Expect(d.process.ProcessState.ExitCode()).To(Equal(0))
}

// Kill ends the daemon at once, and returns when it is gone.
func (d *Daemon) Kill() {
	GinkgoHelper()
	Expect(d.process.Process.Kill()).To(Succeed())
	Eventually(d.ended).WithTimeout(patience).Should(BeClosed())
}

// PID is the number of the process.
func (d *Daemon) PID() int { return d.process.Process.Pid }
