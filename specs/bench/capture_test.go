package main

import (
	"testing"

	"github.com/smtpspec/smtpspec/harness"
)

// BenchmarkCapture is for profiles: one client, in memory.
func BenchmarkCapture(b *testing.B) {
	b.Run("a session each", func(b *testing.B) { capture(b, 1<<10, 1) })
	for _, size := range sizes {
		b.Run(size.name, func(b *testing.B) { capture(b, size.octets, 20) })
	}
}

func capture(b *testing.B, octets, perConn int) {
	srv := harness.NewServer(b, harness.InMemory(), harness.WithKeep(harness.Keep{Bytes: 64 << 20, Sessions: 1000}))
	l := load{body: newPayload(octets, false), conns: 1, perConn: perConn, turns: 1, pipelined: true}
	s, c := newScript(l, 0), &client{}
	b.SetBytes(int64(octets))
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; n += s.perConn {
		conn, err := srv.Dial(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		c.hello(conn)
		c.transact(s)
		if err := c.bye(); err != nil {
			b.Fatal(err)
		}
	}
}
