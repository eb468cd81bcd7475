// Command pages writes the catalogue as pages of documentation: what each
// scenario asks, and which sentences of the RFCs have one.
//
//	pages FOLDER
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/conform/catalog"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: pages FOLDER")
		os.Exit(2)
	}
	for name, text := range map[string]string{"scenarios.md": scenarios(), "coverage.md": coverage()} {
		if err := os.WriteFile(filepath.Join(os.Args[1], name), []byte(text), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "pages:", err)
			os.Exit(2)
		}
	}
}

const scenariosHead = `# The scenarios

What ` + "`smtpspec check`" + ` asks of a client, in the order of a session. A breach of MUST, DERIVED or SECURITY fails; one of SHOULD
or INTEROP warns; INFO and MAY say which way a client goes. A hang fails at any level, unless the client had given up and waits for the reply to its QUIT only. [The sentences of the RFCs](coverage.md) that each rests on are linked.

This page is made from the catalogue by ` + "`go generate ./harness/conform/catalog`" + `.
`

func scenarios() string {
	var b strings.Builder
	b.WriteString(scenariosHead)
	var group *conform.Group
	for _, s := range catalog.All() {
		if s.Group != group {
			group = s.Group
			fmt.Fprintf(&b, "\n## %s\n\n%s\n\n**Usual fix.** %s\n", text(group.Title), text(group.Effect), text(group.Fix))
		}
		scenario(&b, s)
	}
	return b.String()
}

func scenario(b *strings.Builder, s *conform.Scenario) {
	fmt.Fprintf(b, "\n### %s\n\n%s. %s%s\n\n", s.ID, text(s.Title), s.Level, places(s.Cites))
	for _, script := range s.Scripts {
		fmt.Fprintf(b, "- Server: %s\n", text(script.Text))
	}
	fmt.Fprintf(b, "- Expected: %s\n", text(s.Expect))
	if len(s.Needs) > 0 {
		fmt.Fprintf(b, "- Needs: %s\n", needs(s.Needs))
	}
	if s.Effect != "" {
		fmt.Fprintf(b, "- Effect: %s\n", text(s.Effect))
	}
	if s.Fix != "" {
		fmt.Fprintf(b, "- Usual fix: %s\n", text(s.Fix))
	}
	var links []string
	for _, sentence := range rfc.Binding(s.ID) {
		links = append(links, fmt.Sprintf("[%s](coverage.md#%s)", sentence.ID, anchor(sentence.ID)))
	}
	if len(links) > 0 {
		fmt.Fprintf(b, "- Sentences: %s\n", strings.Join(links, ", "))
	}
}

func places(cites []rfc.Cite) string {
	var list []string
	for _, c := range cites {
		list = append(list, fmt.Sprintf("[%s](%s)", c, c.URL()))
	}
	if len(list) == 0 {
		return "."
	}
	return ", " + strings.Join(list, ", ") + "."
}

func needs(list []conform.Need) string {
	var words []string
	for _, n := range list {
		words = append(words, string(n))
	}
	return strings.Join(words, ", ")
}

const coverageHead = `# The sentences that bind a client

Each sentence of the RFCs that binds an SMTP client, with the scenarios that hold a client to it, or the reason why none can.
The words are those of the RFCs; "unverified" marks words that have not been compared with the text.

This page is made from ` + "`harness/rfc/register.txt`" + ` by ` + "`go generate ./harness/conform/catalog`" + `.
`

func coverage() string {
	var b strings.Builder
	b.WriteString(coverageHead)
	sentences := rfc.Sentences()
	b.WriteString(sums(sentences))
	number := 0
	for _, s := range sentences {
		if s.Cite.RFC != number {
			number = s.Cite.RFC
			fmt.Fprintf(&b, "\n## RFC %d: %s\n", number, text(rfc.Title(number)))
		}
		sentence(&b, s)
	}
	return b.String()
}

func sums(sentences []rfc.Sentence) string {
	tested, unverified := 0, 0
	for _, s := range sentences {
		if len(s.Scenarios) > 0 {
			tested++
		}
		if s.Unverified {
			unverified++
		}
	}
	return fmt.Sprintf("\n%d sentences: %d with scenarios, %d that cannot be tested; %d unverified.\n", len(sentences), tested, len(sentences)-tested, unverified)
}

func sentence(b *strings.Builder, s rfc.Sentence) {
	mark := ""
	if s.Unverified {
		mark = ", unverified"
	}
	fmt.Fprintf(b, "\n### %s\n\n[%s](%s), %s%s\n\n> %s\n\n", s.ID, s.Cite, s.Cite.URL(), s.Level, mark, text(s.Text))
	if s.Untestable != "" {
		fmt.Fprintf(b, "Not testable: %s\n", text(s.Untestable))
		return
	}
	var links []string
	for _, id := range s.Scenarios {
		links = append(links, fmt.Sprintf("[%s](scenarios.md#%s)", id, anchor(id)))
	}
	fmt.Fprintf(b, "%s\n", strings.Join(links, ", "))
}

// anchor is the name that a heading gets.
func anchor(heading string) string {
	return strings.NewReplacer(".", "", " ", "-").Replace(strings.ToLower(heading))
}

// text keeps what is said from being taken for markup.
func text(s string) string {
	return strings.NewReplacer("\\", "\\\\", "<", "&lt;", ">", "&gt;", "*", "\\*", "_", "\\_", "`", "\\`", "[", "\\[", "|", "\\|").Replace(s)
}
