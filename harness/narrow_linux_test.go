package harness

import (
	"net"
	"testing"
	"time"
)

// How much other systems take ahead is their own affair.
func TestNarrowHoldsLittle(t *testing.T) {
	for _, opts := range [][]Option{{}, {InMemory()}} {
		s, err := Listen(t.Context(), append(opts, Narrow(), WithRules(On(CONNECT).StopReading()))...)
		if err != nil {
			t.Fatal(err)
		}
		conn, err := s.DialContext(t.Context(), "tcp", s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		if n := fillUp(conn); n > 256<<10 {
			t.Errorf("%s: %d octets went ahead of a server that does not read", conn.RemoteAddr(), n)
		}
		conn.Close()
		s.Close()
	}
}

// fillUp writes until that takes too long, and returns how much went.
func fillUp(conn net.Conn) int {
	sent := 0
	for sent < 16<<20 {
		conn.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
		n, err := conn.Write(make([]byte, 16<<10))
		if sent += n; err != nil {
			break
		}
	}
	return sent
}
