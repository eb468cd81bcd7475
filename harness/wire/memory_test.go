package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"testing/synctest"
)

const testName = "mx.harness.test"

// dialMemory returns both ends of a connection that t closes.
func dialMemory(t testing.TB, m *Memory) (client, server *MemoryConn) {
	t.Helper()
	c, err := m.Dial(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	s, err := m.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); s.Close() })
	return c.(*MemoryConn), s.(*MemoryConn)
}

func TestMemoryAddresses(t *testing.T) {
	m := NewMemory(testName)
	first, firstServer := dialMemory(t, m)
	second, secondServer := dialMemory(t, m)
	for _, tt := range []struct {
		what string
		got  net.Addr
		want string
	}{
		{"listener", m.Addr(), "memory:mx.harness.test"},
		{"client's remote", first.RemoteAddr(), "memory:mx.harness.test"},
		{"server's local", secondServer.LocalAddr(), "memory:mx.harness.test"},
		{"first client", first.LocalAddr(), "memory:1"},
		{"first client, seen by the server", firstServer.RemoteAddr(), "memory:1"},
		{"second client", second.LocalAddr(), "memory:2"},
		{"second client, seen by the server", secondServer.RemoteAddr(), "memory:2"},
	} {
		if tt.got.String() != tt.want || tt.got.Network() != "memory" {
			t.Errorf("%s: %s %q, want memory %q", tt.what, tt.got.Network(), tt.got, tt.want)
		}
	}
}

func TestMemoryAcceptsInTheOrderOfDialling(t *testing.T) {
	m := NewMemory(testName)
	for range 3 {
		if _, err := m.Dial(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"memory:1", "memory:2", "memory:3"} {
		c, err := m.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if got := c.RemoteAddr().String(); got != want {
			t.Errorf("accepted %s, want %s", got, want)
		}
	}
}

func TestMemoryDialWithADoneContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := NewMemory(testName).Dial(ctx)
	wantOpError(t, err, "dial", context.Canceled)
}

func TestMemoryDialAfterClose(t *testing.T) {
	m := NewMemory(testName)
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := m.Dial(t.Context())
	wantOpError(t, err, "dial", net.ErrClosed)
	wantOpError(t, err, "dial", syscall.ECONNREFUSED)
	wantOpError(t, m.Close(), "close", net.ErrClosed)
}

func TestMemoryCloseWakesAccept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory(testName)
		accepted := make(chan error, 1)
		go func() {
			_, err := m.Accept()
			accepted <- err
		}()
		synctest.Wait()
		m.Close()
		wantOpError(t, <-accepted, "accept", net.ErrClosed)
	})
}

func TestMemoryCloseResetsTheBacklogAndKeepsTheAccepted(t *testing.T) {
	m := NewMemory(testName)
	client, server := dialMemory(t, m)
	waiting, err := m.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m.Close()

	_, err = waiting.Read(make([]byte, 1))
	wantOpError(t, err, "read", syscall.ECONNRESET)
	send(t, client, "NOOP\r\n")
	expect(t, server, "NOOP\r\n")
}

func wantOpError(t *testing.T, err error, op string, cause error) {
	t.Helper()
	var opErr *net.OpError
	if !errors.As(err, &opErr) || opErr.Op != op || !errors.Is(err, cause) {
		t.Errorf("got error %v, want a %s error that wraps %q", err, op, cause)
	}
}

// What a client says before it waits has all come when the server reads, and
// what it does upon an answer is done when the server answers again.
func TestInTurns(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			m := NewMemory(testName)
			m.InTurns = true
			client, server := dialMemory(t, m)
			go func() {
				for _, text := range []string{"MAIL", "RCPT", "DATA"} {
					send(t, client, text)
				}
				expect(t, client, "250")
				client.Close()
			}()
			p := make([]byte, 100)
			if n, err := server.Read(p); string(p[:n]) != "MAILRCPTDATA" || err != nil {
				t.Errorf("read %q, %v", p[:n], err)
			}
			for _, want := range []result{{3, nil}, {0, syscall.EPIPE}} {
				n, err := server.Write([]byte("250"))
				wantResult(t, result{n, err}, want.n, want.err)
			}
			if _, err := server.Read(p); err != io.EOF {
				t.Errorf("read behind the close: %v", err)
			}
		})
	}
}
