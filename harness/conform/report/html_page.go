package report

import (
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/rfc"
)

// page is what the template is given.
type page struct {
	Title   string
	Policy  string
	Style   template.CSS
	Script  template.JS
	Clients []*client
	One     *client // the only client, nil with several
	Words   []count // rows in which a word occurs
	Levels  []rfc.Level
	Groups  []pageGroup
	Runs    []*pageRun
	Cut     bool // runs were left out, for the size of the page
}

type pageGroup struct {
	*conform.Group
	Rows []pageRow
}

// pageRow is a scenario with a cell for each client.
type pageRow struct {
	*conform.Scenario
	Sentences []rfc.Sentence
	Cells     []*pageCell // nil where a client has no result
}

// pageCell is the result of one client.
type pageCell struct {
	*conform.Result
	Finding
	Client   *client
	Runs     []*pageRun
	Left     int    // runs that the page does not hold
	Told     string // what the client said
	Played   int    // repetitions
	Withheld bool
	Plain    bool // a sign in the matrix says it all
}

// Key is the anchor of the cell, or of its row if it has nothing of its own.
func (c *pageCell) Key() string {
	if c.Plain {
		return c.Scenario
	}
	return c.Scenario + "." + strconv.Itoa(c.Client.Number)
}

// Words are the verdicts in a row, as names of styles.
func (r pageRow) Words() string {
	var list []string
	for _, c := range r.Cells {
		if c != nil && !slices.Contains(list, classOf(c.Verdict.Word)) {
			list = append(list, classOf(c.Verdict.Word))
		}
	}
	return strings.Join(list, " ")
}

// Others counts the clients of which the row says no more than a sign.
func (r pageRow) Others() string {
	n := map[conform.Word]int{}
	for _, c := range r.Cells {
		if c != nil && c.Plain {
			n[c.Verdict.Word]++
		}
	}
	var parts []string
	for _, word := range words {
		if n[word] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[word], word))
		}
	}
	return strings.Join(parts, ", ")
}

// Further are the places that no sentence beside them is from.
func (r pageRow) Further() []rfc.Cite {
	return slices.DeleteFunc(slices.Clone(r.Cites), func(c rfc.Cite) bool {
		return slices.ContainsFunc(r.Sentences, func(s rfc.Sentence) bool { return s.Cite == c })
	})
}

// Servers says what the servers of the scenario do.
func (r pageRow) Servers() []string {
	var list []string
	for _, s := range r.Scripts {
		if s.Text != "" {
			list = append(list, s.Text)
		}
	}
	return list
}

func pageOf(o Options, scenarios []*conform.Scenario, reports []*conform.Report) *page {
	p := &page{Policy: policy(), Style: template.CSS(pageStyle), Script: template.JS(pageScript), Title: "SMTP clients compared"}
	for i, r := range reports {
		c := clientOf(r, o)
		c.Number = i + 1
		p.Clients = append(p.Clients, c)
	}
	if len(p.Clients) == 1 {
		p.One = p.Clients[0]
		p.Title = strings.TrimSpace(peer(p.One.Client) + " " + peer(p.One.Version))
	}
	for _, g := range groupsOf(scenarios, p.Clients) {
		p.add(g)
	}
	p.countRows()
	p.addRuns()
	return p
}

func (p *page) add(g *group) {
	part := pageGroup{Group: g.Group}
	for _, s := range g.scenarios {
		row := pageRow{Scenario: s, Sentences: rfc.Binding(s.ID)}
		for _, c := range p.Clients {
			cell := cellOf(c, s)
			if cell != nil && p.Many() {
				word := cell.Verdict.Word
				cell.Plain = word == conform.Pass || word == conform.NotApplicable
			}
			row.Cells = append(row.Cells, cell)
		}
		part.Rows = append(part.Rows, row)
		if !slices.Contains(p.Levels, s.Level) {
			p.Levels = append(p.Levels, s.Level)
		}
	}
	p.Groups = append(p.Groups, part)
}

