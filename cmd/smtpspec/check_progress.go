package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/smtpspec/smtpspec/harness/conform"
)

// progress shows how far a check is: a bar on a terminal, a line now and then
// anywhere else.
type progress struct {
	out      io.Writer
	terminal bool
	phase    string
	told     time.Time
}

func newProgress(w io.Writer) *progress { return &progress{out: w, terminal: isTerminal(w)} }

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

const lineEvery = 10 * time.Second

func (p *progress) show(now conform.Progress) {
	last := now.Done == now.Total
	if p.terminal {
		const width = 30
		full := width * now.Done / max(1, now.Total)
		fmt.Fprintf(p.out, "\r\x1b[K%-18s [%s%s] %d/%d %s", now.Phase, strings.Repeat("█", full), strings.Repeat("·", width-full), now.Done, now.Total, now.Script)
		if last {
			io.WriteString(p.out, "\r\x1b[K")
		}
		return
	}
	if now.Phase != p.phase || last || time.Since(p.told) > lineEvery {
		p.phase, p.told = now.Phase, time.Now()
		fmt.Fprintf(p.out, "%s %d of %d\n", now.Phase, now.Done, now.Total)
	}
}
