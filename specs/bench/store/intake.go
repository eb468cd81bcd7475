package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
	"github.com/smtpspec/smtpspec/harness/store/postgres/pgtest"
)

// intake measures how fast mail is committed.
func (b *bench) intake(ctx context.Context, out io.Writer) error {
	t := newTable(out, "intake of 5 KiB", "messages/s", "CPU of the daemon a message: until the last 250, with all indexed", "until a search sees all", "aim, messages/s")
	all := kinds
	pg, err := pgtest.Start(ctx)
	if err == nil {
		defer pg.Stop()
		all = append(all[:len(all):len(all)], kind{name: "PostgreSQL", durable: store.DurablePower, url: pg.NewDatabase})
	} else {
		fmt.Fprintln(os.Stderr, "bench-store: without PostgreSQL:", err)
	}
	mail := texts(0, cmp.Or(b.messages, b.of(800, 4000)))
	for _, k := range all {
		if !b.kinds.MatchString(k.name) {
			continue
		}
		if err := b.intakeOf(ctx, t, k, mail); err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
	}
	if !b.kinds.MatchString(sqlitePower.name) {
		return nil
	}
	if err := b.bounded(ctx, t, mail); err != nil || b.quick {
		return err
	}
	return b.steady(ctx, t, 5*len(mail))
}

// steady sends so much that indexing cannot be put off until the end.
func (b *bench) steady(ctx context.Context, t table, n int) error {
	flags, err := sqlitePower.empty(ctx, b)
	if err != nil {
		return err
	}
	return b.intakeRow(ctx, t, fmt.Sprintf("SQLite, power, connections, 10, %d messages", n),
		append(flags, unbounded...), load{mail: texts(0, n), conns: 10}, n, "")
}

func (b *bench) intakeOf(ctx context.Context, t table, k kind, mail [][]byte) error {
	connections := []int{1, 10, 100}
	if b.quick {
		connections = []int{10}
	}
	for _, conns := range connections {
		aim := ""
		if k.name == sqlitePower.name && conns == 10 {
			aim = "≥ 5000"
		}
		mail := mail
		if conns == 1 {
			mail = mail[:len(mail)/4] // a commit each
		}
		if err := b.overSMTP(ctx, t, k, load{mail: mail, conns: conns}, aim); err != nil {
			return err
		}
		if err := b.atStore(ctx, t, k, mail, conns); err != nil {
			return err
		}
	}
	return b.overSMTP(ctx, t, k, load{mail: mail[:len(mail)/4], conns: 10, perConn: 1}, "")
}

// overSMTP sends to a daemon with an empty store, and sees that all is there.
func (b *bench) overSMTP(ctx context.Context, t table, k kind, l load, aim string) error {
	flags, err := k.empty(ctx, b)
	if err != nil {
		return err
	}
	how := "connections"
	if l.perConn == 1 {
		how = "a connection for each message"
	}
	return b.intakeRow(ctx, t, k.described(how, l.conns), append(flags, unbounded...), l, len(l.mail), aim)
}

// intakeRow fails unless the daemon then has as many messages as it is to keep.
func (b *bench) intakeRow(ctx context.Context, t table, name string, flags []string, l load, kept int, aim string) error {
	d, err := b.serve(ctx, flags...)
	if err != nil {
		return err
	}
	took, err := l.send(d.smtp)
	sent := time.Now()
	taking := d.cpu()
	if err == nil {
		err = d.expect(ctx, "invoice", kept)
	}
	behind := time.Since(sent)
	if err == nil {
		err = d.indexed(ctx)
	}
	cpu, ended := d.end()
	if err != nil {
		return err
	}
	n := len(l.mail)
	t.add(name, rate(n, took), fmt.Sprintf("%d, %d µs", taking.Microseconds()/int64(n), cpu.Microseconds()/int64(n)), millis(behind), aim)
	return ended
}

// bounded is a store that is full, so that each message is one to remove too.
func (b *bench) bounded(ctx context.Context, t table, mail [][]byte) error {
	flags, err := sqlitePower.empty(ctx, b)
	if err != nil {
		return err
	}
	keep := len(mail) / 10
	return b.intakeRow(ctx, t, fmt.Sprintf("SQLite, power, connections, 10, with --keep %d", keep),
		append(flags, "--keep", fmt.Sprint(keep)), load{mail: mail, conns: 10}, keep, "")
}

// atStore puts into an empty store without SMTP.
func (b *bench) atStore(ctx context.Context, t table, k kind, mail [][]byte, goroutines int) error {
	s, err := k.open(ctx, b)
	if err != nil {
		return err
	}
	defer s.Close()
	took, err := putAll(ctx, s, 0, len(mail), goroutines, func(i int) []byte { return mail[i] })
	put := time.Now()
	if err != nil {
		return err
	}
	found, err := s.List(ctx, store.Page{Query: queryOf("invoice"), Total: true})
	if err != nil {
		return err
	}
	if found.Total != len(mail) {
		return fmt.Errorf("%d of %d messages are found", found.Total, len(mail))
	}
	t.add(k.described("goroutines at the store", goroutines), rate(len(mail), took), "", millis(time.Since(put)), "")
	return nil
}

// putAll puts the messages from first on.
func putAll(ctx context.Context, s store.Store, first, n, goroutines int, raw func(int) []byte) (time.Duration, error) {
	var next atomic.Int64
	var all sync.WaitGroup
	errs := make(chan error, goroutines)
	began := time.Now()
	for range goroutines {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				var d record.Data
				d.SetRaw(raw(first + int(i)))
				if err := s.Put(ctx, mailOf(first+int(i), d.Size()), &d); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		})
	}
	all.Wait()
	took := time.Since(began)
	for range goroutines {
		if err := <-errs; err != nil {
			return took, err
		}
	}
	return took, nil
}

// queryOf parses one of this program's queries, which are right.
func queryOf(text string) *store.Query {
	if text == "" {
		return nil
	}
	q, err := store.ParseQuery(text, time.Now())
	if err != nil {
		panic(err)
	}
	return q
}
