package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// table writes lines of cells, the first of which is text and the others
// figures, each as soon as it is known: a full run takes minutes.
type table struct {
	out    io.Writer
	title  string
	header []string
	begun  bool
}

func (t *table) add(cells ...string) {
	if !t.begun {
		fmt.Fprintf(t.out, "\n%s\n\n", t.title)
		t.write(t.header)
		t.begun = true
	}
	t.write(cells)
}

func (t *table) write(cells []string) {
	for i, cell := range cells {
		pad := strings.Repeat(" ", max(0, t.width(i)-utf8.RuneCountInString(cell)))
		if i == 0 {
			fmt.Fprint(t.out, cell+pad)
		} else {
			fmt.Fprint(t.out, "  "+pad+cell)
		}
	}
	fmt.Fprintln(t.out)
}

// width leaves room for a name, and for a ratio where there is one.
func (t *table) width(column int) int {
	const name, ratio = 37, 16
	head := utf8.RuneCountInString(t.header[column])
	switch {
	case column == 0:
		return max(name, head)
	case strings.HasPrefix(t.header[column], "to ") || strings.Contains(t.header[column], "A/A") || strings.Contains(t.header[column], " to "):
		return max(ratio, head)
	}
	return max(len("1000.0 k"), head)
}

func median(of []float64) float64 {
	if len(of) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(of))
	n := len(sorted)
	return (sorted[n/2] + sorted[(n-1)/2]) / 2
}

// ratio compares two measurements round by round.
func ratio(of, to []float64) string {
	all := make([]float64, len(of))
	for i := range of {
		all[i] = of[i] / to[i]
	}
	return fmt.Sprintf("%.2f (%.2f–%.2f)", median(all), slices.Min(all), slices.Max(all))
}

func aimed(ratio float64) string {
	if ratio == 0 {
		return ""
	}
	return fmt.Sprintf("≥ %.1f", ratio)
}

// thousands writes a figure with three digits that count.
func thousands(f float64) string {
	switch {
	case math.IsNaN(f):
		return "–"
	case f >= 1000:
		return fmt.Sprintf("%.1f k", f/1000)
	case f >= 100:
		return fmt.Sprintf("%.0f", f)
	}
	return fmt.Sprintf("%.1f", f)
}
