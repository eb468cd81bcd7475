package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"time"

	"github.com/mhale/smtpd"

	"github.com/smtpspec/smtpspec/harness"
)

// allocations counts what the capture of a message allocates, over a
// connection in memory whose client allocates nothing.
func (b *bench) allocations(out io.Writer) error {
	if !b.wants("allocations") {
		return nil
	}
	t := table{out: out, title: "Allocations", header: []string{"one message in memory", "allocations", "aim", "octets", "octets of data"}}
	for _, size := range []struct {
		name     string
		octets   int
		messages int
		aim      string
	}{
		{"1 KiB", 1 << 10, 2000, "≤ 30"},
		{"1 MiB", 1 << 20, 100, "≤ 40"},
	} {
		for _, l := range []load{
			{perConn: size.messages, turns: 1},
			{perConn: size.messages, turns: 1, pipelined: true},
			{perConn: 20, turns: size.messages / 20},
			{perConn: 1, turns: size.messages},
		} {
			l.body, l.conns = newPayload(size.octets, false), 1
			allocs, octets, err := countAllocations(l)
			if err != nil {
				return err
			}
			t.add(size.name+allocationsOf(l), fmt.Sprintf("%.1f", allocs), size.aim, thousands(octets), thousands(float64(len(l.body.data))))
		}
	}
	allocs, octets := allocationsOfDialogue(2000)
	t.add("smtpd's own part, fed the fixed lines", fmt.Sprintf("%.1f", allocs), "", thousands(octets), "")
	return nil
}

func allocationsOf(l load) string {
	mode := ", lock-step"
	if l.pipelined {
		mode = ", pipelined"
	}
	if l.turns == 1 {
		return mode + ", one long session"
	}
	return fmt.Sprintf("%s, %d a session", mode, l.perConn)
}

func countAllocations(l load) (allocs, octets float64, err error) {
	srv, err := harness.Listen(context.Background(), harness.InMemory())
	if err != nil {
		return 0, 0, err
	}
	defer srv.Close()
	s, c := newScript(l, 0), &client{}
	allocs, octets = counted(l.messages(), func() {
		for range l.turns {
			var conn net.Conn
			if conn, err = srv.Dial(context.Background()); err != nil {
				return
			}
			c.hello(conn)
			c.transact(s)
			if err = c.bye(); err != nil {
				return
			}
		}
	})
	if got := len(srv.Messages()); err == nil && got != l.messages() {
		err = fmt.Errorf("in memory: of %d messages %d arrived", l.messages(), got)
	}
	return allocs, octets, err
}

// counted returns what one of n things allocates that do does together.
func counted(n int, do func()) (allocs, octets float64) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / float64(n), float64(after.TotalAlloc-before.TotalAlloc) / float64(n)
}

// allocationsOfDialogue counts what smtpd allocates by itself for what the
// wire feeds it.
func allocationsOfDialogue(messages int) (allocs, octets float64) {
	return counted(messages, func() {
		c := &feeder{left: messages, closed: make(chan struct{})}
		srv := &smtpd.Server{Hostname: "localhost", DisableReverseDNS: true, MaxRecipients: 1 << 30,
			Handler: func(net.Addr, string, []string, []byte) error { return nil }}
		srv.Serve(c)
		<-c.closed
	})
}

// feeder is a listener with one connection, and that connection: it says one
// transaction after the other and listens to nothing.
type feeder struct {
	taken  bool
	line   int
	left   int
	closed chan struct{}
}

// fed is what the wire feeds smtpd for a transaction.
var fed = []string{"MAIL FROM:<>\r\n", "RCPT TO:<r>\r\n", "DATA\r\n", ".\r\n"}

func (f *feeder) Accept() (net.Conn, error) {
	if f.taken {
		return nil, net.ErrClosed
	}
	f.taken = true
	return (*fedConn)(f), nil
}

func (f *feeder) Close() error   { return nil }
func (f *feeder) Addr() net.Addr { return &net.TCPAddr{} }

type fedConn feeder

