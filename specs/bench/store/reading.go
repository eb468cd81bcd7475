package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
)

// queries are what a page of 50 is asked for.
var queries = []struct{ name, text, aim string }{
	{"list", "", "≤ 2 ms"},
	{"a common word", "invoice", "≤ 10 ms"},
	{"a rare word", "rare", "≤ 10 ms"},
	{"a sender", "from:sender77@example.test", "≤ 10 ms"},
	{"a subject", "subject:order77", "≤ 10 ms"},
	{"two words", "invoice " + vocabulary[3000], "≤ 10 ms"},
}

// reading measures lists, searches and waits, over stores of growing size.
func (b *bench) reading(ctx context.Context, out io.Writer) error {
	t := newTable(out, "a page of 50: p50, p99", "messages", "at the store", "over HTTP, with a count", "aim for 100,000")
	path, err := b.newFile()
	if err != nil {
		return err
	}
	sizes := []int{1000, 10_000, 100_000}
	if b.quick {
		sizes = []int{1000, 4000}
	}
	waits := make([]string, len(sizes))
	filled := 0
	for i, n := range sizes {
		within, err := b.readStore(ctx, path, filled, n)
		if err != nil {
			return err
		}
		filled = n
		over, wait, err := b.readDaemon(ctx, path, n)
		if err != nil {
			return err
		}
		waits[i] = wait
		for q, query := range queries {
			t.add(query.name, fmt.Sprint(n), within[q], over[q], query.aim)
		}
	}
	w := newTable(out, "wait over HTTP, behind the 250: p50, p99", "", "aim")
	for i, n := range sizes {
		w.add(fmt.Sprintf("%d messages", n), waits[i], "p99 ≤ 5 ms")
	}
	return nil
}

// readStore fills a file up to n messages and searches it.
func (b *bench) readStore(ctx context.Context, path string, filled, n int) ([]string, error) {
	s, err := openFile(ctx, path, store.DurableProcess)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if _, err := putAll(ctx, s, filled, n-filled, 10, text); err != nil {
		return nil, err
	}
	if err := indexed(ctx, s); err != nil {
		return nil, err
	}
	var results []string
	for _, q := range queries {
		page := store.Page{Query: queryOf(q.text)}
		took, err := b.times(func(int) error {
			_, err := s.List(ctx, page)
			return err
		})
		if err != nil {
			return nil, err
		}
		results = append(results, took)
	}
	return results, nil
}

// indexed waits until everything is: what is measured beside that would be
// slower.
func indexed(ctx context.Context, s store.Store) error {
	for {
		info, err := s.Info(ctx)
		if err != nil || info.Unindexed == 0 {
			return err
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// readDaemon does the same over HTTP, and waits.
func (b *bench) readDaemon(ctx context.Context, path string, stored int) (results []string, wait string, err error) {
	d, err := b.serve(ctx, append([]string{"--store", "sqlite:" + path}, unbounded...)...)
	if err != nil {
		return nil, "", err
	}
	defer d.end()
	for _, q := range queries {
		took, err := b.times(func(int) error {
			_, err := d.search(ctx, q.text)
			return err
		})
		if err != nil {
			return nil, "", err
		}
		results = append(results, took)
	}
	wait, err = b.waits(ctx, d, stored)
	return results, wait, err
}

// times does a thing many times, behind ten times that are not counted.
func (b *bench) times(do func(i int) error) (string, error) {
	const warm = 10
	var took []time.Duration
	for i := range warm + b.of(50, 200) {
		began := time.Now()
		if err := do(i); err != nil {
			return "", err
		}
		if i >= warm {
			took = append(took, time.Since(began))
		}
	}
	return spread(took), nil
}
