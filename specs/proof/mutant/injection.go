package mutant

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Sender refuses an address with a line end. These hooks give it a stand-in and
// put the address itself on the wire.

const evil = "\r\n"

// harmless replaces recipients with line ends by stand-ins that injected knows.
func harmless(j *Job) {
	j.Rcpts = slices.Clone(j.Rcpts)
	for i, r := range j.Rcpts {
		if strings.ContainsAny(r, evil) {
			j.Messages = addressed(j.Messages)
			j.Rcpts[i] = standIn(r)
		}
	}
}

// standIn writes an address in letters and digits.
func standIn(addr string) string { return fmt.Sprintf("x%x@stand.in", addr) }

func original(line string) string {
	before, rest, ok := strings.Cut(line, "<x")
	code, after, in := strings.Cut(rest, "@stand.in>")
	var addr []byte
	if _, err := fmt.Sscanf(code, "%x", &addr); !ok || !in || err != nil {
		return line
	}
	return before + "<" + string(addr) + ">" + after
}

// addressed: a draft whose header would show the address is given the To of nobody.
func addressed(drafts []record.Draft) []record.Draft {
	drafts = slices.Clone(drafts)
	for i := range drafts {
		if drafts[i].Composed() && drafts[i].To == "" {
			drafts[i].To = "undisclosed@example.org"
		}
	}
	return drafts
}

func injected(d *Dialogue, line string) string {
	if d.Stage() == record.RCPT {
		return original(line)
	}
	return line
}

func harmlessSender(j *Job) {
	if strings.ContainsAny(j.From, evil) {
		j.From = standIn(j.From)
	}
}

func injectedSender(d *Dialogue, line string) string {
	if d.Stage() == record.MAIL {
		return original(line)
	}
	return line
}
