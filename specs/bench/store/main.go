// Store measures the daemon and its stores: how fast mail of 5 KiB is
// committed, over SMTP and at the interface of the store; how long lists,
// searches and waits take, and what they cost the intake; and what a large
// message takes of memory:
//
//	go run ./specs/bench/store -quick     under a minute
//	go run ./specs/bench/store            everything, about seven minutes
//
// The daemon is "smtpspec serve", built from this module, in a process of its
// own with its default flags but for what a row says. PostgreSQL is measured
// where it is installed. The program fails on a lost message and never on
// speed.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"time"
)

func main() {
	var b bench
	only := flag.String("only", "", "measure only the parts whose name matches this `regexp`: intake, reading, searching, memory, page")
	flag.BoolVar(&b.quick, "quick", false, "fewer rows and messages, under a minute")
	kinds := flag.String("kinds", "", "measure the intake of those stores only whose name matches this `regexp`: SQLite, power; memory; PostgreSQL")
	flag.IntVar(&b.messages, "messages", 0, "`how many` messages an intake has; 0 is 4000, with -quick 800")
	flag.StringVar(&b.program, "program", "", "measure this `smtpspec` in place of one that is built now")
	flag.StringVar(&b.parent, "dir", "", "keep the stores below this `folder` while they are measured; \"\" is that of temporary files")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	parts, err := regexp.Compile(*only)
	if err == nil {
		b.kinds, err = regexp.Compile(*kinds)
	}
	if err == nil {
		err = b.run(ctx, parts, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-store:", err)
		os.Exit(1)
	}
}

// bench is one run of the program.
type bench struct {
	quick    bool
	kinds    *regexp.Regexp // of the intake
	messages int            // of an intake
	program  string         // smtpspec
	parent   string
	folder   string // where all stores are, gone at the end
}

func (b *bench) run(ctx context.Context, only *regexp.Regexp, out io.Writer) (err error) {
	began := time.Now()
	if b.folder, err = os.MkdirTemp(b.parent, "bench-store"); err != nil {
		return err
	}
	defer os.RemoveAll(b.folder)
	if b.program == "" {
		if b.program, err = build(ctx, b.folder); err != nil {
			return err
		}
	}
	for _, part := range []struct {
		name string
		do   func(context.Context, io.Writer) error
	}{{"intake", b.intake}, {"reading", b.reading}, {"searching", b.searching}, {"memory", b.memory}, {"page", b.page}} {
		if !only.MatchString(part.name) {
			continue
		}
		if err := part.do(ctx, out); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	fmt.Fprintf(out, "\n%s in all\n", time.Since(began).Round(time.Second))
	return nil
}

// of returns the first figure of a quick run, else the second.
func (b *bench) of(quick, full int) int {
	if b.quick {
		return quick
	}
	return full
}
