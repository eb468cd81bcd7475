package report

import (
	"github.com/smtpspec/smtpspec/harness/conform"
)

// client is what the forms for people show of one report.
type client struct {
	*conform.Report // without what is withheld
	Number          int
	Loses           int // sums are those of the whole report
	Duplicates      int
	Counts          []count
	RawAPI          int // failures that the library leaves to its caller

	findings map[string]Finding
}

// count is how many results have a word.
type count struct {
	Word conform.Word
	N    int
	From int // how many have an earlier word
}

func clientOf(r *conform.Report, o Options) *client {
	c := &client{Report: o.withhold(r), Loses: r.Loses(), Duplicates: r.Duplicates(), findings: o.of(r)}
	n, from := r.Count(), 0
	for _, word := range words {
		if n[word] > 0 {
			c.Counts = append(c.Counts, count{word, n[word], from})
			from += n[word]
		}
	}
	for i := range r.Results {
		if result := &r.Results[i]; result.Verdict.Word == conform.Fail && c.findings[result.Scenario].Class == "raw API" {
			c.RawAPI++
		}
	}
	return c
}

// Total returns how many results there are.
func (c *client) Total() int { return len(c.Results) }

// group is a part of the catalogue that has results.
type group struct {
	*conform.Group
	scenarios []*conform.Scenario
}

// groupsOf returns the scenarios of which a client has a result, by group, in
// the catalogue's order.
func groupsOf(scenarios []*conform.Scenario, clients []*client) []*group {
	var groups []*group
	by := map[string]*group{}
	for _, s := range scenarios {
		if !judged(s, clients) {
			continue
		}
		g := groupOf(s)
		if by[g.Name] == nil {
			by[g.Name] = &group{Group: g}
			groups = append(groups, by[g.Name])
		}
		by[g.Name].scenarios = append(by[g.Name].scenarios, s)
	}
	return groups
}

func judged(s *conform.Scenario, clients []*client) bool {
	for _, c := range clients {
		if c.Result(s.ID) != nil {
			return true
		}
	}
	return false
}

var ungrouped = &conform.Group{Name: "other", Title: "Other scenarios"}

func groupOf(s *conform.Scenario) *conform.Group {
	if s.Group == nil {
		return ungrouped
	}
	return s.Group
}
