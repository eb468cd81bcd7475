package report

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

func writeMarkdown(w io.Writer, scenarios []*conform.Scenario, reports ...*conform.Report) error {
	return writeMarkdownWith(w, Options{}, scenarios, reports...)
}

// writeMarkdownWith writes the findings of one client and then all verdicts, or
// the verdicts of several clients side by side.
func writeMarkdownWith(w io.Writer, o Options, scenarios []*conform.Scenario, reports ...*conform.Report) error {
	m := markdown{options: o, scenarios: scenarios}
	for _, r := range reports {
		m.clients = append(m.clients, clientOf(r, o))
	}
	if len(m.clients) == 1 {
		m.one(m.clients[0])
	} else {
		m.several()
	}
	_, err := io.WriteString(w, m.String())
	return err
}

type markdown struct {
	strings.Builder
	options   Options
	scenarios []*conform.Scenario
	clients   []*client
}

func (m *markdown) printf(format string, args ...any) { fmt.Fprintf(m, format, args...) }

func (m *markdown) one(c *client) {
	m.printf("# %s\n\n", m.name(c))
	m.printf("Checked %s with T = %v; the harness was %v late at most.\n\n", c.Started.Format("2006-01-02"), c.Unit, c.Late.Round(time.Millisecond))
	if !c.Profile.Works {
		m.printf("**It does not deliver an ordinary message, so nothing can be said of it:** %s\n", mdPeer(c.Profile.Why))
		return
	}
	m.printf("**%s to lose mail silently, %s to duplicate it.**\n\n%s\n", ways(c.Loses), ways(c.Duplicates), countText(c))
	for _, claim := range c.Profile.Claims {
		m.printf("- its manifest %s\n", mdPeer(claim))
	}
	m.findings(c)
	m.printf("\n## All scenarios\n")
	m.tables()
}

func (m *markdown) several() {
	m.printf("# SMTP clients compared\n\n| Client | Checked | Loses mail silently | Duplicates it | Verdicts |\n| --- | --- | ---: | ---: | --- |\n")
	for _, c := range m.clients {
		if !c.Profile.Works {
			m.printf("| %s | %s | | | delivers nothing: %s |\n", m.name(c), c.Started.Format("2006-01-02"), mdPeer(c.Profile.Why))
			continue
		}
		m.printf("| %s | %s | %s | %s | %s |\n", m.name(c), c.Started.Format("2006-01-02"), ways(c.Loses), ways(c.Duplicates), countText(c))
	}
	m.printf("\n## What fails\n")
	for _, c := range m.clients {
		if c.Profile.Works {
			m.failures(c)
		}
	}
	m.printf("\n## All scenarios\n\n%s\n", legend())
	m.tables()
}

// failures writes a line for each failure of one of several clients.
func (m *markdown) failures(c *client) {
	headed := false
	for _, row := range rows(m.scenarios, c.Report) {
		if row.Result.Verdict.Word != conform.Fail {
			continue
		}
		if !headed {
			headed = true
			m.printf("\n### %s\n\n| Scenario | Level | Class | What it does |\n| --- | --- | --- | --- |\n", m.name(c))
		}
		f := c.findings[row.ID]
		note := mdPeer(row.Result.Verdict.Text)
		if f.Note != "" && !f.Upstream {
			note = mdPeer(f.Note)
		}
		if row.Result.Expected != "" {
			note += " (expected: " + mdPeer(row.Result.Expected) + ")"
		}
		m.printf("| %s: %s | %s | %s | %s |\n", row.ID, mdText(row.Title), row.Level, mdText(f.Class), note)
	}
}

// legend explains the signs of the tables.
func legend() string {
	var parts []string
	for _, word := range words {
		parts = append(parts, signs[word]+" "+string(word))
	}
	return strings.Join(parts, ", ") + "."
}

func (m *markdown) name(c *client) string {
	name := mdPeer(record.Clip(c.Client, 80))
	if c.Version != "" {
		name += " " + mdPeer(record.Clip(c.Version, 80))
	}
	return name
}

func countText(c *client) string {
	var parts []string
	for _, n := range c.Counts {
		parts = append(parts, fmt.Sprintf("%d %s", n.N, n.Word))
	}
	return strings.Join(parts, ", ")
}

// findings writes what failed and then what warned, with what it means.
func (m *markdown) findings(c *client) {
	for _, word := range []conform.Word{conform.Fail, conform.Warn, conform.Error} {
		headed := false
		for _, row := range rows(m.scenarios, c.Report) {
			if row.Result.Verdict.Word != word {
				continue
			}
			if !headed {
				headed = true
				m.printf("\n## %s\n", heading(word))
			}
			m.finding(row, c.findings[row.ID])
		}
	}
}

