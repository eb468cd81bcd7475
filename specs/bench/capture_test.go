package main

import (
	"testing"

	"github.com/smtpspec/smtpspec/harness"
)

// BenchmarkCapture is for profiles: one client, in memory, twenty messages a
// session.
func BenchmarkCapture(b *testing.B) {
	for _, size := range sizes {
		b.Run(size.name, func(b *testing.B) {
			srv := harness.NewServer(b, harness.InMemory(), harness.WithKeep(harness.Keep{Bytes: 64 << 20, Sessions: 1000}))
			l := load{body: newPayload(size.octets, false), conns: 1, perConn: 20, turns: 1, pipelined: true}
			s, c := newScript(l, 0), &client{}
			b.SetBytes(int64(size.octets))
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
		})
	}
}
