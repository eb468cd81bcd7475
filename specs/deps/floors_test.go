package deps_test

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var (
	floorRow    = regexp.MustCompile(`(?m)^\| (\d+) \| (.*) \|$`)
	packageName = regexp.MustCompile("`([a-z0-9/]+)`")
)

// floors returns the floor of each package, as docs/dependencies.md has them.
func floors() map[string]int {
	GinkgoHelper()
	page, err := os.ReadFile("../../docs/dependencies.md")
	Expect(err).NotTo(HaveOccurred())
	all := map[string]int{}
	for _, row := range floorRow.FindAllStringSubmatch(string(page), -1) {
		floor, err := strconv.Atoi(row[1])
		Expect(err).NotTo(HaveOccurred())
		for _, name := range packageName.FindAllStringSubmatch(row[2], -1) {
			Expect(all).NotTo(HaveKey(name[1]), "it has two floors")
			all[name[1]] = floor
		}
	}
	return all
}

// imports returns which of our packages each of those that patterns name
// imports, tests not counted.
func imports(ctx context.Context, patterns ...string) map[string][]string {
	GinkgoHelper()
	command := exec.CommandContext(ctx, "go", append([]string{"list", "-f", `{{.ImportPath}} {{join .Imports " "}}`}, patterns...)...)
	command.Dir = "../.."
	out, err := command.Output()
	Expect(err).NotTo(HaveOccurred())
	all := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		of := strings.TrimPrefix(words[0], ours+"/")
		all[of] = []string{}
		for _, one := range words[1:] {
			if name, is := strings.CutPrefix(one, ours+"/"); is {
				all[of] = append(all[of], name)
			}
		}
	}
	return all
}

var _ = Describe("A package", func() {
	It("stands on the floor that docs/dependencies.md gives it, and imports lower ones only", func(ctx SpecContext) {
		floor, imported := floors(), imports(ctx, "./harness/...", "./sender/...", "./cmd/...")
		for name := range floor {
			Expect(imported).To(HaveKey(name), "docs/dependencies.md has a package that there is not")
		}
		for name, all := range imported {
			Expect(floor).To(HaveKey(name), "give it a floor in docs/dependencies.md")
			for _, other := range all {
				if below, has := floor[other]; has {
					Expect(below).To(BeNumerically("<", floor[name]), "%s imports %s", name, other)
				}
			}
		}
	})
})
