package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"time"
)

func main() {
	if kind := os.Getenv(childKind); kind != "" {
		os.Exit(beServer(kind))
	}
	var b bench
	only := flag.String("only", "", "measure only the rows whose name matches this `regexp`")
	flag.BoolVar(&b.quick, "quick", false, "fewer rows and rounds, under a minute")
	flag.BoolVar(&b.fresh, "fresh", false, "give memory back to the system between rounds, as in a process that has just started")
	flag.IntVar(&b.rounds, "rounds", 0, "rounds of each row; 0 is 5 with -quick, else 7")
	flag.StringVar(&b.against, "against", "", "let the harness of another build of this `program` take the place of the second one, so that the A/A column compares the two")
	flag.StringVar(&b.profile, "profile", "", "write profiles of each server to files that begin with `prefix`")
	flag.Parse()
	if b.rounds == 0 {
		b.rounds = 7
		if b.quick {
			b.rounds = 5
		}
	}
	var err error
	if b.only, err = regexp.Compile(*only); err == nil {
		err = b.run(os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one run of the program.
type bench struct {
	quick, fresh bool
	rounds       int
	only         *regexp.Regexp
	against      string
	profile      string
}

func (b *bench) run(out io.Writer) error {
	began := time.Now()
	for _, part := range []func(io.Writer) error{b.throughput, b.starting, b.allocations, b.keeping, b.idling, b.closing} {
		if err := part(out); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "\n%s in all\n", time.Since(began).Round(time.Second))
	return nil
}

func (b *bench) wants(row string) bool { return b.only.MatchString(row) }
