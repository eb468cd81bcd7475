package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/hint"
	"github.com/smtpspec/smtpspec/harness/wire"
)

// rules explains the language of rules, and checks what is written in it.
type rules struct {
	json  bool
	check []string
}

func (r *rules) about() about {
	return about{
		name:    "rules",
		summary: "Prints the stages, conditions, counters and actions of rules, with examples",
		args:    "[WORD]…",
		examples: []string{
			"smtpspec rules",
			"smtpspec rules RCPT FirstN",
			`smtpspec rules --check '{"on":"RCPT","to":"bad@*","reply":"550 5.1.1 No such user"}'`,
			"smtpspec rules --check @rules.json",
		},
	}
}

func (r *rules) define(s *settings.Set) {
	s.Bool(&r.json, "json", "print one JSON object a line")
	s.Many(func(v string) error { r.check = append(r.check, v); return nil },
		"check", "JSON|@FILE", "check a rule, or a list of them, and print both of its forms; may be repeated")
}

func (r *rules) run(_ context.Context, a *App, args []string) error {
	if len(r.check) > 0 {
		if err := noArguments(r, args); err != nil {
			return err
		}
		return r.checkAll(a.Stdout)
	}
	docs, err := chosen(wire.RuleReference(), args)
	if err != nil {
		return err
	}
	if r.json {
		return writeDocs(a.Stdout, docs)
	}
	_, err = io.WriteString(a.Stdout, reference(docs))
	return err
}

// chosen returns the words that were asked for; all if none was.
func chosen(all []wire.RuleDoc, words []string) ([]wire.RuleDoc, error) {
	if len(words) == 0 {
		return all, nil
	}
	names, byName := []string(nil), map[string]wire.RuleDoc{}
	for _, d := range all {
		names = append(names, strings.ToLower(d.Name))
		byName[strings.ToLower(d.Name)] = d
	}
	var docs []wire.RuleDoc
	for _, w := range words {
		d, ok := byName[strings.ToLower(w)]
		if !ok {
			return nil, unknownWord(w, byName[hint.Nearest(w, names)].Name)
		}
		docs = append(docs, d)
	}
	return docs, nil
}

func unknownWord(word, near string) error {
	if near == "" {
		return &settings.Fault{Text: fmt.Sprintf("rules have no word %q", word), Try: "smtpspec rules"}
	}
	return &settings.Fault{Text: fmt.Sprintf("rules have no word %q; did you mean %s?", word, near), Try: "smtpspec rules " + near}
}

func writeDocs(w io.Writer, docs []wire.RuleDoc) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, d := range docs {
		if err := e.Encode(d); err != nil {
			return err
		}
	}
	return nil
}

// reference prints a block for each word, below the name of its kind.
func reference(docs []wire.RuleDoc) string {
	var b strings.Builder
	kind := ""
	for _, d := range docs {
		if d.Kind != kind {
			kind = d.Kind
			fmt.Fprintf(&b, "%s\n\n", headings[kind])
		}
		fmt.Fprintf(&b, "  %-14s  %s\n  %-14s  Go    %s\n", d.Name, wrapped(d.Text, 18), "", d.Go)
		if d.JSON != "" {
			fmt.Fprintf(&b, "  %-14s  JSON  %s\n", "", d.JSON)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// wrapped breaks a text for a terminal of 80 columns, with its further lines
// indented. The forms of a rule stay whole: they are there to be copied.
func wrapped(text string, indent int) string {
	const columns = 80
	var b strings.Builder
	at := indent
	for i, word := range strings.Fields(text) {
		width := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case at+1+width > columns:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			at = indent
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += width
	}
	return b.String()
}

var headings = map[string]string{
	"stage":       "Stages: where a rule acts",
	"condition":   "Conditions: at which exchanges",
	"counter":     "Counters: how many times",
	"action":      "Actions: what happens",
	"bookkeeping": "Beside them",
}

// checkAll stops at the first rule that is wrong: that is a finding, not a
// wrong use.
func (r *rules) checkAll(w io.Writer) error {
	for _, text := range r.check {
		list, err := parseRules(text)
		if fault, ok := err.(*settings.Fault); ok {
			return &exit{code: exitFindings, text: fault.Text, try: fault.Try}
		}
		if err != nil {
			return err
		}
		for _, rule := range list {
			if err := r.writeForms(w, rule); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *rules) writeForms(w io.Writer, rule harness.Rule) error {
	form, err := rule.MarshalJSON()
	if err != nil {
		return err
	}
	if r.json {
		return writeDocs(w, []wire.RuleDoc{{Kind: "rule", Name: rule.Name(), Go: rule.String(), JSON: string(form)}})
	}
	_, err = fmt.Fprintf(w, "Go    %s\nJSON  %s\n", rule, form)
	return err
}
