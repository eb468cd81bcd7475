package daemon

import (
	"bytes"
	"context"
	"os/exec"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// ExpectRefused runs a command that cannot begin: it exits with 2 and says
// nothing but what is wrong in one line, which has all the words, and a hint
// in another.
func ExpectRefused(command []string, words ...string) {
	GinkgoHelper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	process := exec.CommandContext(ctx, command[0], command[1:]...)
	process.Env = environment()
	var out, complaint bytes.Buffer
	process.Stdout, process.Stderr = &out, &complaint
	_ = process.Run() // the exit code says more
	Expect(process.ProcessState.ExitCode()).To(Equal(2), "it said %s%s", &out, &complaint)
	Expect(out.String()).To(BeEmpty())
	lines := strings.Split(strings.TrimSuffix(complaint.String(), "\n"), "\n")
	Expect(lines).To(HaveLen(2))
	Expect(lines[0]).To(HavePrefix("smtpspec serve: "))
	for _, word := range words {
		Expect(lines[0]).To(ContainSubstring(word))
	}
	Expect(lines[1]).To(MatchRegexp(`^  try: \S`))
}
