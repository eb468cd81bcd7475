// Package deps_test guards what a user of the packages has to download.
package deps_test

import (
	"context"
	"os/exec"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestDeps(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Dependencies")
}

const ours = "github.com/smtpspec/smtpspec"

// modulesOf returns the modules behind a package, tests not counted: ours and
// the standard library left out.
func modulesOf(ctx context.Context, pkg string) []string {
	GinkgoHelper()
	out, err := exec.CommandContext(ctx, "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", ours+"/"+pkg).Output()
	Expect(err).NotTo(HaveOccurred())
	seen := map[string]bool{"": true, ours: true}
	var modules []string
	for line := range strings.Lines(string(out)) {
		if m := strings.TrimSpace(line); !seen[m] {
			seen[m] = true
			modules = append(modules, m)
		}
	}
	return modules
}

// packagesOf returns the packages behind a package.
func packagesOf(ctx context.Context, pkg string) []string {
	GinkgoHelper()
	out, err := exec.CommandContext(ctx, "go", "list", "-deps", ours+"/"+pkg).Output()
	Expect(err).NotTo(HaveOccurred())
	return strings.Fields(string(out))
}

const golangX = `^golang\.org/x/`

// foundation is what a test has to download for harness beyond golang.org/x:
// the base dialogue, the parts of AUTH, the PROXY protocol.
var foundation = []string{"github.com/mhale/smtpd",
	"github.com/emersion/go-sasl", "github.com/xdg-go/scram", "github.com/xdg-go/stringprep",
	"github.com/pires/go-proxyproto"}

var _ = Describe("a test that imports", func() {
	It("harness needs smtpd, the parts of AUTH and PROXY, and golang.org/x besides the standard library", func(ctx SpecContext) {
		Expect(modulesOf(ctx, "harness")).To(And(
			ContainElements(foundation),
			HaveEach(Or(BeElementOf(foundation), MatchRegexp(golangX)))))
	})
	It("harness/mailmatch needs Gomega with its modules beyond that, and no Ginkgo", func(ctx SpecContext) {
		Expect(modulesOf(ctx, "harness/mailmatch")).To(And(
			ContainElement("github.com/onsi/gomega"),
			HaveEach(Or(BeElementOf(foundation), BeElementOf("github.com/onsi/gomega", "github.com/google/go-cmp", "go.yaml.in/yaml/v3"),
				MatchRegexp(golangX)))))
	})
	It("harness/mailmatch gets of Gomega the types and the format only", func(ctx SpecContext) {
		Expect(packagesOf(ctx, "harness/mailmatch")).To(And(
			ContainElements("github.com/onsi/gomega/types", "github.com/onsi/gomega/format"),
			Not(ContainElement(Or(Equal("github.com/onsi/gomega"), Equal("github.com/onsi/gomega/matchers"))))))
	})
	It("harness/lint needs of ours record, message and rfc, and golang.org/x", func(ctx SpecContext) {
		Expect(modulesOf(ctx, "harness/lint")).To(HaveEach(MatchRegexp(golangX)))
		for _, pkg := range packagesOf(ctx, "harness/lint") {
			if strings.HasPrefix(pkg, ours) {
				Expect(pkg).To(BeElementOf(ours+"/harness/record", ours+"/harness/message", ours+"/harness/rfc", ours+"/harness/lint"))
			}
		}
	})
	It("harness/web/api needs of ours what shows mail, and no server", func(ctx SpecContext) {
		for _, pkg := range packagesOf(ctx, "harness/web/api") {
			if strings.HasPrefix(pkg, ours) {
				Expect(pkg).To(BeElementOf(ours+"/harness/record", ours+"/harness/message", ours+"/harness/rfc", ours+"/harness/lint",
					ours+"/harness/store", ours+"/harness/hint", ours+"/harness/web/api", ours+"/harness/web/guard", ours+"/harness/web/mailhtml",
					ours+"/harness/web/problem"))
			}
		}
	})
	It("harness/record needs the standard library without net", func(ctx SpecContext) {
		Expect(modulesOf(ctx, "harness/record")).To(BeEmpty())
		Expect(packagesOf(ctx, "harness/record")).NotTo(ContainElement("net"))
	})
})