func heading(word conform.Word) string {
	return map[conform.Word]string{conform.Fail: "Failures", conform.Warn: "Warnings", conform.Error: "Errors of the harness"}[word]
}

func (m *markdown) finding(row row, f Finding) {
	m.printf("\n### %s: %s\n\n", row.ID, mdText(row.Title))
	m.printf("%s %s: %s%s\n", signs[row.Result.Verdict.Word], row.Result.Verdict.Word, mdPeer(row.Result.Verdict.Text), classText(f))
	if f.Note != "" && !f.Upstream {
		m.printf("\nNote: %s\n", mdPeer(f.Note))
	}
	if row.Result.Expected != "" {
		m.printf("\nExpected: %s\n", mdPeer(row.Result.Expected))
	}
	for _, s := range rfc.Binding(row.ID) {
		m.printf("\n> %s ([%s](%s))\n", mdText(s.Text), s.Cite, s.Cite.URL())
	}
	m.printf("\n")
	for _, part := range [][2]string{{"Level", string(row.Level)}, {"Effect", row.EffectText()}, {"Fix", row.FixText()}} {
		if part[1] != "" {
			m.printf("- %s: %s\n", part[0], mdText(part[1]))
		}
	}
	if len(row.Cites) > 0 {
		m.printf("- RFC: %s\n", mdCites(row.Cites))
	}
}

// classText is the mark of a finding that somebody looked at.
func classText(f Finding) string {
	if f.Class == "" {
		return ""
	}
	return " (" + mdText(f.Class) + ")"
}

func mdCites(cites []rfc.Cite) string {
	var links []string
	for _, c := range cites {
		links = append(links, fmt.Sprintf("[%s](%s)", c, c.URL()))
	}
	return strings.Join(links, ", ")
}

// tables writes a table for each group, with a column for each client.
func (m *markdown) tables() {
	for _, g := range groupsOf(m.scenarios, m.clients) {
		m.printf("\n### %s\n\n| Scenario | Level |", mdText(g.Title))
		for _, c := range m.clients {
			m.printf(" %s |", mdPeer(record.Clip(c.Client, 80)))
		}
		m.printf("\n| --- | --- |%s\n", strings.Repeat(" --- |", len(m.clients)))
		for _, s := range g.scenarios {
			m.printf("| %s: %s | %s |", s.ID, mdText(s.Title), s.Level)
			for _, c := range m.clients {
				m.printf(" %s |", m.cell(c, s))
			}
			m.printf("\n")
		}
	}
}

func (m *markdown) cell(c *client, s *conform.Scenario) string {
	r := c.Result(s.ID)
	if r == nil {
		return ""
	}
	if len(m.clients) > 1 {
		return signs[r.Verdict.Word]
	}
	f := c.findings[s.ID]
	text := signs[r.Verdict.Word] + " " + string(r.Verdict.Word) + classText(f)
	switch {
	case f.Upstream:
		return text + ": " + toldFirst
	case r.Surprise:
		return text + ", but a failure is expected"
	case r.Expected != "":
		text += ", expected"
	}
	if r.Verdict.Text != "" {
		text += ": " + mdPeer(r.Verdict.Text)
	}
	return text
}

// mdPlain is text in which no reader of Markdown finds anything: no markup, no
// address, no name to mention, no number of an issue.
var mdPlain = regexp.MustCompile(`^(?:[\pL\pN ,;'“”()–—…§-]|[.:?] |\.$)*$`)

// mdPeer writes evidence: plain if it is, and otherwise as code, where neither
// markup nor addresses count. The two characters that would end the code or the
// cell become escapes.
func mdPeer(s string) string {
	s = visible(record.Clip(s, 400))
	if mdPlain.MatchString(s) && strings.TrimSpace(s) != "" && !mdListed.MatchString(s) {
		return s
	}
	s = strings.NewReplacer("`", `\x60`, "|", `\x7c`).Replace(s)
	if strings.TrimSpace(s) == "" {
		return "(empty)"
	}
	return "`" + s + "`"
}

// mdListed is the begin of a list, which a line of evidence must not be.
var mdListed = regexp.MustCompile(`^\s|^[-+] |^\d+[.)] |^-+$|\s$`)

var mdSpecial = regexp.MustCompile("[\\\\`*_\\[\\]<>|&#~]")

// mdText writes text of the catalogue or of an RFC.
func mdText(s string) string { return mdSpecial.ReplaceAllString(visible(s), `\$0`) }
