package main

import (
	"github.com/smtpspec/smtpspec/harness/lint"
	"github.com/smtpspec/smtpspec/harness/record"
)

// findingJSON is a line of lint --json.
type findingJSON struct {
	File   string   `json:"file"`
	Rule   string   `json:"rule"`
	Level  string   `json:"level"`
	RFC    []string `json:"rfc"`
	Part   string   `json:"part,omitempty"`
	Offset *int     `json:"offset,omitempty"` // in the file; not there if something is missing
	Octets string   `json:"octets,omitempty"` // escaped as in a transcript
	More   int      `json:"more,omitempty"`
	Text   string   `json:"text"`
	Fix    string   `json:"fix"`
}

func newFindingJSON(file string, r lint.Rule, f lint.Finding) findingJSON {
	j := findingJSON{File: file, Rule: f.Rule, Level: string(r.Level), RFC: places(r), Part: f.Part, Octets: record.Escape(f.Octets), More: f.More, Text: f.Text, Fix: r.Fix}
	if f.Octets != "" {
		j.Offset = &f.Offset
	}
	return j
}

// ruleJSON is a line of lint --rules --json.
type ruleJSON struct {
	Rule     string   `json:"rule"`
	Level    string   `json:"level"`
	RFC      []string `json:"rfc"`
	Text     string   `json:"text"`
	Effect   string   `json:"effect"`
	Fix      string   `json:"fix"`
	Sessions bool     `json:"sessions"` // it judges sessions
	Messages bool     `json:"messages"` // it judges messages
}

func newRuleJSON(r lint.Rule) ruleJSON {
	return ruleJSON{r.ID, string(r.Level), places(r), r.Text, r.Effect, r.Fix, r.Session != nil, r.Message != nil}
}

func places(r lint.Rule) (all []string) {
	for _, c := range r.Cites {
		all = append(all, c.String())
	}
	return all
}
