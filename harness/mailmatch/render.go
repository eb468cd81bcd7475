package mailmatch

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/smtpspec/smtpspec/harness/record"
)

// maxShown is how many octets of a value a failure shows.
const maxShown = 200

// quoted makes peer text fit for a failure: on one line, cut and escaped.
func quoted(s string) string { return `"` + shown(s) + `"` }

func shown(s string) string { return record.Escape(record.Clip(s, maxShown)) }

// harmless escapes text that somebody else has formatted. Its lines, tabs and
// backslashes are that format, so they stay.
func harmless(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = harmlessLine(line)
	}
	return strings.Join(lines, "\n")
}

func harmlessLine(line string) string {
	pieces := strings.Split(line, `\`)
	for i, piece := range pieces {
		words := strings.Split(piece, "\t")
		for j := range words {
			words[j] = record.Escape(words[j])
		}
		pieces[i] = strings.Join(words, "\t")
	}
	return strings.Join(pieces, `\`)
}

// maxLines is how many lines of a list a failure shows.
const maxLines = 30

// listed returns a line for each item, the first ones of a long list.
func listed[T any](all []T, line func(T) string) string {
	var lines []string
	for _, one := range all[:min(len(all), maxLines)] {
		lines = append(lines, line(one))
	}
	if more := len(all) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// bracketed returns `["a" "b"]`.
func bracketed(list []string) string {
	items := make([]string, 0, len(list))
	for _, s := range list[:min(len(list), maxLines)] {
		items = append(items, quoted(s))
	}
	if more := len(list) - len(items); more > 0 {
		items = append(items, fmt.Sprintf("and %d more", more))
	}
	return "[" + strings.Join(items, " ") + "]"
}

const step = "    "

func indent(s string) string { return step + strings.ReplaceAll(s, "\n", "\n"+step) }

// counted returns "1 message", "2 messages".
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
