package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"time"

	"github.com/smtpspec/smtpspec/harness"
)

// starting measures what a test pays before it has done anything, and for one
// message with the standard library's client.
func (b *bench) starting(out io.Writer) error {
	if !b.wants("start") {
		return nil
	}
	t := table{out: out, title: "Time for one; less is better", header: []string{"one at a time", "harness µs", "to smtpd", "to raw", "A/A"}}
	started, err := b.compare(400, startAndClose("harness"), startAndClose("harness"), startAndClose("smtpd"), startAndClose("raw"))
	if err != nil {
		return err
	}
	inMemory, err := b.compare(400, memoryAndClose, memoryAndClose, startAndClose("smtpd"), startAndClose("raw"))
	if err != nil {
		return err
	}
	sent, err := b.sendMail()
	if err != nil {
		return err
	}
	for i, name := range []string{"start and close", "start and close, in memory", "net/smtp.SendMail, 1 KiB"} {
		m := [][][]float64{started, inMemory, sent}[i]
		t.add(name, thousands(median(m[0])), ratio(m[0], m[2]), ratio(m[0], m[3]), ratio(m[1], m[0]))
	}
	return nil
}

// compare lets things take turns and returns, for each, microseconds a time of
// every round.
func (b *bench) compare(times int, things ...func() error) ([][]float64, error) {
	micros := make([][]float64, len(things))
	for round := range b.rounds + 1 {
		for i, thing := range things {
			began := time.Now()
			for range times {
				if err := thing(); err != nil {
					return nil, err
				}
			}
			if round > 0 {
				micros[i] = append(micros[i], float64(time.Since(began).Nanoseconds())/1000/float64(times))
			}
		}
	}
	return micros, nil
}

func startAndClose(kind string) func() error {
	return func() error {
		s, err := newServer(kind)
		if err != nil {
			return err
		}
		return s.close()
	}
}

func memoryAndClose() error {
	s, err := harness.Listen(context.Background(), harness.InMemory())
	if err != nil {
		return err
	}
	return s.Close()
}

func (b *bench) sendMail() ([][]float64, error) {
	servers, end, err := b.spawnAll()
	if err != nil {
		return nil, err
	}
	defer end()
	l := load{body: newPayload(1<<10, false), conns: 1, perConn: 1, turns: 200 * (b.rounds + 1)}
	msg := append([]byte(mark+recipient(0)+"\r\n"), l.body.data...)
	var things []func() error
	for _, s := range servers {
		things = append(things, func() error {
			return smtp.SendMail(s.addr, nil, "sender@client.bench.test", []string{recipient(0)}, msg)
		})
	}
	micros, err := b.compare(200, things...)
	for _, s := range servers {
		if err == nil {
			err = l.check(s)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("SendMail: %w", err)
	}
	return micros, nil
}

// closing sees that Close cuts its clients and leaves nothing behind.
func (b *bench) closing(out io.Writer) error {
	if !b.wants("close") {
		return nil
	}
	s, err := spawn("harness", "")
	if err != nil {
		return err
	}
	defer s.end()
	open, err := connect(s.addr, 50)
	if err != nil {
		return err
	}
	a, err := s.do(request{Do: "close"})
	if err != nil {
		return err
	}
	if a.Goroutines != 0 {
		return fmt.Errorf("Close left %d goroutines", a.Goroutines)
	}
	for _, conn := range open {
		conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		if _, err := conn.Read(make([]byte, 1)); err == nil {
			return fmt.Errorf("a client was not cut by Close")
		} else if e, ok := err.(net.Error); ok && e.Timeout() {
			return fmt.Errorf("a client was left open by Close")
		}
		conn.Close()
	}
	fmt.Fprintf(out, "\nClose cut %d open clients and left no goroutine.\n", len(open))
	return nil
}
