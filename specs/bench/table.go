package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// table is lines of cells, the first of which is text and the others figures.
type table struct {
	header []string
	lines  [][]string
}

func (t *table) add(cells ...string) { t.lines = append(t.lines, cells) }

func (t *table) print(out io.Writer, title string) {
	if len(t.lines) == 0 {
		return
	}
	fmt.Fprintf(out, "\n%s\n\n", title)
	all := append([][]string{t.header}, t.lines...)
	for _, line := range all {
		var b strings.Builder
		for i, cell := range line {
			pad := strings.Repeat(" ", t.width(i)-utf8.RuneCountInString(cell))
			if i == 0 {
				b.WriteString(cell + pad)
			} else {
				b.WriteString("   " + pad + cell)
			}
		}
		fmt.Fprintln(out, strings.TrimRight(b.String(), " "))
	}
}

func (t *table) width(column int) int {
	width := 0
	for _, line := range append([][]string{t.header}, t.lines...) {
		width = max(width, utf8.RuneCountInString(line[column]))
	}
	return width
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
