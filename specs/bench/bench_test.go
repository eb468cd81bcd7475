package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestMain lets the test's binary be a server too, as the program's is.
func TestMain(m *testing.M) {
	if kind := os.Getenv(childKind); kind != "" {
		os.Exit(beServer(kind))
	}
	os.Exit(m.Run())
}

func TestAllServersTakeALoad(t *testing.T) {
	b := &bench{rounds: 1}
	servers, end, err := b.spawnAll()
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	for _, pipelined := range []bool{false, true} {
		l := load{body: newPayload(100<<10, true), conns: 3, perConn: 2, turns: 2, pipelined: pipelined}
		if _, _, err := b.measure(l, servers); err != nil {
			t.Errorf("pipelined %v: %v", pipelined, err)
		}
	}
}

func TestAGarbledMessageIsSeen(t *testing.T) {
	s, err := spawn("harness", "")
	if err != nil {
		t.Fatal(err)
	}
	defer s.end()
	l := load{body: newPayload(1<<10, false), conns: 1, perConn: 1, turns: 1}
	if err := l.send(s.addr); err != nil {
		t.Fatal(err)
	}
	if err := l.check(s); err != nil {
		t.Error(err)
	}
	l.body = newPayload(1<<10, true)
	if err := l.check(s); err == nil {
		t.Error("other data than was sent went unnoticed")
	}
	l.turns = 2
	if err := l.check(s); err == nil {
		t.Error("a lost message went unnoticed")
	}
}

func TestCloseLeavesNothing(t *testing.T) {
	var out strings.Builder
	b := &bench{only: regexp.MustCompile("close")}
	if err := b.closing(&out); err != nil {
		t.Error(err)
	}
}

func TestRowsHaveNamesOfTheirOwn(t *testing.T) {
	for _, quick := range []bool{true, false} {
		seen := map[string]bool{}
		for _, r := range (&bench{quick: quick}).rows() {
			if seen[r.name] {
				t.Errorf("two rows are called %q", r.name)
			}
			seen[r.name] = true
		}
	}
}

func TestTable(t *testing.T) {
	var out strings.Builder
	tbl := table{out: &out, title: "title", header: []string{"a", "to µ"}}
	tbl.add("row", ratio([]float64{2, 6, 4}, []float64{1, 2, 2}))
	tbl.add("another", "")
	fields := strings.Fields(out.String())
	if got := strings.Join(fields, " "); got != "title a to µ row 2.00 (2.00–3.00) another" {
		t.Errorf("got %q", got)
	}
}
