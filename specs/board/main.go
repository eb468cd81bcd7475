// Command board checks real clients with the whole catalogue and writes what was
// found as a page for everybody.
//
//	board [-only NAMES] [-run GLOB] [-artifacts FOLDER] CLIENTS OUTPUT
//
// CLIENTS is a folder with a folder for each client, OUTPUT the one that gets
// board.md and board.html. What was recorded is kept in the folder of the
// artifacts, one file a client: with -judge the pages are made from those.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/conform/catalog"
	"github.com/smtpspec/smtpspec/harness/conform/report"
)

func main() {
	b := &board{}
	flag.StringVar(&b.only, "only", "", "names of the clients to check, with commas between")
	flag.StringVar(&b.run, "run", "", "only scenarios with such IDs")
	flag.StringVar(&b.artifacts, "artifacts", "artifacts/board", "folder for what was recorded")
	flag.BoolVar(&b.judge, "judge", false, "check nobody; judge what was recorded")
	flag.IntVar(&b.parallel, "parallel", 16, "scripted servers at the same time")
	flag.Parse()
	if flag.NArg() != 2 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := b.make(ctx, flag.Arg(0), flag.Arg(1)); err != nil {
		fmt.Fprintln(os.Stderr, "board:", err)
		os.Exit(2)
	}
}

type board struct {
	only, run, artifacts string
	judge                bool
	parallel             int
}

// make checks each client, one after the other: they share two cores.
func (b *board) make(ctx context.Context, clients, output string) error {
	manifests, err := b.manifests(clients)
	if err != nil {
		return err
	}
	var reports []*conform.Report
	o := report.Options{Findings: map[string]map[string]report.Finding{}}
	for _, m := range manifests {
		r, err := b.report(ctx, m)
		if err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
		if r == nil {
			continue
		}
		conform.Judge(r, catalog.All())
		reports = append(reports, r)
		o.Findings[r.Client] = report.Classed(m)
		fmt.Printf("%-20s %s\n", r.Client, sum(r))
	}
	return b.write(output, reports, o)
}

func (b *board) manifests(folder string) ([]*conform.Manifest, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*", "manifest.toml"))
	if err != nil || len(files) == 0 {
		return nil, errors.Join(err, fmt.Errorf("no manifests in %s", folder))
	}
	var manifests []*conform.Manifest
	for _, file := range files {
		m, err := conform.ReadManifest(file)
		if err != nil {
			return nil, err
		}
		if b.only == "" || slices.Contains(strings.Split(b.only, ","), m.Name) {
			manifests = append(manifests, m)
		}
	}
	return manifests, nil
}

// report checks a client, or reads what was recorded of it.
func (b *board) report(ctx context.Context, m *conform.Manifest) (*conform.Report, error) {
	file := filepath.Join(b.artifacts, m.Name+".json")
	if b.judge {
		return stored(file)
	}
	client, err := conform.NewCommand(ctx, m)
	if err != nil {
		return nil, err
	}
	opts := []conform.Option{conform.WithParallel(b.parallel)}
	if b.run != "" {
		opts = append(opts, conform.Only(b.run))
	}
	r, err := conform.Check(ctx, client, catalog.All(), opts...)
	if err != nil {
		return nil, err
	}
	return r, b.keep(file, r)
}

// stored returns nil for a client that was not checked.
func stored(file string) (*conform.Report, error) {
	f, err := os.Open(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return report.Read(f)
}

func (b *board) keep(file string, r *conform.Report) error {
	if err := os.MkdirAll(b.artifacts, 0o755); err != nil {
		return err
	}
	whole, err := report.ByName("json")
	if err != nil {
		return err
	}
	return create(file, func(f *os.File) error { return whole.Write(f, catalog.All(), r) })
}

func (b *board) write(output string, reports []*conform.Report, o report.Options) error {
	for _, page := range []struct{ form, file string }{{"markdown", "board.md"}, {"html", "board.html"}} {
		form, err := report.ByName(page.form)
		if err != nil {
			return err
		}
		if err := create(filepath.Join(output, page.file), func(f *os.File) error {
			return form.With(o).Write(f, catalog.All(), reports...)
		}); err != nil {
			return err
		}
	}
	return nil
}

func create(file string, write func(*os.File) error) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

func sum(r *conform.Report) string {
	if !r.Profile.Works {
		return "does not deliver: " + r.Profile.Why
	}
	n := r.Count()
	return fmt.Sprintf("%d pass, %d warn, %d fail, %d n/a, %d inconclusive, %d error; loses %d, duplicates %d; %.0f s",
		n[conform.Pass], n[conform.Warn], n[conform.Fail], n[conform.NotApplicable], n[conform.Inconclusive], n[conform.Error], r.Loses(), r.Duplicates(), r.Took.Seconds())
}
