package main

import (
	"bytes"
	"testing"

	"github.com/smtpspec/smtpspec/harness"
)

// What is captured is copied, borrowed or read in place by its length; the
// places where one way gives over to the next are where octets get lost.
func TestEveryLengthArrivesAsItWasSent(t *testing.T) {
	srv := harness.NewServer(t, harness.InMemory())
	for _, edge := range []int{512, 4096 + 512, 64 << 10, 64<<10 + 256<<10, 1 << 20} {
		for d := -8; d <= 8; d++ {
			for _, pipelined := range []bool{false, true} {
				l := load{body: newPayload(edge+d, d%2 == 0), conns: 1, perConn: 2, turns: 1, pipelined: pipelined}
				s, c := newScript(l, 0), &client{}
				conn, err := srv.Dial(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				c.hello(conn)
				c.transact(s)
				if err := c.bye(); err != nil {
					t.Fatal(err)
				}
				want := append(bytes.Clone(s.head), l.body.data...)
				for _, m := range srv.Messages() {
					if !bytes.Equal(m.Raw(), want) {
						t.Fatalf("%d octets, pipelined %v: %d came that differ", len(want), pipelined, len(m.Raw()))
					}
				}
				if n := len(srv.Messages()); n != 2 {
					t.Fatalf("%d octets, pipelined %v: %d messages, want 2", len(want), pipelined, n)
				}
				srv.Reset()
			}
		}
	}
}
