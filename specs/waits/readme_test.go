package waits_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/daemon"
	"github.com/smtpspec/smtpspec/specs/internal/needed"
)

// heading is that of the README's section.
const heading = "\n## Wait for mail in any language\n"

// language is one that the README has an example in.
type language struct {
	fence   string // behind the three backquotes
	command []string
	install string
}

var languages = []language{
	{"python", []string{"/usr/bin/python3", "-"}, "apt-get install -y python3"},
	{"js", []string{"node", "--input-type=module", "-"}, "apt-get install -y nodejs, 18 or newer"},
	{"sh", []string{"sh", "-e"}, "apt-get install -y curl"},
}

// example returns the lines of the README in a language.
func (l language) example() string {
	GinkgoHelper()
	readme, err := os.ReadFile("../../README.md")
	Expect(err).NotTo(HaveOccurred())
	_, section, _ := strings.Cut(string(readme), heading)
	section, _, _ = strings.Cut(section, "\n## ")
	_, code, is := strings.Cut(section, "\n```"+l.fence+"\n")
	code, _, closed := strings.Cut(code, "```")
	Expect(is && closed).To(BeTrue(), "the README has no example in %s", l.fence)
	return code
}

// installed ends the spec where the language is missing.
func (l language) installed() {
	GinkgoHelper()
	if _, err := exec.LookPath(l.command[0]); err != nil {
		needed.Missing(l.command[0] + " is missing: " + l.install)
	}
}

// start runs the example before a daemon, and returns what tells its output.
func (l language) start(d *daemon.Daemon) func() (string, error) {
	GinkgoHelper()
	l.installed()
	program := exec.Command(l.command[0], l.command[1:]...)
	program.Env = append(os.Environ(), "SMTPSPEC_URL=http://"+d.HTTP, "SMTPSPEC_SMTP="+d.SMTP,
		"PATH="+filepath.Dir(smtpspec)+string(filepath.ListSeparator)+os.Getenv("PATH"))
	program.Stdin = strings.NewReader(l.example())
	var out bytes.Buffer
	program.Stdout, program.Stderr = &out, GinkgoWriter
	Expect(program.Start()).To(Succeed(), l.install)
	return func() (string, error) {
		err := program.Wait()
		return strings.TrimSpace(out.String()), err
	}
}

// waited expects that an example saw the mail of its own run, and returns its
// name.
func waited(d *daemon.Daemon, end func() (string, error)) string {
	GinkgoHelper()
	out, err := end()
	Expect(err).NotTo(HaveOccurred())
	run, is := strings.CutPrefix(out, "Welcome, ")
	Expect(is).To(BeTrue(), "it printed %q", out)
	Expect(d.List("/api/messages?run=" + run).Items).To(ConsistOf(HaveField("Subject", out)))
	return run
}

var _ = Describe("The README's example", func() {
	for _, l := range languages {
		It("in "+l.fence+" waits for its mail, in five lines", func() {
			Expect(strings.Count(l.example(), "\n")).To(BeNumerically("<=", 5))
			d := daemon.Start(smtpspec, "--store", "memory")
			waited(d, l.start(d))
		})
	}

	It("does not see the mail of others that run beside it", func() {
		d := daemon.Start(smtpspec, "--store", "memory")
		var ends []func() (string, error)
		for range 3 {
			for _, l := range languages {
				ends = append(ends, l.start(d))
			}
		}
		runs := map[string]bool{}
		for _, end := range ends {
			runs[waited(d, end)] = true
		}
		Expect(runs).To(HaveLen(len(ends)))
		Expect(d.IDs("to:bat@example.com OR envelope-to:bat@example.com")).To(HaveLen(len(ends)))
	})
})