func (c *fedConn) Read(p []byte) (int, error) {
	if c.left == 0 {
		return 0, io.EOF
	}
	line := fed[c.line]
	if c.line = (c.line + 1) % len(fed); c.line == 0 {
		c.left--
	}
	return copy(p, line), nil
}

func (c *fedConn) Write(p []byte) (int, error) { return len(p), nil }

func (c *fedConn) Close() error {
	close(c.closed)
	return nil
}

func (c *fedConn) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (c *fedConn) RemoteAddr() net.Addr             { return fedAddr{} }
func (c *fedConn) SetDeadline(time.Time) error      { return nil }
func (c *fedConn) SetReadDeadline(time.Time) error  { return nil }
func (c *fedConn) SetWriteDeadline(time.Time) error { return nil }

type fedAddr struct{}

func (fedAddr) Network() string { return "tcp" }
func (fedAddr) String() string  { return ":0" }

// keeping measures what a kept message weighs beyond its data.
func (b *bench) keeping(out io.Writer) error {
	if !b.wants("memory") {
		return nil
	}
	t := table{out: out, title: "Memory of heap and stacks after a collection", header: []string{"kept", "harness", "beyond 1.05 × data", "aim", "smtpd", "beyond 1.05 × data"}}
	for _, k := range []struct {
		name string
		l    load
	}{
		{"10,000 × 1 KiB", load{body: newPayload(1<<10, false), conns: 10, perConn: 20, turns: 50}},
		{"2,000 × 1 KiB, a session each", load{body: newPayload(1<<10, false), conns: 10, perConn: 1, turns: 200}},
		{"100 × 1 MiB", load{body: newPayload(1<<20, false), conns: 5, perConn: 20, turns: 1}},
	} {
		cells := []string{k.name}
		for i, kind := range []string{"harness", "smtpd"} {
			kept, err := b.kept(kind, k.l)
			if err != nil {
				return fmt.Errorf("%s: %w", kind, err)
			}
			data := float64(len(k.l.body.data)+len(newScript(k.l, 0).head)) * float64(k.l.messages())
			more := (kept - 1.05*data) / float64(k.l.messages())
			cells = append(cells, fmt.Sprintf("%.3f × data", kept/data), fmt.Sprintf("%.0f B each", more))
			if i == 0 {
				cells = append(cells, "≤ 4096 B each")
			}
		}
		t.add(cells...)
	}
	return nil
}

// kept returns by how much keeping the load makes a new server's memory grow.
func (b *bench) kept(kind string, l load) (float64, error) {
	s, err := spawn(kind, "")
	if err != nil {
		return 0, err
	}
	defer s.end()
	return grown(s, func() error { return l.send(s.addr) }, func() error { return l.check(s) })
}

// grown returns by how much memory grows under do. check comes behind the
// measurement.
func grown(s *child, do, check func() error) (float64, error) {
	before, err := s.do(request{Do: "memory"})
	if err != nil {
		return 0, err
	}
	if err := do(); err != nil {
		return 0, err
	}
	after, err := s.do(request{Do: "memory"})
	if err != nil {
		return 0, err
	}
	return float64(after.Memory) - float64(before.Memory), check()
}

// idling measures what a connection costs that says EHLO and then nothing.
func (b *bench) idling(out io.Writer) error {
	if !b.wants("idle") {
		return nil
	}
	const n = 200
	t := table{out: out, title: "Memory of a server's side of a connection", header: []string{"idle connections", "KiB each"}}
	for _, kind := range []string{"harness", "smtpd", "raw"} {
		s, err := spawn(kind, "")
		if err != nil {
			return err
		}
		var open []net.Conn
		memory, err := grown(s, func() (err error) { open, err = connect(s.addr, n); return err }, func() error { return nil })
		for _, conn := range open {
			conn.Close()
		}
		s.end()
		if err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		t.add(fmt.Sprintf("%d at %s", n, kind), fmt.Sprintf("%.1f", memory/n/1024))
	}
	return nil
}

// connect opens n sessions.
func connect(addr string, n int) ([]net.Conn, error) {
	var open []net.Conn
	for range n {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			return open, err
		}
		open = append(open, conn)
		var c client
		if c.hello(conn); c.err != nil {
			return open, c.err
		}
	}
	return open, nil
}
