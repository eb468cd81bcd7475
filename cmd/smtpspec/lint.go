package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/cmd/smtpspec/internal/settings"
	"github.com/smtpspec/smtpspec/harness/hint"
	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// lintCommand judges message files by the rules of package lint.
type lintCommand struct {
	json, list, strict, smtputf8 bool
	except                       []string
}

func (l *lintCommand) about() about {
	return about{
		name:    "lint",
		summary: "Judges message files by the rules of mail, each finding with its RFC",
		args:    "[FILE.eml … | -]",
		examples: []string{
			"smtpspec lint message.eml",
			"smtpspec lint --strict --json *.eml",
			"smtpspec lint --except lint-message-id -",
			"smtpspec lint --list",
		},
		notes: lintNotes,
	}
}

const lintNotes = `Exit code 1 says that a rule is broken that binds (MUST, DERIVED, SECURITY); with
--strict one of level SHOULD or INTEROP too. - is standard input. Lines have to
end with CRLF, as on the wire.
`

func (l *lintCommand) define(s *settings.Set) {
	s.Bool(&l.json, "json", "print one JSON object a line")
	s.Bool(&l.list, "list", "list the rules, of sessions too")
	s.Bool(&l.strict, "strict", "fail on what is only advised against")
	s.Bool(&l.smtputf8, "smtputf8", "the message is to go with SMTPUTF8: its header may be UTF-8")
	s.Many(l.leaveOut, "except", "ID", "leave a rule out; may be repeated")
}

func (l *lintCommand) leaveOut(id string) error {
	if _, ok := lint.ByID(id); ok {
		l.except = append(l.except, id)
		return nil
	}
	var ids []string
	for _, r := range lint.Rules() {
		ids = append(ids, r.ID)
	}
	text := fmt.Sprintf("there is no rule %q", id)
	if near := hint.Nearest(id, ids); near != "" {
		text += "; did you mean " + near + "?"
	}
	return errors.New(text)
}

func (l *lintCommand) run(_ context.Context, a *App, args []string) error {
	if l.list {
		if err := noArguments(l, args); err != nil {
			return err
		}
		return l.listRules(a.Stdout)
	}
	if len(args) == 0 {
		return &settings.Fault{Text: "name a message file, or - for standard input", Try: "smtpspec lint message.eml"}
	}
	broken := 0
	for _, name := range args {
		n, err := l.file(a, name)
		if err != nil {
			return err
		}
		if n > 0 {
			broken++
		}
	}
	if broken > 0 {
		return &exit{code: exitFindings, text: fmt.Sprintf("%d of %s broke a rule", broken, counted(len(args), "message"))}
	}
	return nil
}

// file judges one message, and returns how many findings count.
func (l *lintCommand) file(a *App, name string) (int, error) {
	raw, err := a.lintInput(name)
	if err != nil {
		return 0, err
	}
	m := &record.Message{}
	if l.smtputf8 {
		m.Envelope.Params = map[string]string{"SMTPUTF8": ""}
	}
	m.SetRaw(raw)
	count := 0
	for _, f := range lint.Message(m) {
		rule, _ := lint.ByID(f.Rule)
		if slices.Contains(l.except, f.Rule) {
			continue
		}
		if l.counts(rule.Level) {
			count++
		}
		if err := l.write(a.Stdout, name, rule, f); err != nil {
			return count, err
		}
	}
	return count, nil
}

func (a *App) lintInput(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(a.Stdin)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, &settings.Fault{Text: "the message cannot be read: " + err.Error(), Try: "smtpspec lint message.eml"}
	}
	return raw, nil
}

func (l *lintCommand) counts(level rfc.Level) bool {
	return level.Binds() || l.strict && (level == rfc.SHOULD || level == rfc.INTEROP)
}

// write prints a finding as one line of JSON, or as a block of text.
func (l *lintCommand) write(w io.Writer, name string, r lint.Rule, f lint.Finding) error {
	if l.json {
		_, err := w.Write(jsonLine(newFindingJSON(name, r, f)))
		return err
	}
	_, err := fmt.Fprintf(w, "%s: %s %s\n    %s %s\n    fix: %s\n", record.Escape(name), r.Level, f, r.Text, cited(r), r.Fix)
	return err
}

// cited returns "(RFC 5322 §3.6.1, RFC 5322 §3.3)".
func cited(r lint.Rule) string { return "(" + strings.Join(places(r), ", ") + ")" }

func (l *lintCommand) listRules(w io.Writer) error {
	for _, r := range lint.Rules() {
		if l.json {
			if _, err := w.Write(jsonLine(newRuleJSON(r))); err != nil {
				return err
			}
			continue
		}
		if _, err := fmt.Fprintf(w, "%-24s  %-8s  %s\n    %s\n", r.ID, r.Level, strings.Join(places(r), ", "), wrapped(r.Text, 4)); err != nil {
			return err
		}
	}
	return nil
}
