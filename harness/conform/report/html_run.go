package report

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/record"
)

// pageRun is the run of one script by one client, which all scenarios share
// that are judged by it.
type pageRun struct {
	Key    string
	Script string
	Number int // from 1; 2 and later are repetitions
	Client *client
	Cells  []*pageCell // judged by it
	Server string      // what it did
	HTML   template.HTML
}

// What a page may hold of transcripts, in octets: of one client, and of all
// clients together.
const (
	maxOneClient  = 2_000_000
	maxAllClients = 2_000_000

	frame = 600 // what stands around one transcript
	link  = 120 // and for each scenario that is judged by it
)

// addRuns renders the runs and keeps as many as there is room for, those with
// the worst verdicts first.
func (p *page) addRuns() {
	room := maxOneClient
	if len(p.Clients) > 1 {
		room = min(room, maxAllClients/len(p.Clients))
	}
	for i, c := range p.Clients {
		left := room
		runs := p.runsOf(i)
		byWeight := slices.Clone(runs)
		slices.SortStableFunc(byWeight, func(a, b *pageRun) int { return b.weight() - a.weight() })
		for _, run := range byWeight {
			html := c.render(run)
			size := len(html) + frame + link*len(run.Cells)
			if size > left {
				p.Cut = true
				continue
			}
			run.HTML, left = html, left-size
		}
		for _, run := range runs {
			run.place(p)
		}
	}
}

// place puts the run on the page, or says where it is left out.
func (run *pageRun) place(p *page) {
	for _, cell := range run.Cells {
		if run.HTML == "" {
			cell.Left++
		} else {
			cell.Runs = append(cell.Runs, run)
		}
	}
	if run.HTML != "" {
		p.Runs = append(p.Runs, run)
	}
}

// runsOf returns the runs of a client, in the order of the rows.
func (p *page) runsOf(client int) []*pageRun {
	var runs []*pageRun
	by := map[string]*pageRun{}
	for row := range p.rows() {
		cell := row.Cells[client]
		if cell == nil || cell.Plain {
			continue
		}
		for _, script := range cell.Scripts {
			for n := range shownRuns(cell, script) {
				key := fmt.Sprintf("t%d.%s.%d", cell.Client.Number, script, n+1)
				run := by[key]
				if run == nil {
					run = &pageRun{Key: key, Script: script, Number: n + 1, Client: cell.Client, Server: serverText(row.Scenario, script)}
					by[key] = run
					runs = append(runs, run)
				}
				run.Cells = append(run.Cells, cell)
			}
		}
	}
	return runs
}

// shownRuns is how many repetitions are worth showing: all where they disagree.
func shownRuns(cell *pageCell, script string) int {
	runs := cell.Client.Trials[script]
	if i := slices.Index(runs, nil); i >= 0 {
		runs = runs[:i]
	}
	if cell.Verdict.Word == conform.Inconclusive {
		return len(runs)
	}
	return min(1, len(runs))
}

func serverText(s *conform.Scenario, script string) string {
	for _, known := range s.Scripts {
		if known.ID == script {
			return known.Text
		}
	}
	return ""
}

// weight is that of the worst verdict that rests on the run.
func (run *pageRun) weight() (worst int) {
	order := []conform.Word{conform.Pass, conform.NotApplicable, conform.Info, conform.Inconclusive, conform.Warn, conform.Error, conform.Fail}
	for _, c := range run.Cells {
		worst = max(worst, slices.Index(order, c.Verdict.Word))
	}
	return worst
}

// What of a run is shown at most.
const (
	maxSessions = 12
	maxLines    = 120 // of one session
	maxLine     = 300 // octets of one line
	maxSaid     = 1500
)

func (c *client) render(run *pageRun) template.HTML {
	trial := c.Trials[run.Script][run.Number-1]
	var b strings.Builder
	fmt.Fprintf(&b, "<p class=asked>Asked for: %s</p>", template.HTMLEscapeString(askedText(&trial.Job)))
	marks := run.marks()
	for i, s := range trial.Sessions {
		if i == maxSessions {
			fmt.Fprintf(&b, "<p class=cut>%d more sessions are left out.</p>", len(trial.Sessions)-i)
			break
		}
		writeSession(&b, s, marks)
	}
	if len(trial.Sessions) == 0 {
		b.WriteString("<p class=cut>There was no session.</p>")
	}
	writeOutcome(&b, trial)
	return template.HTML(b.String())
}

// askedText says what the job was.
func askedText(j *record.Job) string {
	n := len(j.Messages)
	text := fmt.Sprintf("%d messages", n)
	if n == 1 {
		text = "1 message"
	}
	if n := len(j.Rcpts); n == 1 {
		text += " to 1 recipient"
	} else {
		text += fmt.Sprintf(" to %d recipients", n)
	}
	text += map[record.Security]string{record.SecurityStartTLS: ", STARTTLS required", record.SecurityOptional: ", STARTTLS if offered",
		record.SecurityTLS: ", implicit TLS", record.SecurityNone: ", no TLS"}[j.Security]
	if j.User != "" {
		text += ", with AUTH"
	}
	return text
}

func writeOutcome(b *strings.Builder, run *conform.Trial) {
	o := &run.Outcome
	fmt.Fprintf(b, "<p class=said>After %s the client said <b>%s</b>", brief(o.Took), glyphs(outcomeText(o)))
	if o.Text != "" {
		fmt.Fprintf(b, ": <q>%s</q>", glyphs(peer(record.Clip(strings.TrimSpace(o.Text), maxSaid))))
	}
	b.WriteString("</p>")
	if o.Evidence != "" {
		b.WriteString("<details class=stack><summary>Stacks at the end</summary><pre>")
		for line := range strings.Lines(record.Clip(o.Evidence, 4000)) {
			b.WriteString(string(glyphs(peer(strings.ReplaceAll(strings.TrimRight(line, "\r\n"), "\t", "  ")))) + "\n")
		}
		b.WriteString("</pre></details>")
	}
}

func outcomeText(o *conform.Outcome) string {
	text := string(o.Class)
	for _, part := range []struct {
		name, value string
		has         bool
	}{
		{"", fmt.Sprint(o.Code), o.Code != 0}, {"", peer(o.Enhanced), o.Enhanced != ""}, {"at ", peer(o.Stage), o.Stage != ""},
		{"exit ", fmt.Sprint(o.Exit), o.Exit != 0}, {"signal ", peer(o.Signal), o.Signal != ""},
	} {
		if part.has {
			text += ", " + part.name + part.value
		}
	}
	return text
}

// markAt is a mark with the scenarios that made it.
type markAt struct {
	octets string
	cells  []*pageCell
}

// marks returns what the verdicts over this run point at, by session and
// command.
func (run *pageRun) marks() map[[2]int]*markAt {
	marks := map[[2]int]*markAt{}
	for _, cell := range run.Cells {
		if cell.Verdict.Word == conform.Pass || cell.Verdict.Word == conform.NotApplicable {
			continue
		}
		for _, m := range cell.Verdict.Marks {
			if m.Script != run.Script {
				continue
			}
			at := marks[[2]int{m.Session, m.Command}]
			if at == nil {
				at = &markAt{octets: m.Octets}
				marks[[2]int{m.Session, m.Command}] = at
			}
			if !slices.Contains(at.cells, cell) {
				at.cells = append(at.cells, cell)
			}
		}
	}
	return marks
}
