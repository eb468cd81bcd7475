package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// scenarios lists the catalogue.
type scenarios struct {
	json bool
	long bool
}

func (s *scenarios) about() about {
	return about{
		name:     "scenarios",
		summary:  "Lists the scenarios of check, with their RFCs",
		args:     "[GLOB]…",
		examples: []string{"smtpspec scenarios", "smtpspec scenarios --long 'tls-cert-*'", "smtpspec scenarios --json"},
	}
}

func (s *scenarios) define(set *settings.Set) {
	set.Bool(&s.long, "long", "what the server does, what passes, what a failure does to mail, the usual fix, and the sentence of the RFC")
	set.Bool(&s.json, "json", "print one JSON object a line")
}

func (s *scenarios) run(_ context.Context, a *App, args []string) error {
	list, err := chosenScenarios(args)
	switch {
	case err != nil:
		return err
	case s.json:
		return writeScenarioObjects(a.Stdout, list)
	case s.long:
		return writeScenarioPages(a.Stdout, list)
	}
	return writeScenarioList(a.Stdout, list)
}

func writeScenarioList(w io.Writer, list []*conform.Scenario) error {
	var b strings.Builder
	group := ""
	for _, s := range list {
		if s.Group.Name != group {
			if group != "" {
				b.WriteByte('\n')
			}
			group = s.Group.Name
			fmt.Fprintf(&b, "%s\n", s.Group.Title)
		}
		fmt.Fprintf(&b, "  %-32s %-8s  %s (%s)\n", s.ID, s.Level, s.Title, strings.Join(citesOf(s), ", "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func citesOf(s *conform.Scenario) []string {
	cites := []string{}
	for _, c := range s.Cites {
		cites = append(cites, c.String())
	}
	return cites
}

func writeScenarioPages(w io.Writer, list []*conform.Scenario) error {
	var b strings.Builder
	for _, s := range list {
		fmt.Fprintf(&b, "%s: %s\n", s.ID, s.Title)
		for _, part := range []struct{ name, text string }{
			{"level", string(s.Level)}, {"RFC", strings.Join(citesOf(s), ", ")}, {"server", serverText(s)}, {"expected", s.Expect},
			{"effect", s.EffectText()}, {"fix", s.FixText()}, {"needs", needsText(s)},
		} {
			if part.text != "" {
				fmt.Fprintf(&b, "  %-9s %s\n", part.name, wrapped(part.text, 12))
			}
		}
		for _, sentence := range rfc.Binding(s.ID) {
			fmt.Fprintf(&b, "  %-9s %s: “%s”\n", "sentence", sentence.Cite, wrapped(sentence.Text, 12))
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func serverText(s *conform.Scenario) string {
	var texts []string
	for _, script := range s.Scripts {
		texts = append(texts, script.Text)
	}
	return strings.Join(texts, "; and ")
}

func needsText(s *conform.Scenario) string {
	var needs []string
	for _, n := range s.Needs {
		needs = append(needs, string(n))
	}
	return strings.Join(needs, ", ")
}

func writeScenarioObjects(w io.Writer, list []*conform.Scenario) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, s := range list {
		if err := e.Encode(map[string]any{"id": s.ID, "group": s.Group.Name, "tier": s.Tier, "title": s.Title, "level": s.Level, "rfc": citesOf(s),
			"server": serverText(s), "expect": s.Expect, "effect": s.EffectText(), "fix": s.FixText(), "needs": s.Needs}); err != nil {
			return err
		}
	}
	return nil
}
