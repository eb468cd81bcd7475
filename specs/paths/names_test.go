package paths_test

import (
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/smtpspec/smtpspec/harness"
)

// ContainName matches a header value as a reader sees it.
func ContainName(name string) types.GomegaMatcher { return ContainSubstring(name) }

// HaveBody matches a part by its decoded content.
func HaveBody(content string) types.GomegaMatcher {
	return WithTransform(func(p *harness.Part) string { return string(p.Body) }, Equal(content))
}