func cellOf(c *client, s *conform.Scenario) *pageCell {
	r := c.Result(s.ID)
	if r == nil {
		return nil
	}
	cell := &pageCell{Result: r, Finding: c.findings[s.ID], Client: c}
	if cell.Upstream {
		cell.Withheld, cell.Note = true, ""
	}
	for _, script := range r.Scripts {
		if runs := c.Trials[script]; len(runs) > 0 && runs[0] != nil {
			cell.Played = max(cell.Played, len(runs))
			if cell.Told == "" {
				cell.Told = told(runs[0])
			}
		}
	}
	return cell
}

// countRows counts in how many rows each word occurs.
func (p *page) countRows() {
	n := map[conform.Word]int{}
	for row := range p.rows() {
		seen := map[conform.Word]bool{}
		for _, c := range row.Cells {
			if c != nil && !seen[c.Verdict.Word] {
				seen[c.Verdict.Word] = true
				n[c.Verdict.Word]++
			}
		}
	}
	for _, word := range words {
		if n[word] > 0 {
			p.Words = append(p.Words, count{Word: word, N: n[word]})
		}
	}
}

func (p *page) rows() func(func(*pageRow) bool) {
	return func(yield func(*pageRow) bool) {
		for i := range p.Groups {
			for j := range p.Groups[i].Rows {
				if !yield(&p.Groups[i].Rows[j]) {
					return
				}
			}
		}
	}
}

// Total is the number of scenarios.
func (p *page) Total() (n int) {
	for range p.rows() {
		n++
	}
	return n
}

// Columns is the width of the table.
func (p *page) Columns() int { return len(p.Clients) + 1 }

// Many says that there are so many clients that a cell has room for a sign
// only.
func (p *page) Many() bool { return len(p.Clients) > 4 }

// Facts are what is known of the check itself.
func (c *client) Facts() [][2]string {
	facts := [][2]string{{"Checked", dateOf(c.Started)}, {"T, the time-out it was told", c.Unit.String()},
		{"Lateness of the harness", brief(c.Late) + " at most"}, {"Duration", brief(c.Took)}}
	if c.Tool != "" {
		facts = append(facts, [2]string{"smtpspec", peer(c.Tool)})
	}
	return facts
}

// Learned is what calibration found, a line each.
func (c *client) Learned() [][2]string {
	p := c.Profile
	facts := [][2]string{{"Message", map[string]string{"raw": "sends octets as given", "compose": "composes them itself", "both": "sends octets as given, or composes them"}[p.Mode]},
		{"Start-up", brief(p.Startup)}, {"Extensions it uses", strings.Join(p.Extensions, ", ")}, {"AUTH mechanisms", strings.Join(p.Mechanisms, ", ")},
		{"Header fields it adds", strings.Join(p.Adds, ", ")}}
	for _, is := range []struct {
		name string
		has  bool
	}{
		{"Changes the octets of a message", p.Alters}, {"Refuses an unknown CA", p.Verifies},
		{"Tells temporary from permanent failures", p.Classes}, {"Tells the reply code", p.Codes}, {"Speaks no TLS newer than 1.1", p.Legacy},
	} {
		facts = append(facts, [2]string{is.name, map[bool]string{true: "yes", false: "no"}[is.has]})
	}
	return slices.DeleteFunc(facts, func(f [2]string) bool { return f[1] == "" })
}

// Needs are the abilities, by name.
func (c *client) Needs() (needs []pageNeed) {
	for _, n := range slices.Sorted(maps.Keys(c.Profile.Abilities)) {
		needs = append(needs, pageNeed{string(n), c.Profile.Abilities[n]})
	}
	return needs
}

type pageNeed struct {
	Name string
	conform.Ability
}

// Sentence is the count in words, for those who do not see the bar.
func (c *client) Sentence() string {
	if c.RawAPI > 0 {
		return countText(c) + fmt.Sprintf("; %d of the failures are left to the caller (raw API)", c.RawAPI)
	}
	return countText(c)
}
