package harness_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/smtpspec/smtpspec/harness"
)

// What a flood's client has taken is in the record, and its octets are not.
func TestFloodSaysWhatWasTaken(t *testing.T) {
	for _, network := range [][]harness.Option{nil, {harness.InMemory()}} {
		srv := harness.NewServer(t, append(network, harness.WithPeer(func(p *harness.Peer) error {
			if err := p.Send("220 "); err != nil {
				return err
			}
			return p.Flood("a", 16<<20, 32<<10)
		}))...)
		conn, err := srv.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(conn, make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
		conn.Close()
		srv.WaitIdle(t.Context())
		greeting := srv.Sessions()[0].Greeting.Octets()
		var taken int
		if _, err := fmt.Sscanf(greeting, "220 (%d octets of \"a\")\r\n", &taken); err != nil || taken < 1<<20-4 || taken > 3<<19 {
			t.Errorf("%q: %d octets, %v", greeting, taken, err)
		}
	}
}

// A client that has given up may read on until the server closes, and throw away
// what it reads.
func TestFloodEndsWithTheClientsDirection(t *testing.T) {
	for _, network := range [][]harness.Option{nil, {harness.InMemory()}} {
		srv := harness.NewServer(t, append(network, harness.WithPeer(func(p *harness.Peer) error {
			return p.Flood("a", 1<<30, 32<<10)
		}))...)
		conn, err := srv.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(conn, make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
		if err := conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		rest, err := io.Copy(io.Discard, conn)
		if err != nil || rest > 15<<20 {
			t.Errorf("%d octets more, %v", rest, err)
		}
		conn.Close()
		srv.WaitIdle(t.Context())
		var taken int64
		if _, err := fmt.Sscanf(srv.Sessions()[0].Greeting.Octets(), "(%d octets of", &taken); err != nil || taken != 1<<20+rest {
			t.Errorf("%d octets in the record, %d taken: %v", taken, 1<<20+rest, err)
		}
	}
}
