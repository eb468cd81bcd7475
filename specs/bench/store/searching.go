package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

// searchers are what runs beside the intake.
const searchers = 6

// searching measures the intake while searches run, as a part of the intake
// alone. Both take turns, and each ratio is of neighbours.
func (b *bench) searching(ctx context.Context, out io.Writer) error {
	flags, err := sqlitePower.empty(ctx, b)
	if err != nil {
		return err
	}
	d, err := b.serve(ctx, append(flags, unbounded...)...)
	if err != nil {
		return err
	}
	defer d.end()
	mail := texts(0, b.of(1000, 10_000)) // so much that indexing cannot be put off, with searches or without
	if _, err := (load{mail: mail, conns: 10}).send(d.smtp); err != nil {
		return err
	}
	t := newTable(out, "intake while six clients search", "to intake alone", "CPU of the daemon meanwhile, to alone", "searches/s", "aim")
	for _, pause := range []time.Duration{time.Second, 50 * time.Millisecond, 0} {
		if err := b.searchingRow(ctx, t, d, load{mail: mail, conns: 10}, pause); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) searchingRow(ctx context.Context, t table, d *daemon, l load, pause time.Duration) error {
	var ratios, costs, searches []float64
	for range b.of(2, 3) {
		alone, aloneCPU, err := settled(ctx, d, l)
		if err != nil {
			return err
		}
		ctx, stop := context.WithCancel(ctx)
		count := d.besieged(ctx, pause)
		cpu := d.cpu()
		beside, err := l.send(d.smtp)
		cpu = d.cpu() - cpu
		stop()
		n, failed := count()
		if err != nil {
			return err
		}
		if failed != nil {
			return failed
		}
		ratios = append(ratios, alone.Seconds()/beside.Seconds())
		costs = append(costs, cpu.Seconds()/aloneCPU.Seconds())
		searches = append(searches, float64(n)/beside.Seconds())
	}
	name := "each again " + pause.String() + " after an answer"
	if pause == 0 {
		name = "each again at once"
	}
	t.add(name, fmt.Sprintf("%.2f", median(ratios)), fmt.Sprintf("%.2f", median(costs)), fmt.Sprintf("%.0f", median(searches)), "≥ 0.9")
	return nil
}

// settled sends a load when all that came before is indexed, and waits until
// it is as well.
func settled(ctx context.Context, d *daemon, l load) (took, cpu time.Duration, err error) {
	if err := d.indexed(ctx); err != nil {
		return 0, 0, err
	}
	cpu = d.cpu()
	if took, err = l.send(d.smtp); err != nil {
		return 0, 0, err
	}
	cpu = d.cpu() - cpu
	return took, cpu, d.indexed(ctx)
}

// besieged has clients search until ctx ends. count waits for them and returns
// how many searches there were.
func (d *daemon) besieged(ctx context.Context, pause time.Duration) (count func() (int, error)) {
	var all sync.WaitGroup
	var mu sync.Mutex // guards n and failed
	n, failed := 0, error(nil)
	for i := range searchers {
		query := queries[1+i%(len(queries)-1)].text
		all.Go(func() {
			for ctx.Err() == nil {
				_, err := d.search(ctx, query)
				mu.Lock()
				if err == nil {
					n++
				} else if ctx.Err() == nil {
					failed = err
				}
				mu.Unlock()
				select {
				case <-time.After(pause):
				case <-ctx.Done():
				}
			}
		})
	}
	return func() (int, error) {
		all.Wait()
		return n, failed
	}
}
