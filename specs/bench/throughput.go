package main

import (
	"fmt"
	"io"
	"time"
)

// row is one line of the table: a load under a name, and the ratio to smtpd
// that is aimed at, 0 without one.
type row struct {
	name string
	load
	aim float64
}

// sizes of the messages, with as many of them as make a turn long enough to
// measure.
var sizes = []struct {
	name     string
	octets   int
	messages int
	aim      [2]float64 // lock-step, pipelined
}{
	{"1 KiB", 1 << 10, 1600, [2]float64{1, 1.4}},
	{"50 KiB", 50 << 10, 400, [2]float64{3, 3}},
	{"1 MiB", 1 << 20, 100, [2]float64{4.5, 4.5}},
	{"10 MiB", 10 << 20, 10, [2]float64{5.5, 5.5}},
}

// mostOctets bounds what a server has to keep in one turn; one message a
// connection may be more.
const mostOctets = 512 << 20

// rows returns the loads of the table.
func (b *bench) rows() []row {
	conns, reuse := []int{1, 10, 100}, []int{1, 20}
	most := mostOctets
	if b.quick {
		conns, reuse, most = []int{10}, []int{20}, most/5
	}
	var all []row
	for _, size := range sizes {
		body := newPayload(size.octets, false)
		for _, conns := range conns {
			for _, reuse := range reuse {
				perConn := max(1, min(reuse, most/size.octets/conns))
				if perConn == 1 && reuse > 1 && !b.quick {
					continue
				}
				for i, mode := range []string{"lock-step", "pipelined"} {
					l := load{body: body, conns: conns, perConn: perConn, pipelined: i == 1}
					l.turns = max(1, size.messages/(conns*perConn))
					all = append(all, row{fmt.Sprintf("%s, %s, %d × %d", size.name, mode, conns, perConn), l, size.aim[i]})
				}
			}
		}
	}
	text := load{body: newPayload(1<<20, true), conns: 10, perConn: 10, turns: 1}
	fresh := load{body: newPayload(1<<10, false), conns: 10, perConn: 1, turns: 40}
	all = append(all, row{"1 MiB of text, lock-step, 10 × 10", text, 4.5})
	if b.quick {
		all = append(all, row{"1 KiB, lock-step, 10 × 1", fresh, 1})
	}
	return all
}

// throughput measures messages a second and the server's CPU time for each.
func (b *bench) throughput(out io.Writer) error {
	servers, end, err := b.spawnAll()
	if err != nil {
		return err
	}
	defer end()
	t := table{out: out, title: "Messages captured. Ratios are medians of paired rounds, with the least and the greatest", header: []string{"connections × messages", "harness /s", "to smtpd", "aim", "to raw", "A/A", "CPU µs", "CPU to smtpd", "CPU A/A"}}
	for _, r := range b.rows() {
		if !b.wants(r.name) {
			continue
		}
		rates, cpu, err := b.measure(r.load, servers)
		if err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		t.add(r.name, thousands(median(rates[0])), ratio(rates[0], rates[2]), aimed(r.aim), ratio(rates[0], rates[3]),
			ratio(rates[1], rates[0]), thousands(median(cpu[0])), ratio(cpu[0], cpu[2]), ratio(cpu[1], cpu[0]))
	}
	return nil
}

// measure lets the servers take turns. It returns, for each server, messages a
// second and CPU microseconds a message of every round. The first round is for
// warming up.
func (b *bench) measure(l load, servers []*child) (rates, cpu [][]float64, err error) {
	rates, cpu = make([][]float64, len(servers)), make([][]float64, len(servers))
	for round := range b.rounds + 1 {
		for i, s := range servers {
			took, used, err := b.turn(l, s)
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", s.kind, err)
			}
			if n := float64(l.messages()); round > 0 {
				rates[i] = append(rates[i], n/took.Seconds())
				cpu[i] = append(cpu[i], float64(used.Microseconds())/n)
			}
		}
	}
	return rates, cpu, nil
}

// turn sends the load once and looks at what arrived.
func (b *bench) turn(l load, s *child) (took, used time.Duration, err error) {
	before, err := s.do(request{Do: "usage"})
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if err := l.send(s.addr); err != nil {
		return 0, 0, err
	}
	took = time.Since(began)
	after, err := s.do(request{Do: "usage"})
	if err != nil {
		return 0, 0, err
	}
	if err := l.check(s); err != nil {
		return 0, 0, err
	}
	_, err = s.do(request{Do: "reset", Fresh: b.fresh})
	return took, after.CPU - before.CPU, err
}

// check asks the server whether all messages are there as they were sent.
func (l load) check(s *child) error {
	a, err := s.do(request{Do: "judge", Sum: l.body.sum})
	if err != nil {
		return err
	}
	v := a.Verdict
	if v.Count != l.messages() || v.Wrong > 0 {
		return fmt.Errorf("of %d messages %d arrived, %d of them garbled", l.messages(), v.Count, v.Wrong)
	}
	for n := range l.conns {
		if got := v.To[recipient(n)]; v.To != nil && got != l.perConn*l.turns {
			return fmt.Errorf("of %d messages to %s %d arrived", l.perConn*l.turns, recipient(n), got)
		}
	}
	return nil
}
