package matchers_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/harness"
	. "github.com/smtpspec/smtpspec/harness/mailmatch"
)

// runFailing runs the suite of testdata, which fails, and returns what it
// printed and the folder of its reports. The suite has to be inside the module,
// in a folder that "..." does not find.
func runFailing(ctx context.Context) (console, reports string) {
	GinkgoHelper()
	source, err := os.ReadFile("testdata/failing_test.go.txt")
	Expect(err).NotTo(HaveOccurred())
	dir, err := os.MkdirTemp("testdata", "_failing")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(os.RemoveAll, dir)
	Expect(os.WriteFile(filepath.Join(dir, "failing_test.go"), source, 0o644)).To(Succeed())

	reports = GinkgoT().TempDir()
	out, err := exec.CommandContext(ctx, "go", "test", "./"+dir, "-args", "-ginkgo.no-color",
		"-ginkgo.junit-report="+filepath.Join(reports, "junit.xml"), "-ginkgo.json-report="+filepath.Join(reports, "report.json")).CombinedOutput()
	Expect(err).To(MatchError(ContainSubstring("exit status 1")), "%s", out)
	return string(out), reports
}

func read(dir, name string) string {
	GinkgoHelper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	Expect(err).NotTo(HaveOccurred())
	return string(b)
}

var _ = It("a spec that fails carries the transcript to the console and into its reports", func(ctx SpecContext) {
	console, reports := runFailing(ctx)

	Expect(console).To(ContainSubstring("Expected server to have received a message that would\n      have subject \"Захиалга\"\n  It received none."))
	Expect(console).To(And(
		ContainSubstring("C: RCPT TO:<bad@example.com>"), ContainSubstring(`S: 550 5.1.1 Ийм хүн алга   <- rule: On(RCPT).To("bad@*")`), ContainSubstring("end: QUIT")))
	Expect(read(reports, "junit.xml")).To(And(
		MatchRegexp(`<property name="SMTP sessions at 127\.0\.0\.1:\d+"`),
		ContainSubstring("RCPT TO:&lt;bad@example.com&gt;"), ContainSubstring("550 5.1.1 Ийм хүн алга   &lt;- rule: On(RCPT)"), ContainSubstring("end: QUIT")))
	Expect(entryOf(read(reports, "report.json")).Sessions).To(And(
		HaveReply(harness.RCPT, 550), HaveSent("RCPT TO:<bad@example.com>"), HaveEndedWith(harness.EndQuit)))
})

// entryOf returns the sessions of a JSON report as data.
func entryOf(report string) harness.Report {
	GinkgoHelper()
	var suites []types.Report
	Expect(json.Unmarshal([]byte(report), &suites)).To(Succeed())
	entries := suites[0].SpecReports[0].ReportEntries
	Expect(entries).To(HaveLen(1))
	var r harness.Report
	Expect(json.Unmarshal([]byte(entries[0].Value.AsJSON), &r)).To(Succeed())
	return r
}
