package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// table writes rows of Markdown, each as soon as it is known.
type table struct{ out io.Writer }

func newTable(out io.Writer, header ...string) table {
	t := table{out}
	fmt.Fprintln(out)
	t.add(header...)
	fmt.Fprintln(out, "| --- |"+strings.Repeat(" --: |", len(header)-1))
	return t
}

func (t table) add(cells ...string) { fmt.Fprintln(t.out, "| "+strings.Join(cells, " | ")+" |") }

// rate is n things a second.
func rate(n int, took time.Duration) string { return fmt.Sprintf("%.0f", float64(n)/took.Seconds()) }

func millis(d time.Duration) string {
	ms := d.Seconds() * 1000
	if ms >= 10 {
		return fmt.Sprintf("%.0f ms", ms)
	}
	return fmt.Sprintf("%.2g ms", ms)
}

// spread is the median and the 99th of a hundred.
func spread(took []time.Duration) string {
	slices.Sort(took)
	return millis(took[len(took)/2]) + ", " + millis(took[len(took)*99/100])
}

func median(of []float64) float64 {
	slices.Sort(of)
	n := len(of)
	return (of[n/2] + of[(n-1)/2]) / 2
}
