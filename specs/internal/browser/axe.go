package browser

import (
	_ "embed"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
)

// axe is axe-core 4.14.1, as npm has it.
//
//go:embed axe/axe.min.js
var axe string

// Barriers returns what axe finds that keeps people out, by the rules of WCAG
// 2.0 to 2.2, levels A and AA: a line for each, with the element.
func (p *Page) Barriers() []string {
	GinkgoHelper()
	Eval[bool](p, "typeof axe === 'object' || (() => {"+axe+"})() || true")
	type violation struct {
		ID    string
		Help  string
		Nodes []struct{ HTML, FailureSummary string }
	}
	found := Eval[[]violation](p, `axe.run(document, {
		runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
		iframes: false, resultTypes: ["violations"],
	}).then(r => r.violations.map(v => ({
		ID: v.id, Help: v.help, Nodes: v.nodes.map(n => ({HTML: n.html, FailureSummary: n.failureSummary})),
	})))`)
	lines := []string{}
	for _, v := range found {
		for _, n := range v.Nodes {
			lines = append(lines, fmt.Sprintf("%s: %s: %s: %s", v.ID, v.Help, n.HTML, strings.Join(strings.Fields(n.FailureSummary), " ")))
		}
	}
	return lines
}
