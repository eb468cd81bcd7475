package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/specs/internal/chromium"
)

// page measures the inbox page in Chromium over a store of 100,000 messages:
// from the beginning of a visit to the first paint, which has the list in it,
// in a browser that knows the page's files and in one that does not. A page of
// one word shows what of that is the browser's own.
func (b *bench) page(ctx context.Context, out io.Writer) error {
	program, err := chromium.Path()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-store: without the page:", err)
		return nil
	}
	path, err := b.newFile()
	if err != nil {
		return err
	}
	n := b.of(4000, 100_000)
	if err := b.fill(ctx, path, n); err != nil {
		return err
	}
	d, err := b.serve(ctx, append([]string{"--store", "sqlite:" + path}, unbounded...)...)
	if err != nil {
		return err
	}
	defer d.end()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU)
	ctx, cancel := chromedp.NewExecAllocator(ctx, options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	if err := chromedp.Do(ctx); err != nil {
		return err
	}
	t := newTable(out, fmt.Sprintf("the first page of %d messages: p50, p99", n), "the answer is there", "the list is painted", "aim")
	const word = "data:text/html,word"
	same := func(ctx context.Context) (context.Context, context.CancelFunc) { return ctx, func() {} }
	fresh := func(ctx context.Context) (context.Context, context.CancelFunc) {
		return chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
	}
	for _, visit := range []struct {
		name, url, aim string
		rows           bool
		open           func(context.Context) (context.Context, context.CancelFunc)
	}{
		{"files known", d.http + "/", "≤ 100 ms", true, same}, {"a page of one word", word, "", false, same},
		{"files not known", d.http + "/", "≤ 100 ms", true, fresh}, {"a page of one word", word, "", false, fresh},
	} {
		var answers, paints []time.Duration
		for i := range 3 + b.of(10, 50) {
			tab, end := visit.open(ctx)
			answer, paint, err := visited(tab, visit.url, visit.rows)
			end()
			if err != nil {
				return err
			}
			if i >= 3 { // the daemon is warm
				answers, paints = append(answers, answer), append(paints, paint)
			}
		}
		t.add(visit.name, spread(answers), spread(paints), visit.aim)
	}
	return nil
}

// fill puts n messages into a file, and has them indexed.
func (b *bench) fill(ctx context.Context, path string, n int) error {
	s, err := openFile(ctx, path, store.DurableProcess)
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := putAll(ctx, s, 0, n, 10, text); err != nil {
		return err
	}
	return indexed(ctx, s)
}

// visited opens a URL and returns how long it took until the answer was there,
// and until something was painted, as the browser has it. With rows, the page
// has to have some.
func visited(tab context.Context, url string, rows bool) (answer, paint time.Duration, err error) {
	tab, cancel := context.WithTimeout(tab, time.Minute)
	defer cancel()
	if err := chromedp.Do(tab, chromedp.Navigate(url)); err != nil {
		return 0, 0, err
	}
	at, err := chromedp.Run(tab, chromedp.Evaluate[[3]float64](`new Promise(told => new PerformanceObserver(list => {
		const first = list.getEntries().find(e => e.name === "first-contentful-paint");
		if (first) told([performance.getEntriesByType("navigation")[0].responseEnd, first.startTime, document.querySelectorAll(".row").length]);
	}).observe({type: "paint", buffered: true}))`, chromedp.EvalAwaitPromise))
	if err == nil && rows && at[2] == 0 {
		err = errors.New("the page has no rows")
	}
	ms := float64(time.Millisecond)
	return time.Duration(at[0] * ms), time.Duration(at[1] * ms), err
}
